package io.apicache.benchmarks.peers;

import io.apicache.benchmarks.peers.Report.Spread;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What a {@link Report} says, for people. */
final class Page {

    private static final String INTRODUCTION = """
            Times are medians over the rounds, with the smallest and the greatest round; ratios are taken within each round, to apicache = 1. \
            Commands are what clients send; bytes and processor time are the server's; all three are for one answer. \
            From bytes and processor time, what the same server takes when nobody asks for anything, and what asking for the figures takes, has been taken off. \
            There is no p99 of fewer than 100 answers.
            """;

    private final Report report;
    private final List<String> lines = new ArrayList<>();

    Page(Report report) {
        this.report = report;
    }

    String text() {
        lines.add("# One answer per request: the same job, done by several");
        lines.add("");
        report.machine().forEach((name, value) -> lines.add("- " + name + ": " + value));
        lines.add("");
        lines.add(INTRODUCTION);
        ceiling();
        report.scenarios().forEach(this::section);
        return String.join("\n", lines);
    }

    private void ceiling() {
        lines.add("## What the server can do");
        lines.add("");
        if (report.results().ceiling.isEmpty()) {
            lines.add("`redis-benchmark` was not there to tell.");
            lines.add("");
            return;
        }
        lines.add("`redis-benchmark` with responses of the same length, without pipelining.");
        lines.add("");
        lines.add("| | connections | per second | p50, ms | p99, ms |");
        lines.add("|---|---|---|---|---|");
        for (Ceiling.Reached reached : report.results().ceiling) {
            lines.add("| `" + reached.command() + "` | " + reached.connections() + " | "
                    + Report.number(reached.perSecond()) + " | " + Report.number(reached.p50Millis()) + " | "
                    + Report.number(reached.p99Millis()) + " |");
        }
        lines.add("");
    }

    private void section(Scenario scenario) {
        lines.add("## " + scenario.title().substring(0, 1).toUpperCase(Locale.ROOT)
                + scenario.title().substring(1));
        lines.add("");
        List<String> names = List.copyOf(cells(scenario, Peers.APICACHE).keySet());
        lines.add("| | " + String.join(" | ", names) + " |");
        lines.add("|---".repeat(names.size() + 1) + "|");
        for (Peers peer : Peers.values()) {
            lines.add("| " + peer.title() + " | " + row(scenario, peer, names.size()) + " |");
        }
        lines.add("");
        List<String> leftOut = Arrays.stream(Peers.values())
                .flatMap(peer -> report.results().failures(scenario, peer).stream())
                .map(failure -> "- Left out: " + failure.peer().title() + ", " + failure.when() + ": "
                        + failure.reason() + (failure.givenUp() ? " It was not asked again." : ""))
                .toList();
        if (!leftOut.isEmpty()) {
            lines.addAll(leftOut);
            lines.add("");
        }
    }

    private String row(Scenario scenario, Peers peer, int cells) {
        List<Failure> failures = report.results().failures(scenario, peer);
        return failures.isEmpty() || report.isMeasured(scenario, peer)
                ? String.join(" | ", cells(scenario, peer).values())
                : "not done: " + failures.get(0).reason().replace('|', '/') + " |".repeat(cells - 1);
    }

    private Map<String, String> cells(Scenario scenario, Peers peer) {
        Map<String, String> cells = new LinkedHashMap<>();
        if (scenario.steps() instanceof ManyKeys) {
            cells.put("answers/s", text(report.spread(scenario, peer, Sample::answersPerSecond)));
            cells.put("ratio of these", ratio(scenario, peer, Sample::answersPerSecond));
        }
        if (scenario.name().equals("takeover")) {
            cells.put("leases", text(report.spread(scenario, peer, Sample::leases)));
        }
        cells.put("p50, µs", text(report.spread(scenario, peer, Sample::p50Micros)));
        cells.put("ratio", ratio(scenario, peer, Sample::p50Micros));
        cells.put("p99, µs", text(report.spread(scenario, peer, Sample::p99Micros)));
        cells.put("last, µs", median(scenario, peer, Sample::lastMicros));
        cells.put("commands", Report.number(report.commands(scenario, peer)));
        cells.put("bytes", median(scenario, peer, Sample::bytes));
        cells.put("server CPU, µs", median(scenario, peer, Sample::serverCpuMicros));
        return cells;
    }

    private String median(Scenario scenario, Peers peer, ToDoubleFunction<Sample> figure) {
        return Report.number(report.spread(scenario, peer, figure).median());
    }

    private String ratio(Scenario scenario, Peers peer, ToDoubleFunction<Sample> figure) {
        return peer == Peers.APICACHE ? "1" : text(report.ratio(scenario, peer, figure));
    }

    private static String text(Spread spread) {
        return Double.isNaN(spread.median())
                ? ""
                : Report.number(spread.median()) + " (" + Report.number(spread.least()) + " to "
                        + Report.number(spread.most()) + ")";
    }
}
