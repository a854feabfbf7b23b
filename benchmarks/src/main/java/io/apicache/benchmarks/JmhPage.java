package io.apicache.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Makes a page of what JMH has written with {@code -rf json}. */
public final class JmhPage {

    private JmhPage() {}

    /**
     * Writes the page.
     *
     * @param args the file to read and the file to write
     * @throws IOException if it cannot
     */
    public static void main(String[] args) throws IOException {
        JsonNode results = new ObjectMapper().readTree(Path.of(args[0]).toFile());
        JsonNode first = results.path(0);
        List<String> lines = new ArrayList<>(List.of(
                "# JMH",
                "",
                "JMH " + first.path("jmhVersion").asText() + ", "
                        + first.path("vmName").asText() + " "
                        + first.path("jdkVersion").asText() + ", "
                        + first.path("forks").asText() + " forks of "
                        + first.path("warmupIterations").asText() + " + "
                        + first.path("measurementIterations").asText() + " iterations of "
                        + first.path("measurementTime").asText() + ".",
                "",
                "| Benchmark | Mode | Score | Error | p50 | Unit | B/op |",
                "|---|---|---|---|---|---|---|"));
        for (JsonNode result : results) {
            lines.add(row(result));
        }
        lines.add("");
        Files.writeString(Path.of(args[1]), String.join("\n", lines));
    }

    private static String row(JsonNode result) {
        String name = result.path("benchmark").asText();
        StringBuilder title = new StringBuilder(name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1));
        result.path("params")
                .properties()
                .forEach(param -> title.append(", ")
                        .append(param.getKey())
                        .append(' ')
                        .append(param.getValue().asText()));
        JsonNode metric = result.path("primaryMetric");
        return "| " + title
                + " | " + result.path("mode").asText()
                + " | " + number(metric.path("score"))
                + " | " + number(metric.path("scoreError"))
                + " | " + number(metric.path("scorePercentiles").path("50.0"))
                + " | " + metric.path("scoreUnit").asText()
                + " | "
                + number(result.path("secondaryMetrics")
                        .path("gc.alloc.rate.norm")
                        .path("score"))
                + " |";
    }

    private static String number(JsonNode value) {
        double number = value.asDouble();
        if (value.isMissingNode() || Double.isNaN(number)) {
            return "";
        }
        return String.format(Locale.ROOT, number >= 100 ? "%,.0f" : "%.2f", number);
    }
}
