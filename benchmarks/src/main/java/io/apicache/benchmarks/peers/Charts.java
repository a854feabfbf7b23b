package io.apicache.benchmarks.peers;

import io.apicache.benchmarks.charts.LineChart;
import io.apicache.benchmarks.charts.LineChart.Line;
import io.apicache.benchmarks.charts.LineChart.Point;
import io.apicache.benchmarks.charts.Series;
import io.apicache.benchmarks.peers.BarChart.Bar;
import io.apicache.benchmarks.peers.BarChart.Row;
import io.apicache.benchmarks.peers.Report.Spread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;

/** Draws what a {@link Report} says. */
final class Charts {

    private Charts() {}

    static void write(Report report, Path directory) throws IOException {
        String where = " in " + report.processes() + " processes";
        LineChart.draw(
                        "From the end of the work until the last of N waiters" + where + " has the response",
                        "waiters",
                        "ms",
                        lines(
                                report,
                                (herd, peer) -> report.spread(herd, peer, Sample::lastMicros)
                                                .median()
                                        / 1e3))
                .save(directory.resolve("herd-time.svg"));
        LineChart.draw(
                        "Commands for N waiters" + where,
                        "waiters",
                        "commands",
                        lines(report, (herd, peer) -> report.commands(herd, peer) * herd.operations()))
                .save(directory.resolve("herd-commands.svg"));
        Scenario wakeUp = report.scenario("wake-up");
        BarChart.draw(
                        "From the end of the work until a waiter in another process has the response, p50",
                        "ms",
                        rows(peer ->
                                List.of(new Bar("", report.spread(wakeUp, peer, sample -> sample.p50Micros() / 1e3)))))
                .save(directory.resolve("wake-up.svg"));
        BarChart.draw(
                        "Commands for a first call, and for one wait on both sides",
                        "commands",
                        rows(peer -> List.of(
                                new Bar("first call", exactly(report.commands(report.scenario("first-seen"), peer))),
                                new Bar("wait", exactly(report.commands(wakeUp, peer))))))
                .save(directory.resolve("commands.svg"));
        BarChart.draw(
                        "From the death of the owner until a waiter in another process has done the work",
                        "leases",
                        rows(peer ->
                                List.of(new Bar("", report.spread(report.scenario("takeover"), peer, Sample::leases)))))
                .save(directory.resolve("takeover.svg"));
    }

    /** This library's stands out; the others can be told apart, and do not shout. */
    static String colour(Peers peer) {
        return switch (peer) {
            case APICACHE -> "#0969da";
            case REDISSON -> "#c4432b";
            case SPRING -> "#3f8f5b";
            case JETCACHE -> "#8a63b5";
            case POLLING_10 -> "#bf8700";
            case POLLING_50 -> "#768390";
        };
    }

    private static List<Line> lines(Report report, ToDoubleBiFunction<Scenario, Peers> figure) {
        return Arrays.stream(Peers.values())
                .map(peer -> new Line(
                        new Series(peer.title(), colour(peer), peer == Peers.APICACHE),
                        report.herds().stream()
                                .map(herd -> new Point(herd.operations(), figure.applyAsDouble(herd, peer)))
                                .filter(point -> point.figure() > 0) // not where it was too much
                                .toList()))
                .toList();
    }

    private static List<Row> rows(Function<Peers, List<Bar>> bars) {
        return Arrays.stream(Peers.values())
                .map(peer -> new Row(peer, bars.apply(peer)))
                .toList();
    }

    private static Spread exactly(double figure) {
        return new Spread(figure, figure, figure);
    }
}
