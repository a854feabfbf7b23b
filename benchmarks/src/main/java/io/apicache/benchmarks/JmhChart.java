package io.apicache.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.apicache.benchmarks.charts.LineChart;
import io.apicache.benchmarks.charts.LineChart.Line;
import io.apicache.benchmarks.charts.LineChart.Point;
import io.apicache.benchmarks.charts.Series;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Draws what a {@link JmhPage} has written, against one of the parameters. */
public final class JmhChart {

    private JmhChart() {}

    /**
     * Draws it.
     *
     * @param args a title; the files of the page, without their endings, beside which the picture is written; the parameter
     * @throws IOException if it cannot
     */
    public static void main(String[] args) throws IOException {
        JsonNode results =
                new ObjectMapper().readTree(Path.of(args[1] + ".json").toFile()).path("results");
        Map<String, Map<Double, Double>> figures = new LinkedHashMap<>();
        for (JsonNode result : results) {
            figures.computeIfAbsent(name(result, args[2]), unused -> new TreeMap<>())
                    .put(
                            result.path("params").path(args[2]).asDouble(),
                            result.path("primaryMetric").path("score").asDouble());
        }
        List<Line> lines = new ArrayList<>();
        figures.forEach((name, points) -> lines.add(new Line(
                Series.of(name, lines.size()),
                points.entrySet().stream()
                        .map(point -> new Point(point.getKey(), point.getValue()))
                        .toList())));
        String unit = results.path(0).path("primaryMetric").path("scoreUnit").asText();
        LineChart.draw(args[0], args[2], unit, lines).save(Path.of(args[1] + ".svg"));
    }

    /** The method, and what else distinguishes it. */
    private static String name(JsonNode result, String parameter) {
        String benchmark = result.path("benchmark").asText();
        StringBuilder name = new StringBuilder(benchmark.substring(benchmark.lastIndexOf('.') + 1));
        result.path("params").properties().stream()
                .filter(param -> !param.getKey().equals(parameter))
                .forEach(param -> name.append(", ").append(param.getValue().asText()));
        return name.toString();
    }
}
