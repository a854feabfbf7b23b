package io.apicache.benchmarks.peers;

import io.apicache.redis.server.RedisProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The Redis of one peer, which tells what it cost. */
final class Server implements AutoCloseable {

    private static final int LOOKS = 50;

    private final RedisProcess redis = RedisProcess.start();

    /**
     * What the server has done since it started.
     *
     * @param nanos when
     * @param bytes received and sent
     * @param cpuMicros processor time, in microseconds
     */
    record Cost(long nanos, double bytes, double cpuMicros) {
        Cost since(Cost before) {
            return new Cost(nanos - before.nanos, bytes - before.bytes, cpuMicros - before.cpuMicros);
        }

        /** {@return the rest, if this is the cost of a while} */
        Cost without(Idle idle) {
            return new Cost(
                    nanos,
                    Math.max(0, bytes - idle.lookBytes),
                    Math.max(0, cpuMicros - idle.lookCpuMicros - idle.cpuMicrosPerSecond * nanos / 1e9));
        }
    }

    /**
     * What a server costs that nobody asks for anything.
     *
     * @param lookBytes of asking for its cost
     * @param lookCpuMicros of asking for its cost
     * @param cpuMicrosPerSecond of the time that passes
     */
    record Idle(double lookBytes, double lookCpuMicros, double cpuMicrosPerSecond) {}

    String uri() {
        return redis.uri();
    }

    String host() {
        return redis.host();
    }

    int port() {
        return redis.port();
    }

    String version() {
        return redis.version();
    }

    Cost cost() {
        Map<String, String> stats = redis.info("stats");
        Map<String, String> cpu = redis.info("cpu");
        return new Cost(
                System.nanoTime(),
                Long.parseLong(stats.get("total_net_input_bytes"))
                        + Long.parseLong(stats.get("total_net_output_bytes")),
                1e6 * (Double.parseDouble(cpu.get("used_cpu_user")) + Double.parseDouble(cpu.get("used_cpu_sys"))));
    }

    /** Looks many times, then waits as long as it is told. */
    Idle idle(Duration duration) throws InterruptedException {
        Cost start = cost();
        Cost last = start;
        for (int i = 0; i < LOOKS; i++) {
            last = cost();
        }
        Cost looks = last.since(start);
        Thread.sleep(duration.toMillis());
        Cost nothing = cost().since(last);
        double lookCpuMicros = looks.cpuMicros / LOOKS;
        return new Idle(
                looks.bytes / LOOKS,
                lookCpuMicros,
                Math.max(0, nothing.cpuMicros - lookCpuMicros) * 1e9 / nothing.nanos);
    }

    /** {@return how often a command was called} */
    long calls(String command) {
        return redis.commandCounts().getOrDefault(command, 0L);
    }

    /** Starts to count what clients send. What scripts call is not counted: it costs no way to the server and back. */
    Counter count() throws IOException {
        return new Counter(new Socket(redis.host(), redis.port()));
    }

    @Override
    public void close() {
        redis.close();
    }

    /** Counts commands with MONITOR, which costs the server a lot, so that nothing is timed meanwhile. */
    static final class Counter implements AutoCloseable {

        private final Socket socket;
        private final AtomicLong commands = new AtomicLong();
        private final Thread reader = new Thread(this::read, "monitor");

        private Counter(Socket socket) throws IOException {
            this.socket = socket;
            socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
            if (socket.getInputStream().read() != '+') {
                throw new IOException("MONITOR was refused");
            }
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
                lines.readLine(); // the rest of "+OK"
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (!line.contains(" lua] ")) {
                        commands.incrementAndGet();
                    }
                }
            } catch (IOException e) {
                // closed
            }
        }

        long commands() {
            return commands.get();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
