package io.apicache.benchmarks.scaling;

import io.apicache.benchmarks.charts.LineChart;
import io.apicache.benchmarks.charts.LineChart.Line;
import io.apicache.benchmarks.charts.Series;
import io.apicache.redis.server.RedisProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Lets more and more callers in more and more processes call without a pause, and writes down how many calls there were, how long they
 * took, and what they cost the server and the processes: {@code [--smoke] [--out DIRECTORY]}.
 */
public final class Saturation {

    private static final int BYTES = 1_000;

    private static final String TITLE = "How many calls per second";
    private static final int ROUNDS = 3;
    private static final List<String> HEAD = List.of(
            "Callers that call without a pause, each on a thread of its own; 1,000 bytes of response; everything on one machine. Medians of the "
                    + "rounds, with the smallest and the greatest round; operations take turns in each round. Processor time is what one call costs.",
            "",
            "| | processes | callers in each | calls/s | p50, µs | p99, µs | server, µs | client, µs | server busy, % | bytes |",
            "|---|---|---|---|---|---|---|---|---|---|");

    private final long sliceMillis;
    private final long millis;
    private final List<Point> points = new ArrayList<>();
    private String redis = "";

    private Saturation(long sliceMillis, long millis) {
        this.sliceMillis = sliceMillis;
        this.millis = millis;
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
        Saturation saturation = smoke ? new Saturation(20, 200) : new Saturation(1_000, 4_000);
        for (int round = 1; round <= (smoke ? 1 : ROUNDS); round++) {
            for (int processes : smoke ? new int[] {2} : new int[] {1, 4}) {
                for (int callers : smoke ? new int[] {2} : new int[] {1, 8, 64}) {
                    saturation.measure(processes, callers, round);
                }
            }
            saturation.write(out);
        }
        System.out.println("written: " + out);
    }

    private void measure(int processes, int callers, int round) throws IOException, InterruptedException {
        for (Operation operation : Operation.values()) {
            Point point = measure(operation, processes, callers, round);
            points.add(point);
            System.out.printf(Locale.ROOT, "round %d %s %,.0f calls/s%n", round, point.what(), point.callsPerSecond());
        }
    }

    private void write(Path out) throws IOException {
        List<String> lines = new ArrayList<>(HEAD);
        points.stream()
                .sorted(Comparator.comparing(Point::operation)) // stable: the rest is in order
                .collect(Collectors.groupingBy(Point::what, LinkedHashMap::new, Collectors.toList()))
                .forEach((what, rounds) -> lines.add(what + row(rounds)));
        new Table("saturation", TITLE, redis).write(out, lines, points);
        LineChart.draw(TITLE, "callers in all processes", "calls/s", chart()).save(out.resolve("saturation.svg"));
    }

    /** One line for each operation from one process, and one for each from several. */
    private List<Line> chart() {
        Map<String, Map<Double, List<Point>>> figures = points.stream()
                .collect(Collectors.groupingBy(
                        point -> point.operation().title() + ", " + point.processes() + " JVM",
                        LinkedHashMap::new,
                        Collectors.groupingBy(
                                point -> (double) point.processes() * point.callers(),
                                TreeMap::new,
                                Collectors.toList())));
        List<Line> lines = new ArrayList<>();
        figures.forEach((title, numbers) -> lines.add(new Line(
                Series.of(title, lines.size()),
                numbers.entrySet().stream()
                        .map(rounds -> new LineChart.Point(
                                rounds.getKey(),
                                sorted(rounds.getValue(), Point::callsPerSecond)[
                                        rounds.getValue().size() / 2]))
                        .toList())));
        return lines;
    }

    private static double[] sorted(List<Point> rounds, ToDoubleFunction<Point> figure) {
        return rounds.stream().mapToDouble(figure).sorted().toArray();
    }

    private static String row(List<Point> rounds) {
        return spread(rounds, Point::callsPerSecond)
                + spread(rounds, Point::p50Micros)
                + spread(rounds, Point::p99Micros)
                + median("%.1f", rounds, Point::serverMicros)
                + median("%.1f", rounds, Point::clientMicros)
                + median("%.0f", rounds, point -> 100 * point.serverBusy())
                + median("%,.0f", rounds, Point::bytes);
    }

    private static String spread(List<Point> rounds, ToDoubleFunction<Point> figure) {
        double[] sorted = sorted(rounds, figure);
        return String.format(
                Locale.ROOT,
                " %,.0f (%,.0f to %,.0f) |",
                sorted[sorted.length / 2],
                sorted[0],
                sorted[sorted.length - 1]);
    }

    private static String median(String format, List<Point> rounds, ToDoubleFunction<Point> figure) {
        double[] sorted = sorted(rounds, figure);
        return String.format(Locale.ROOT, " " + format + " |", sorted[sorted.length / 2]);
    }

    private void fill(RedisProcess redis) throws IOException, InterruptedException {
        Process process = start(redis, "fill", 1);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(
                    "Redis could not be filled:\n" + lines(process).lines().toList());
        }
    }

    /** On a server of its own: what another measurement has left behind would end during this one. */
    private Point measure(Operation operation, int processes, int callers, int round)
            throws IOException, InterruptedException {
        List<Process> all = new ArrayList<>();
        try (RedisProcess server = RedisProcess.start()) {
            redis = server.version();
            fill(server);
            for (int i = 0; i < processes; i++) {
                all.add(start(server, operation.name(), callers));
            }
            List<BufferedReader> said = all.stream().map(Saturation::lines).toList();
            for (BufferedReader lines : said) {
                require(lines, "ready");
            }
            Cost before = cost(server);
            for (Process process : all) {
                OutputStream orders = process.getOutputStream();
                orders.write('\n');
                orders.flush();
            }
            List<String[]> done = new ArrayList<>();
            for (BufferedReader lines : said) {
                done.add(require(lines, "done").split(" ", -1));
            }
            return point(
                    new Called(operation, callers, round), done, cost(server).since(before));
        } finally {
            all.forEach(Process::destroyForcibly);
        }
    }

    private record Called(Operation operation, int callers, int round) {}

    private Point point(Called called, List<String[]> done, Cost cost) {
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
                called.operation(),
                done.size(),
                called.callers(),
                called.round(),
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
                        String.valueOf(sliceMillis),
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
