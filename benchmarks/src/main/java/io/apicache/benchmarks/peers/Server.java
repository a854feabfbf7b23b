package io.apicache.benchmarks.peers;

import io.apicache.redis.server.RedisProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The Redis of one peer, which tells what it cost. */
final class Server implements AutoCloseable {

    private final RedisProcess redis = RedisProcess.start();

    /**
     * What the server has done since it started.
     *
     * @param bytes received and sent
     * @param cpuMicros processor time, in microseconds
     */
    record Cost(long bytes, double cpuMicros) {
        Cost since(Cost before) {
            return new Cost(bytes - before.bytes, cpuMicros - before.cpuMicros);
        }
    }

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
                Long.parseLong(stats.get("total_net_input_bytes"))
                        + Long.parseLong(stats.get("total_net_output_bytes")),
                1e6 * (Double.parseDouble(cpu.get("used_cpu_user")) + Double.parseDouble(cpu.get("used_cpu_sys"))));
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
