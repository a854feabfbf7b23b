package io.apicache.benchmarks.peers;

import io.apicache.benchmarks.peers.Comparison.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Draws what a {@link Report} says. */
final class Charts {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 440;

    private Charts() {}

    static void write(Report report, Path directory) throws IOException {
        List<Scenario> herds = report.herds();
        save(
                directory,
                "herd-time",
                lines(
                        "From the end of the work until the last of N waiters in " + report.processes()
                                + " processes has it",
                        "ms",
                        herds,
                        (herd, peer) ->
                                report.spread(herd, peer, Sample::lastMicros).median() / 1e3));
        save(
                directory,
                "herd-commands",
                lines(
                        "Commands for N waiters in " + report.processes() + " processes",
                        "commands",
                        herds,
                        (herd, peer) -> report.commands(herd, peer) * herd.operations()));
        save(directory, "wake-up", wakeUp(report));
    }

    private static XYChart lines(
            String title, String unit, List<Scenario> herds, ToDoubleBiFunction<Scenario, Peers> figure) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("waiters")
                .yAxisTitle(unit)
                .build();
        chart.getStyler().setXAxisLogarithmic(herds.size() > 1);
        chart.getStyler().setYAxisLogarithmic(herds.size() > 1);
        chart.getStyler().setLegendPosition(LegendPosition.InsideNW);
        double[] waiters = herds.stream().mapToDouble(Scenario::operations).toArray();
        for (Peers peer : Peers.values()) {
            chart.addSeries(
                    peer.title(),
                    waiters,
                    herds.stream()
                            .mapToDouble(herd -> figure.applyAsDouble(herd, peer))
                            .toArray());
        }
        return chart;
    }

    private static CategoryChart wakeUp(Report report) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("From the end of the work until a waiter in another process has the response, p50")
                .yAxisTitle("ms")
                .build();
        Scenario scenario = report.wakeUp();
        chart.getStyler().setLegendPosition(LegendPosition.InsideNW);
        for (Peers peer : Peers.values()) {
            chart.addSeries(
                    peer.title(),
                    List.of("wake-up"),
                    List.of(report.spread(scenario, peer, Sample::p50Micros).median() / 1e3));
        }
        return chart;
    }

    private static void save(Path directory, String name, Chart<?, ?> chart) throws IOException {
        VectorGraphicsEncoder.saveVectorGraphic(chart, directory.resolve(name).toString(), VectorGraphicsFormat.SVG);
    }
}
