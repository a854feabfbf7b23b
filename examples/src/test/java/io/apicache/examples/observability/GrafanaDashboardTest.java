package io.apicache.examples.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The dashboard asks for what the adapter publishes, under the names that Prometheus sees. */
class GrafanaDashboardTest {

    private static final Path DASHBOARD = Path.of("..", "docs", "examples", "grafana-apicache.json");
    private static final Pattern METRIC = Pattern.compile("apicache_[a-z_]+");
    private static final Pattern SELECTED = Pattern.compile("(apicache_[a-z_]+)\\{([^}]*)}");
    private static final Pattern CONDITION = Pattern.compile("([a-z]+)(?:=~|=)\"([^\"]*)\"");
    private static final Pattern GROUPED = Pattern.compile("by \\(([a-z, ]+)\\)");
    private static final Pattern SAMPLE = Pattern.compile("(apicache_[a-z_]+)\\{([^}]*)} .*");

    /** By metric, then by label: the values that were published. */
    private final Map<String, Map<String, Set<String>>> published = new HashMap<>();

    private JsonNode dashboard;

    @BeforeEach
    void publishAndRead() throws IOException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        MicrometerListener meters = new MicrometerListener(registry, "dashboard");
        Happening.all("id").forEach(happening -> happening.tell().accept(meters));
        registry.scrape().lines().map(SAMPLE::matcher).forEach(sample -> {
            if (sample.matches()) {
                Map<String, Set<String>> labels = published.computeIfAbsent(sample.group(1), name -> new HashMap<>());
                conditions(sample.group(2))
                        .forEach(label -> labels.computeIfAbsent(label.group(1), name -> new TreeSet<>())
                                .add(label.group(2)));
            }
        });
        dashboard = new ObjectMapper()
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(Files.readString(DASHBOARD));
    }

    private static List<MatchResult> conditions(String labels) {
        return CONDITION.matcher(labels).results().toList();
    }

    private List<JsonNode> panels() {
        List<JsonNode> panels = new ArrayList<>();
        dashboard.get("panels").forEach(panels::add);
        return panels;
    }

    private List<String> queries() {
        List<String> queries = new ArrayList<>(dashboard.findValuesAsText("expr"));
        dashboard
                .get("templating")
                .get("list")
                .forEach(variable -> queries.add(
                        variable.get("type").asText().equals("query")
                                ? variable.get("query").asText()
                                : ""));
        queries.removeIf(String::isEmpty);
        return queries;
    }

    private static Set<String> metrics(String query) {
        return METRIC.matcher(query).results().map(MatchResult::group).collect(Collectors.toSet());
    }

    @Test
    void everyMetricOfTheDashboardIsPublished() {
        assertThat(queries()).hasSizeGreaterThan(8).allSatisfy(query -> {
            assertThat(metrics(query)).as(query).isNotEmpty();
            assertThat(published.keySet()).as(query).containsAll(metrics(query));
        });
    }

    @Test
    void everyLabelAndEveryValueThatIsAskedForIsPublished() {
        List<MatchResult> selected = queries().stream()
                .flatMap(query -> SELECTED.matcher(query).results())
                .toList();

        assertThat(selected).isNotEmpty().allSatisfy(metric -> {
            Map<String, Set<String>> labels = published.getOrDefault(metric.group(1), Map.of());
            for (MatchResult condition : conditions(metric.group(2))) {
                assertThat(labels).as(metric.group()).containsKey(condition.group(1));
                if (!condition.group(2).startsWith("$")) {
                    assertThat(labels.get(condition.group(1)))
                            .as(metric.group())
                            .contains(condition.group(2));
                }
            }
        });
    }

    @Test
    void whatIsGroupedByIsALabelOfTheMetric() {
        List<String> grouped =
                queries().stream().filter(query -> query.contains(" by ")).toList();

        assertThat(grouped)
                .isNotEmpty()
                .allSatisfy(query -> GROUPED.matcher(query)
                        .results()
                        .flatMap(by -> Pattern.compile(", ").splitAsStream(by.group(1)))
                        .forEach(label -> metrics(query)
                                .forEach(metric -> assertThat(published.get(metric))
                                        .as("%s of %s", label, metric)
                                        .containsKey(label))));
    }

    @Test
    void everyMeterIsOnTheDashboard() {
        Set<String> shown =
                queries().stream().flatMap(query -> metrics(query).stream()).collect(Collectors.toSet());
        Set<String> derived = published.keySet().stream()
                .filter(name -> name.matches(".*_(sum|max|count|bucket)"))
                .collect(Collectors.toSet());
        Set<String> meters = new TreeSet<>(published.keySet());
        meters.removeAll(derived);

        assertThat(shown).containsAll(meters).contains("apicache_wait_seconds_bucket", "apicache_handle_seconds_count");
    }

    @Test
    void everyPanelHasATitleAPlaceAndQueries() {
        assertThat(panels()).hasSizeGreaterThanOrEqualTo(7).allSatisfy(panel -> {
            assertThat(panel.path("title").asText()).isNotBlank();
            assertThat(panel.path("description").asText()).isNotBlank();
            assertThat(panel.path("gridPos").has("x")).isTrue();
            assertThat(panel.path("targets")).isNotEmpty();
            assertThat(panel.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
        });
        assertThat(panels()).extracting(panel -> panel.get("id").asInt()).doesNotHaveDuplicates();
        assertThat(dashboard.findValuesAsText("expr"))
                .allSatisfy(query -> assertThat(count(query, '(')).isEqualTo(count(query, ')')));
    }

    private static long count(String text, char sign) {
        return text.chars().filter(at -> at == sign).count();
    }
}
