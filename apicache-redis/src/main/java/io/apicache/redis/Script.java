package io.apicache.redis;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.codec.Base16;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The moves that are more than one command, each a script in a file of its name. Sent by its digest; a server that does not know it,
 * because it was restarted, flushed or promoted, is sent the text once.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
final class Script {

    /** What has been worked for is stored, and what is given back makes room, also where there is no memory left. Known from 7.0 on. */
    private static final String EVEN_IF_FULL = "#!lua flags=allow-oom\n";

    static final Script JOIN = new Script("join", ScriptOutputType.MULTI, false);
    static final Script PEEK = new Script("peek", ScriptOutputType.MULTI, false);
    static final Script HANDLE = new Script("handle", ScriptOutputType.VALUE, true);
    static final Script RENEW = new Script("renew", ScriptOutputType.INTEGER, false);
    static final Script RELEASE = new Script("release", ScriptOutputType.INTEGER, true);
    static final Script INVALIDATE = new Script("invalidate", ScriptOutputType.INTEGER, true);

    private static final List<Script> ALL = List.of(JOIN, PEEK, HANDLE, RENEW, RELEASE, INVALIDATE);
    private static final Pattern LINE = Pattern.compile("user_script:\\s*(\\d+)");
    private static final Pattern CALL = Pattern.compile("redis\\.p?call\\('(\\w+)'");

    private final ScriptOutputType output;
    private final byte[] plain;
    private final String plainDigest;
    private final byte[] flagged;
    private final String flaggedDigest;

    private Script(String name, ScriptOutputType output, boolean evenIfFull) {
        this.output = output;
        String text = read(name + ".lua");
        plain = text.getBytes(StandardCharsets.UTF_8);
        flagged = ((evenIfFull ? EVEN_IF_FULL : "") + text).getBytes(StandardCharsets.UTF_8);
        plainDigest = Base16.digest(plain);
        flaggedDigest = Base16.digest(flagged);
    }

    /** {@return the reply} */
    <T> CompletionStage<T> run(Link link, byte[][] keys, byte[]... args) {
        boolean flags = link.server().knowsScriptFlags();
        CompletableFuture<T> reply = new CompletableFuture<>();
        CompletionStage<T> known =
                link.send(commands -> commands.evalsha(flags ? flaggedDigest : plainDigest, output, keys, args));
        Safely.then(known, reply, (said, failure) -> {
            if (failure == null) {
                reply.complete(said);
            } else if (RedisFailures.isNoScript(failure)) {
                CompletionStage<T> text =
                        link.send(commands -> commands.eval(flags ? flagged : plain, output, keys, args));
                // Not understood by a node of a cluster that is being upgraded: it knows no flags yet.
                var ignored = text.exceptionallyCompose(refusal -> flags && RedisFailures.isNotUnderstood(refusal)
                                ? link.send(commands -> commands.eval(plain, output, keys, args))
                                : CompletableFuture.failedFuture(refusal))
                        .whenComplete((again, refusal) -> complete(reply, again, refusal));
            } else {
                reply.completeExceptionally(failure);
            }
        });
        return reply;
    }

    /** {@return the command that failed inside a script, by the line that the server's error names, or null if it names none of ours} */
    static @Nullable String commandBehind(String error) {
        Matcher line = LINE.matcher(error);
        if (!line.find()) {
            return null;
        }
        int number = Integer.parseInt(line.group(1));
        for (Script script : ALL) {
            boolean flagged = error.contains(script.flaggedDigest);
            if (flagged || error.contains(script.plainDigest)) {
                String text = new String(flagged ? script.flagged : script.plain, StandardCharsets.UTF_8);
                Matcher call =
                        CALL.matcher(text.lines().skip(number - 1L).findFirst().orElse(""));
                return call.find() ? call.group(1) : null;
            }
        }
        return null;
    }

    private static <T> void complete(CompletableFuture<T> reply, @Nullable T said, @Nullable Throwable failure) {
        if (failure == null) {
            reply.complete(said);
        } else {
            reply.completeExceptionally(failure);
        }
    }

    private static String read(String file) {
        try (InputStream in = Script.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing from the library's own archive");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
