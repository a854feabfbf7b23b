package io.apicache.redis.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.List;

/**
 * A program that runs to its end: what it printed, and how it ended.
 *
 * @param output both streams
 */
record Tool(int exitCode, String output) {

    static Tool run(List<String> line) {
        try {
            Process process = Leftovers.start(new ProcessBuilder(line).redirectErrorStream(true));
            try {
                String output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
                return new Tool(process.waitFor(), output.strip());
            } finally {
                Leftovers.kill(process);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + line.get(0) + " runs", e);
        }
    }

    /** The output, when the program ended well. */
    String orFail() {
        if (exitCode != 0) {
            throw new IllegalStateException("exit code " + exitCode + ": " + output);
        }
        return output;
    }
}
