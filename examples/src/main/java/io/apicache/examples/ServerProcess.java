package io.apicache.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A JVM that runs {@link ServerMain}. It tells what it does on its standard output, and ends when its standard input does. */
final class ServerProcess {

    /** For a short life beside many others. */
    private static final List<String> JVM_OPTIONS = List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private static final int SECONDS_TO_END = 60;

    private final String name;
    private final Process process;
    private final BufferedReader told;

    /** Starts it; what it says on its standard error is shown under its name. */
    ServerProcess(String name, List<String> arguments, PrintStream err) {
        this.name = name;
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(JVM_OPTIONS);
        line.add(ServerMain.class.getName());
        line.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " does not start: " + e.getMessage(), e);
        }
        told = process.inputReader(StandardCharsets.UTF_8);
        Thread errors =
                new Thread(() -> process.errorReader().lines().forEach(said -> err.println(name + ": " + said)));
        errors.setDaemon(true);
        errors.start();
    }

    /**
     * Waits for its first line.
     *
     * @return where it takes payments
     * @throws IllegalArgumentException if it cannot work; the message says why
     */
    URI address() {
        String first = read();
        if (first == null) {
            throw new IllegalArgumentException(name + " ended with exit code " + end() + " before it listened");
        }
        if (!first.startsWith("http:")) {
            throw new IllegalArgumentException(first);
        }
        return URI.create(first);
    }

    /** Copies its journal to the end. {@return whether the end was its death over a payment} */
    boolean copyTo(Journal journal) {
        Journal.Event event = Journal.Event.EXECUTED;
        for (String line = read(); line != null; line = read()) {
            int space = line.indexOf(' ');
            event = Journal.Event.valueOf(line.substring(0, space));
            journal.write(event, line.substring(space + 1));
        }
        return event == Journal.Event.DIED;
    }

    private @Nullable String read() {
        try {
            return told.readLine();
        } catch (IOException e) {
            return null; // it was closed while it was read: the process is ended
        }
    }

    /** Asks it to end. */
    void stop() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            kill(); // nobody listens any more
        }
    }

    /** Waits until it has ended, and kills it if that takes long. {@return its exit code} */
    int end() {
        process.onExit()
                .completeOnTimeout(process, SECONDS_TO_END, TimeUnit.SECONDS)
                .join();
        process.destroyForcibly();
        return process.onExit().join().exitValue();
    }

    void kill() {
        process.destroyForcibly();
    }

    @Override
    public String toString() {
        return name;
    }
}
