package io.apicache.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes a page of what JMH has written with {@code -rf json}, once or several times, and one raw file. */
public final class JmhPage {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private JmhPage() {}

    /**
     * Writes the page.
     *
     * @param args a title; the files to write, without their endings; the files to read
     * @throws IOException if it cannot
     */
    public static void main(String[] args) throws IOException {
        ArrayNode results = JSON.createArrayNode();
        for (int i = 2; i < args.length; i++) {
            results.addAll((ArrayNode) JSON.readTree(Path.of(args[i]).toFile()));
        }
        for (JsonNode result : results) {
            withoutPaths((ObjectNode) result);
        }
        Map<String, String> machine = machine(results);
        Files.writeString(Path.of(args[1] + ".md"), page(args[0], machine, results));
        ObjectNode raw = JSON.createObjectNode();
        raw.set("machine", JSON.valueToTree(machine));
        raw.set("results", results);
        JSON.writeValue(Path.of(args[1] + ".json").toFile(), raw);
    }

    private static Map<String, String> machine(ArrayNode results) throws IOException {
        Map<String, String> machine = Machine.describe();
        JsonNode first = results.path(0);
        machine.put(
                "java",
                first.path("vmName").asText() + " " + first.path("jdkVersion").asText());
        machine.put("jmh", first.path("jmhVersion").asText());
        if (results.findValuesAsText("benchmark").stream().anyMatch(name -> name.contains(".Redis"))) {
            try (RedisUnderTest redis = new RedisUnderTest()) {
                machine.put("redis", redis.version());
            }
        }
        return machine;
    }

    /** Where things lie on this machine, and each single measurement: of no use to others. */
    private static void withoutPaths(ObjectNode result) {
        result.remove(List.of("jvm", "jvmArgs"));
        withoutDetails(result.path("primaryMetric"));
        result.path("secondaryMetrics").forEach(JmhPage::withoutDetails);
    }

    private static void withoutDetails(JsonNode metric) {
        if (metric instanceof ObjectNode figures) {
            figures.remove("rawDataHistogram");
        }
    }

    private static String page(String title, Map<String, String> machine, ArrayNode results) {
        List<String> lines = new ArrayList<>(List.of("# " + title, ""));
        machine.forEach((name, value) -> lines.add("- " + name + ": " + value));
        lines.addAll(List.of(
                "",
                "| Benchmark | Threads | Forks, iterations | JDK | Mode | Score | Error | p50 | Unit | B/op |",
                "|---|---|---|---|---|---|---|---|---|---|"));
        for (JsonNode result : results) {
            lines.add(row(result));
        }
        lines.add("");
        return String.join("\n", lines);
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
                + " | " + result.path("threads").asText()
                + " | " + result.path("forks").asText() + " x ("
                + result.path("warmupIterations").asText() + " + "
                + result.path("measurementIterations").asText() + ") of "
                + result.path("measurementTime").asText()
                + " | " + result.path("jdkVersion").asText()
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
