package io.apicache.benchmarks.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.apicache.benchmarks.peers.Comparison.Count;
import io.apicache.benchmarks.peers.Comparison.Form;
import io.apicache.benchmarks.peers.Comparison.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Writes what was measured as raw JSON, as a page, and as charts. */
final class Report {

    private final Map<String, String> machine = new LinkedHashMap<>();
    private final List<Sample> samples;
    private final List<Count> counts;
    private final List<Scenario> scenarios;
    private final int processes;

    Report(Form form, String redis, List<Sample> samples, List<Count> counts) throws IOException {
        this.samples = samples;
        this.counts = counts;
        this.processes = form.processes();
        this.scenarios = form.scenarios(form.calls(), form.wakeUps());
        machine.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        machine.put("commit", commit());
        machine.put("form", form.name());
        machine.put("rounds", String.valueOf(form.rounds()));
        machine.put("processors", Runtime.getRuntime().availableProcessors() + " of " + processor());
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        machine.put("redis", redis + ", on loopback");
    }

    private static String processor() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) {
            return System.getProperty("os.arch");
        }
        try (Stream<String> lines = Files.lines(info)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        }
    }

    private static String commit() {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty").start();
            String name = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return name.isBlank() ? "unknown" : name.strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    void write(Path directory) throws IOException {
        Map<String, Object> raw = new LinkedHashMap<>();
        raw.put("machine", machine);
        raw.put("samples", samples);
        raw.put("counts", counts);
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(directory.resolve("comparison.json").toFile(), raw);
        Files.writeString(directory.resolve("comparison.md"), page());
        Charts.write(this, directory);
    }

    // ---- figures

    /** Smallest, middle and greatest of the rounds. */
    record Spread(double least, double median, double most) {
        static Spread of(double[] values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            return new Spread(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
        }
    }

    Scenario wakeUp() {
        return scenarios.stream()
                .filter(scenario -> scenario.name().equals("wake-up"))
                .findFirst()
                .orElseThrow();
    }

    int processes() {
        return processes;
    }

    /** {@return the herds in several processes} */
    List<Scenario> herds() {
        return scenarios.stream()
                .filter(scenario -> scenario.name().startsWith("herd-"))
                .filter(scenario -> scenario.name().endsWith("-in-" + processes))
                .toList();
    }

    private double[] rounds(Scenario scenario, Peers peer, ToDoubleFunction<Sample> figure) {
        return samples.stream()
                .filter(sample -> sample.peer() == peer && sample.scenario().equals(scenario.name()))
                .mapToDouble(figure)
                .toArray();
    }

    Spread spread(Scenario scenario, Peers peer, ToDoubleFunction<Sample> figure) {
        return Spread.of(rounds(scenario, peer, figure));
    }

    /** Each round is compared with itself: what disturbed one disturbed both. */
    private Spread ratio(Scenario scenario, Peers peer, ToDoubleFunction<Sample> figure) {
        double[] others = rounds(scenario, peer, figure);
        double[] own = rounds(scenario, Peers.APICACHE, figure);
        for (int i = 0; i < others.length; i++) {
            others[i] /= own[i];
        }
        return Spread.of(others);
    }

    double commands(Scenario scenario, Peers peer) {
        return counts.stream()
                .filter(count -> count.peer() == peer && count.scenario().equals(scenario.name()))
                .mapToDouble(count -> (double) count.commands() / count.operations())
                .findFirst()
                .orElse(Double.NaN);
    }

    // ---- the page

    private String page() {
        List<String> lines = new ArrayList<>();
        lines.add("# One answer per request: the same job, done by several");
        lines.add("");
        machine.forEach((name, value) -> lines.add("- " + name + ": " + value));
        lines.add("");
        lines.add("Times are medians over the rounds, with the smallest and the greatest round; ratios are taken within"
                + " each round, to apicache = 1. Commands are what clients send; bytes and processor time are the"
                + " server's; all are for one answer.");
        for (Scenario scenario : scenarios) {
            lines.add("");
            lines.add("## " + scenario.title().substring(0, 1).toUpperCase(Locale.ROOT)
                    + scenario.title().substring(1));
            lines.add("");
            lines.add("| | p50, µs | ratio | last, µs | commands | bytes | server CPU, µs |");
            lines.add("|---|---|---|---|---|---|---|");
            for (Peers peer : Peers.values()) {
                lines.add(row(scenario, peer));
            }
        }
        lines.add("");
        return String.join("\n", lines);
    }

    private String row(Scenario scenario, Peers peer) {
        Spread ratio = ratio(scenario, peer, Sample::p50Micros);
        return "| " + peer.title()
                + " | " + text(spread(scenario, peer, Sample::p50Micros))
                + " | " + (peer == Peers.APICACHE ? "1" : text(ratio))
                + " | " + number(spread(scenario, peer, Sample::lastMicros).median())
                + " | " + number(commands(scenario, peer))
                + " | " + number(spread(scenario, peer, Sample::bytes).median())
                + " | " + number(spread(scenario, peer, Sample::serverCpuMicros).median())
                + " |";
    }

    private static String text(Spread spread) {
        return number(spread.median()) + " (" + number(spread.least()) + " to " + number(spread.most()) + ")";
    }

    /** Three figures that count. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return ""; // not counted
        }
        int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
