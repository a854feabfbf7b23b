package io.apicache.benchmarks.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.apicache.benchmarks.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Works out what the measurements say, and writes it as raw JSON, as a {@link Page}, and as {@link Charts}. */
final class Report {

    private final Map<String, String> machine;
    private final Results results;
    private final List<Scenario> scenarios;
    private final int processes;

    Report(Form form, String redis, int bytes, Results results) throws IOException {
        this.results = results;
        this.processes = form.processes();
        this.scenarios = form.scenarios();
        machine = Machine.describe();
        machine.put("redis", redis + ", on loopback");
        machine.put("form", form.name());
        machine.put("rounds", String.valueOf(form.rounds()));
        machine.put("bytes of a response", String.format(Locale.ROOT, "%,d", bytes));
    }

    void write(Path directory) throws IOException {
        Map<String, Object> raw = new LinkedHashMap<>();
        raw.put("machine", machine);
        raw.put("samples", results.samples);
        raw.put("counts", results.counts);
        raw.put("failures", results.failures);
        raw.put("idle", results.idle);
        raw.put("ceiling", results.ceiling);
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(directory.resolve("comparison.json").toFile(), raw);
        Files.writeString(directory.resolve("comparison.md"), new Page(this).text());
        Charts.write(this, directory);
    }

    /** Smallest, middle and greatest of the rounds; nothing of no rounds. */
    record Spread(double least, double median, double most) {
        static Spread of(double[] values) {
            if (values.length == 0) {
                return new Spread(Double.NaN, Double.NaN, Double.NaN);
            }
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            return new Spread(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
        }
    }

    Map<String, String> machine() {
        return machine;
    }

    Results results() {
        return results;
    }

    List<Scenario> scenarios() {
        return scenarios;
    }

    Scenario scenario(String name) {
        return scenarios.stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    int processes() {
        return processes;
    }

    /** {@return the herds in several processes} */
    List<Scenario> herds() {
        return scenarios.stream()
                .filter(scenario -> scenario.steps() instanceof Herd herd && herd.processes() == processes)
                .toList();
    }

    private List<Sample> rounds(Scenario scenario, Peers peer) {
        return results.samples.stream()
                .filter(sample -> sample.peer() == peer && sample.scenario().equals(scenario.name()))
                .toList();
    }

    boolean isMeasured(Scenario scenario, Peers peer) {
        return !rounds(scenario, peer).isEmpty();
    }

    Spread spread(Scenario scenario, Peers peer, ToDoubleFunction<Sample> figure) {
        return Spread.of(rounds(scenario, peer).stream().mapToDouble(figure).toArray());
    }

    /** Each round is compared with itself: what disturbed one disturbed both. */
    Spread ratio(Scenario scenario, Peers peer, ToDoubleFunction<Sample> figure) {
        Map<Integer, Double> own = new LinkedHashMap<>();
        rounds(scenario, Peers.APICACHE).forEach(sample -> own.put(sample.round(), figure.applyAsDouble(sample)));
        return Spread.of(rounds(scenario, peer).stream()
                .filter(sample -> own.containsKey(sample.round()))
                .mapToDouble(sample -> figure.applyAsDouble(sample) / own.getOrDefault(sample.round(), Double.NaN))
                .toArray());
    }

    double commands(Scenario scenario, Peers peer) {
        return results.counts.stream()
                .filter(count -> count.peer() == peer && count.scenario().equals(scenario.name()))
                .mapToDouble(count -> (double) count.commands() / count.operations())
                .findFirst()
                .orElse(Double.NaN);
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
