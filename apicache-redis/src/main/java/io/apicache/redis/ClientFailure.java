package io.apicache.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What may be shown of a failure of the client's or the server's: its type, its stack trace, and a reason in words of this library. Their
 * own messages are not shown: they quote addresses with user names and passwords, and commands with keys and responses.
 */
@SuppressWarnings("serial")
final class ClientFailure extends RuntimeException {

    private static final int DEEPEST = 16;
    private static final Pattern CODE = Pattern.compile("[A-Z]{2,20}");

    private final @Nullable String lacking;
    private final @Nullable String missing;
    private final boolean broken;

    private ClientFailure(Throwable original, @Nullable Throwable cause) {
        super(original.getClass().getName() + ": " + reason(original), cause, false, true);
        setStackTrace(original.getStackTrace());
        lacking = RedisFailures.lackingPermission(original);
        missing = RedisFailures.missingCommand(original);
        broken = RedisFailures.isBroken(original);
    }

    /** {@return see {@link RedisFailures#isBroken}} */
    boolean isBroken() {
        return broken;
    }

    /** {@return see {@link RedisFailures#lackingPermission}} */
    @Nullable
    String lackingPermission() {
        return lacking;
    }

    /** {@return see {@link RedisFailures#missingCommand}} */
    @Nullable
    String missingCommand() {
        return missing;
    }

    /** {@return the failure without words of others, and its causes likewise} */
    static Throwable of(Throwable failure) {
        return of(failure, 0);
    }

    private static Throwable of(Throwable failure, int depth) {
        if (failure instanceof ClientFailure) {
            return failure;
        }
        Throwable cause = failure.getCause();
        return new ClientFailure(failure, cause == null || depth == DEEPEST ? null : of(cause, depth + 1));
    }

    /** {@return why it failed, as far as that can be said without words of others} */
    static String reason(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; depth < DEEPEST; depth++) {
            String known = known(cause);
            if (known != null) {
                return known;
            }
            Throwable next = cause.getCause();
            if (next == null) {
                break;
            }
            cause = next;
        }
        return cause.getClass().getSimpleName();
    }

    private static @Nullable String known(Throwable failure) {
        if (failure instanceof RedisCommandExecutionException) {
            return answered(failure);
        } else if (failure instanceof NotConnectedException && failure.getCause() != null) {
            return "there is no connection now (" + reason(failure.getCause()) + ")";
        } else if (failure instanceof RedisCommandTimeoutException) {
            return "no answer within the command time-out";
        } else if (failure instanceof ConnectTimeoutException) {
            return "no connection within the time-out";
        } else if (failure instanceof UnknownHostException) {
            return "the name of the host is not known";
        } else if (failure instanceof ConnectException) {
            return "Connection refused, or the host cannot be reached";
        } else if (failure instanceof SSLException) {
            return "the TLS handshake failed";
        } else if (RedisFailures.isNotConnected(failure)) {
            return "there is no connection now";
        } else if (RedisFailures.isQueueFull(failure)) {
            return "too many commands wait for an answer";
        }
        return RedisFailures.isClosed(failure) ? "the connection is closed" : null;
    }

    private static String answered(Throwable failure) {
        String missing = RedisFailures.missingCommand(failure);
        if (missing != null) {
            return "the server does not offer a command that is needed" + missing
                    + ": it was renamed, or the service leaves it out; docs/redis.md lists the commands";
        }
        String code = RedisFailures.code(failure);
        if (code == null || !CODE.matcher(code).matches()) {
            return "Redis answered with an error";
        }
        return switch (code) {
            case "WRONGPASS" -> "Redis answered WRONGPASS: it does not accept the user name or the password";
            case "NOAUTH" -> "Redis answered NOAUTH: it asks for a password, and was given none";
            default -> "Redis answered " + code;
        };
    }
}
