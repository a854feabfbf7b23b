package io.apicache.benchmarks.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link Worker} in a JVM of its own, seen from the one that gives the orders. */
final class WorkerProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int REMEMBERED = 50;

    private final Process process;
    private final PrintStream orders;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Deque<String> unclaimed = new ArrayDeque<>();

    private WorkerProcess(Process process) {
        this.process = process;
        this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "output of " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    static WorkerProcess start(Peers peer, String uri, int bytes) throws IOException, InterruptedException {
        WorkerProcess worker = new WorkerProcess(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx384m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Worker.class.getName(),
                        peer.name(),
                        uri,
                        String.valueOf(bytes))
                .redirectErrorStream(true)
                .start());
        worker.answer("ready");
        return worker;
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answers.add(line);
            }
        } catch (IOException e) {
            // it was killed
        }
        answers.add("(ended)");
    }

    void order(Object... words) {
        StringBuilder line = new StringBuilder();
        for (Object word : words) {
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        orders.println(line);
    }

    /**
     * Waits for a line that begins so. Others are kept, for they may be answers to orders that were given meanwhile.
     *
     * @return the words after it
     */
    String[] answer(String beginning) throws InterruptedException {
        for (Iterator<String> i = unclaimed.iterator(); i.hasNext(); ) {
            String line = i.next();
            if (line.startsWith(beginning)) {
                i.remove();
                return wordsAfter(beginning, line);
            }
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            String line = answers.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line != null && line.startsWith(beginning)) {
                return wordsAfter(beginning, line);
            }
            if (line == null || line.equals("(ended)")) {
                throw new IllegalStateException(
                        "a worker did not answer '" + beginning + "'; it said:\n" + String.join("\n", unclaimed));
            }
            unclaimed.add(line);
            if (unclaimed.size() > REMEMBERED) {
                unclaimed.remove();
            }
        }
    }

    private static String[] wordsAfter(String beginning, String line) {
        String rest = line.substring(beginning.length()).strip();
        return rest.isEmpty() ? new String[0] : rest.split(" ", -1);
    }

    /** Kills it as {@code kill -9} does. {@return when} */
    long kill() throws InterruptedException {
        long now = System.nanoTime();
        process.destroyForcibly().waitFor();
        return now;
    }

    @Override
    public void close() {
        orders.close();
        process.destroyForcibly();
    }
}
