package io.apicache.redis.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Processes and directories that do not outlive this JVM, even where a test forgets to close. */
final class Leftovers {

    private static final Set<Process> PROCESSES = ConcurrentHashMap.newKeySet();
    private static final Set<Path> DIRECTORIES = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Leftovers::clear, "apicache-test-leftovers"));
    }

    private Leftovers() {}

    static Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        PROCESSES.add(process);
        return process;
    }

    /** Kills the hard way and returns when the process is gone. */
    static void kill(Process process) {
        process.destroyForcibly();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        PROCESSES.remove(process);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static Path newDirectory(String name) {
        try {
            Path directory = Files.createTempDirectory("apicache-" + name + "-");
            DIRECTORIES.add(directory);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tries again when something was written in between. */
    static void delete(Path directory) {
        if (!Await.within(Duration.ofMinutes(1), () -> tryDelete(directory))) {
            throw new IllegalStateException("cannot delete " + directory);
        }
        DIRECTORIES.remove(directory);
    }

    private static boolean tryDelete(Path directory) {
        if (!Files.exists(directory)) {
            return true;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
            return true;
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private static void clear() {
        PROCESSES.forEach(Leftovers::kill);
        DIRECTORIES.forEach(Leftovers::tryDelete);
    }
}
