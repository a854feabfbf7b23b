package io.apicache.benchmarks.scaling;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.apicache.redis.server.RedisProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Lets more and more callers in more and more processes call without a pause, and writes down how many calls there were, how long they
 * took, and what they cost the server and the processes: {@code [--smoke] [--out DIRECTORY]}.
 */
public final class Saturation {

    private static final int BYTES = 1_000;

    private final long warmUpMillis;
    private final long millis;

    private Saturation(long warmUpMillis, long millis) {
        this.warmUpMillis = warmUpMillis;
        this.millis = millis;
    }

    /**
     * One measurement.
     *
     * @param operation what was called
     * @param processes how many JVMs called
     * @param callers how many threads in each of them
     * @param callsPerSecond in all
     * @param p50Micros of one call, the median of the processes
     * @param p99Micros of one call, the greatest of the processes
     * @param serverMicros processor time of the server for one call
     * @param clientMicros processor time of the process for one call
     * @param serverBusy how much of one processor the server had
     * @param bytes to and from the server, for one call
     */
    record Point(
            Operation operation,
            int processes,
            int callers,
            double callsPerSecond,
            double p50Micros,
            double p99Micros,
            double serverMicros,
            double clientMicros,
            double serverBusy,
            double bytes) {

        String row() {
            return String.format(
                    Locale.ROOT,
                    "| %s | %d | %d | %,.0f | %,.0f | %,.0f | %.1f | %.1f | %.0f %% | %,.0f |",
                    operation.title(),
                    processes,
                    callers,
                    callsPerSecond,
                    p50Micros,
                    p99Micros,
                    serverMicros,
                    clientMicros,
                    100 * serverBusy,
                    bytes);
        }
    }

    /**
     * Runs it.
     *
     * @param args see above
     * @throws Exception if a call failed
     */
    public static void main(String[] args) throws Exception {
        boolean smoke = false;
        Path out = Path.of("target", "saturation");
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--smoke" -> smoke = true;
                case "--out" -> out = Path.of(args[++i]);
                default -> throw new IllegalArgumentException(args[i] + " is not --smoke or --out");
            }
        }
        List<Point> points = new ArrayList<>();
        Saturation saturation = new Saturation(smoke ? 100 : 3_000, smoke ? 200 : 4_000);
        for (Operation operation : Operation.values()) {
            for (int processes : smoke ? new int[] {2} : new int[] {1, 4}) {
                for (int callers : smoke ? new int[] {2} : new int[] {1, 8, 64}) {
                    points.add(saturation.measure(operation, processes, callers));
                    System.out.println(points.get(points.size() - 1).row());
                }
            }
        }
        Files.createDirectories(out);
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(out.resolve("saturation.json").toFile(), points);
        Files.writeString(out.resolve("saturation.md"), page(points));
        System.out.println("written: " + out);
    }

    private static String page(List<Point> points) {
        List<String> lines = new ArrayList<>(List.of(
                "# How many calls per second",
                "",
                "Callers that call without a pause, each on a thread of its own; 1,000 bytes of response; everything on one machine with "
                        + Runtime.getRuntime().availableProcessors()
                        + " processors. Processor time is what one call costs.",
                "",
                "| | processes | callers in each | calls/s | p50, µs | p99, µs | server, µs | client, µs | server busy | bytes |",
                "|---|---|---|---|---|---|---|---|---|---|"));
        points.forEach(point -> lines.add(point.row()));
        lines.add("");
        return String.join("\n", lines);
    }

    private void fill(RedisProcess redis) throws IOException, InterruptedException {
        Process process = start(redis, "fill", 1);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(
                    "Redis could not be filled:\n" + lines(process).lines().toList());
        }
    }

    /** On a server of its own: what another measurement has left behind would end during this one. */
    private Point measure(Operation operation, int processes, int callers) throws IOException, InterruptedException {
        List<Process> all = new ArrayList<>();
        try (RedisProcess redis = RedisProcess.start()) {
            fill(redis);
            for (int i = 0; i < processes; i++) {
                all.add(start(redis, operation.name(), callers));
            }
            List<BufferedReader> said = all.stream().map(Saturation::lines).toList();
            for (BufferedReader lines : said) {
                require(lines, "ready");
            }
            Cost before = cost(redis);
            for (Process process : all) {
                OutputStream orders = process.getOutputStream();
                orders.write('\n');
                orders.flush();
            }
            List<String[]> done = new ArrayList<>();
            for (BufferedReader lines : said) {
                done.add(require(lines, "done").split(" ", -1));
            }
            return point(operation, callers, done, cost(redis).since(before));
        } finally {
            all.forEach(Process::destroyForcibly);
        }
    }

    private Point point(Operation operation, int callers, List<String[]> done, Cost cost) {
        double calls = sum(done, 1);
        double[] p50 = done.stream()
                .mapToDouble(words -> Double.parseDouble(words[3]))
                .sorted()
                .toArray();
        double p99 = done.stream()
                .mapToDouble(words -> Double.parseDouble(words[4]))
                .max()
                .orElseThrow();
        return new Point(
                operation,
                done.size(),
                callers,
                calls * 1_000 / millis,
                p50[p50.length / 2] / 1e3,
                p99 / 1e3,
                cost.cpuMicros() / calls,
                sum(done, 2) / calls,
                cost.cpuMicros() / 1e3 / millis,
                cost.bytes() / calls);
    }

    private static double sum(List<String[]> done, int word) {
        return done.stream()
                .mapToDouble(words -> Double.parseDouble(words[word]))
                .sum();
    }

    private Process start(RedisProcess redis, String operation, int callers) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx384m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Load.class.getName(),
                        redis.uri(),
                        operation,
                        String.valueOf(callers),
                        String.valueOf(warmUpMillis),
                        String.valueOf(millis),
                        String.valueOf(BYTES))
                .redirectErrorStream(true)
                .start();
    }

    private static BufferedReader lines(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static String require(BufferedReader lines, String beginning) throws IOException {
        List<String> others = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(beginning)) {
                return line;
            }
            others.add(line);
        }
        throw new IllegalStateException("a process ended without '" + beginning + "':\n" + String.join("\n", others));
    }

    private record Cost(double cpuMicros, double bytes) {
        Cost since(Cost before) {
            return new Cost(cpuMicros - before.cpuMicros, bytes - before.bytes);
        }
    }

    private static Cost cost(RedisProcess redis) {
        Map<String, String> cpu = redis.info("cpu");
        Map<String, String> stats = redis.info("stats");
        return new Cost(
                1e6 * (Double.parseDouble(cpu.get("used_cpu_user")) + Double.parseDouble(cpu.get("used_cpu_sys"))),
                Double.parseDouble(stats.get("total_net_input_bytes"))
                        + Double.parseDouble(stats.get("total_net_output_bytes")));
    }
}
