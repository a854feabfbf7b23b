package io.apicache.redis;

import io.apicache.ApiCacheException;
import io.apicache.CorruptRecordException;
import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.PartitionSelectorException;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong with a command: above all, whether it may have been executed. Only what certainly was not is called so.
 */
final class RedisFailures {

    /** Codes of errors with which the server refuses a command before it does anything, scripts included. */
    private static final Set<String> REFUSED = Set.of(
            "ASK",
            "BUSY",
            "CLUSTERDOWN",
            "CROSSSLOT",
            "LOADING",
            "MASTERDOWN",
            "MISCONF",
            "MOVED",
            "NOAUTH",
            "NOREPLICAS",
            "NOSCRIPT",
            "OOM",
            "READONLY",
            "TRYAGAIN",
            "WRONGPASS");

    /** Codes of errors with which the server refuses writes, but not reads. */
    private static final Set<String> READS_ONLY = Set.of("MISCONF", "NOREPLICAS", "OOM", "READONLY");

    private static final Pattern COMMAND = Pattern.compile("'([a-z]{1,24}(?:\\|[a-z]{1,24})?)' command");

    /** What servers call a command that they do not know, and so the caller's first word. */
    private static final Pattern UNKNOWN = Pattern.compile("(?i)unknown command [`'\"]?([a-z]{1,24})");

    private static final Pattern UNKNOWN_IN_SCRIPT = Pattern.compile("(?i)unknown redis command");

    private RedisFailures() {}

    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** {@return whether a connection broke that had been made: no answer, no time-out, and no server that cannot be reached} */
    static boolean isBroken(Throwable failure) {
        boolean broken = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ClientFailure known) {
                return known.isBroken();
            } else if (cause instanceof RedisCommandExecutionException
                    || cause instanceof RedisCommandTimeoutException
                    || cause instanceof ConnectTimeoutException
                    || cause instanceof ConnectException
                    || cause instanceof UnknownHostException
                    || cause instanceof SSLException) {
                return false;
            }
            broken |= cause instanceof RedisException || cause instanceof IOException;
        }
        return broken;
    }

    /** {@return the first word of the server's error, or null if the failure is none of the server's} */
    static @Nullable String code(Throwable failure) {
        if (!(unwrap(failure) instanceof RedisCommandExecutionException error) || error.getMessage() == null) {
            return null;
        }
        String message = error.getMessage();
        String first = message.split(" ", 2)[0];
        // An error inside a script, as servers before 7 report it: "ERR Error running script ...: -OOM command not
        // allowed".
        for (String code : REFUSED) {
            if (message.contains(": -" + code + " ") || message.contains("'" + code + " ")) {
                return code;
            }
        }
        return message.contains("WRONGTYPE") ? "WRONGTYPE" : first;
    }

    /** {@return whether the server would still answer a read} */
    static boolean isReadOnly(Throwable failure) {
        String code = code(failure);
        return code != null && READS_ONLY.contains(code);
    }

    /** {@return whether several keys are on the move, and not all of them where the command was sent} */
    static boolean isTryAgain(@Nullable Throwable failure) {
        return failure != null && "TRYAGAIN".equals(code(failure));
    }

    /** {@return whether the server is too old for what it was sent, and has done nothing} */
    static boolean isNotUnderstood(Throwable failure) {
        String message = String.valueOf(unwrap(failure).getMessage());
        return message.startsWith("ERR syntax error") || message.startsWith("ERR Error compiling script");
    }

    static boolean isNoScript(Throwable failure) {
        return "NOSCRIPT".equals(code(failure));
    }

    /** {@return whether the command was refused because there is no connection now} */
    static boolean isNotConnected(Throwable failure) {
        return String.valueOf(unwrap(failure).getMessage()).startsWith("Currently not connected");
    }

    static boolean isQueueFull(Throwable failure) {
        return String.valueOf(failure.getMessage()).startsWith("Request queue size exceeded");
    }

    static boolean isClosed(Throwable failure) {
        return String.valueOf(failure.getMessage()).startsWith("Connection is closed");
    }

    static boolean isTimeout(Throwable failure) {
        return unwrap(failure) instanceof RedisCommandTimeoutException;
    }

    /** {@return the failure as the engine wants it} */
    static ApiCacheException translated(String verb, RecordName name, Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof ApiCacheException known) {
            return known;
        }
        String code = code(cause);
        if ("WRONGTYPE".equals(code)) {
            return new CorruptRecordException(
                    "the key of " + name.key()
                            + " holds another type than a string: something else uses the same key prefix",
                    ClientFailure.of(cause));
        }
        Outcome outcome = wasNotExecuted(cause, code) ? Outcome.NOT_EXECUTED : Outcome.UNKNOWN;
        String what = outcome == Outcome.UNKNOWN ? " may or may not have been executed: " : " was not executed: ";
        return new StoreUnavailableException(
                verb + " of " + name.key() + what + reason(cause, code), outcome, ClientFailure.of(cause));
    }

    private static String reason(Throwable cause, @Nullable String code) {
        if (code == null) {
            return ClientFailure.reason(cause);
        }
        return switch (code) {
            case "OOM" -> "Redis has no memory left (OOM); raise maxmemory or retain responses for a shorter time";
            case "READONLY" -> "the Redis server is a read-only replica (READONLY)";
            case "NOPERM" -> "the Redis user lacks a permission" + lackingPermission(cause);
            default -> ClientFailure.reason(cause);
        };
    }

    /**
     * {@return the command that a user may not use, in brackets, or nothing if the server does not say; null if it is no denial} The
     * wordings are those of 6.2, 7.0 and later; inside a script they follow its name.
     */
    static @Nullable String lackingPermission(Throwable failure) {
        if (failure instanceof ClientFailure known) {
            return known.lackingPermission();
        }
        String said = String.valueOf(failure.getMessage());
        if (!said.contains("NOPERM")
                && !said.contains("ACL failure in script")
                && !said.contains("The user executing the script can't")) {
            return null;
        }
        String command = Script.commandBehind(said);
        Matcher named = COMMAND.matcher(said);
        if (command == null && named.find()) {
            command = named.group(1);
        }
        return command == null ? "" : " (" + command + ")";
    }

    /**
     * {@return the command that the server does not know, in brackets, or nothing if it does not say which; null if that is not the
     * failure} Commands can be renamed, and managed services leave some out.
     */
    static @Nullable String missingCommand(Throwable failure) {
        if (failure instanceof ClientFailure known) {
            return known.missingCommand();
        }
        String said = failure instanceof RedisCommandExecutionException ? String.valueOf(failure.getMessage()) : "";
        Matcher unknown = UNKNOWN.matcher(said);
        if (unknown.find()) {
            return " (" + unknown.group(1).toLowerCase(Locale.ROOT) + ")";
        }
        if (!UNKNOWN_IN_SCRIPT.matcher(said).find()) {
            return null;
        }
        String command = Script.commandBehind(said);
        return command == null ? "" : " (" + command.toLowerCase(Locale.ROOT) + ")";
    }

    private static boolean wasNotExecuted(Throwable cause, @Nullable String code) {
        if (code != null) {
            return REFUSED.contains(code)
                    || UNKNOWN.matcher(String.valueOf(cause.getMessage())).find();
        }
        if (cause instanceof RedisConnectionException
                || cause instanceof PartitionSelectorException
                || cause instanceof ConnectException
                || cause instanceof ConnectTimeoutException) {
            return true;
        }
        // Lettuce has no types for these two: a command that never left, as against one whose connection broke under
        // it.
        return isNotConnected(cause) || isQueueFull(cause) || isClosed(cause);
    }
}
