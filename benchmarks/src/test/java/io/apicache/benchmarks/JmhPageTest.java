package io.apicache.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page made of figures that nobody has measured. */
class JmhPageTest {

    private static final String RAW = """
            [{"jmhVersion": "1.0", "benchmark": "somewhere.%s.replay", "mode": "avgt", "threads": 3, "forks": 2,
              "jvm": "/home/somebody/java", "jvmArgs": ["-secret"], "jdkVersion": "17", "vmName": "A VM",
              "warmupIterations": 4, "measurementIterations": 6, "measurementTime": "500 ms", "params": {"ids": "1000"},
              "primaryMetric": {"score": 12.345, "scoreError": "NaN", "scorePercentiles": {"50.0": 12.3}, "scoreUnit": "ns/op",
                                "rawDataHistogram": [[[1, 2]]]},
              "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 1234}}}]
            """;

    @TempDir
    Path directory;

    @BeforeEach
    void makeThePage() throws Exception {
        Path memory = Files.writeString(directory.resolve("1.json"), RAW.formatted("MemoryBenchmark"));
        Path redis = Files.writeString(directory.resolve("2.json"), RAW.formatted("RedisBenchmark"));
        JmhPage.main(new String[] {"Title", directory.resolve("page").toString(), memory.toString(), redis.toString()});
    }

    @Test
    @DisplayName("the page has the title, what the figures depend on, and a row for each benchmark")
    void thePageHasARowForEachBenchmark() throws Exception {
        assertThat(Files.readString(directory.resolve("page.md")))
                .startsWith("# Title\n")
                .contains(
                        "- commit: ", "- command: ", "- processors: ", "- java: A VM 17\n", "- jmh: 1.0\n", "- redis: ")
                .contains(
                        "| MemoryBenchmark.replay, ids 1000 | 3 | 2 x (4 + 6) of 500 ms | 17 | avgt | 12.35 |  | 12.30 "
                                + "| ns/op | 1,234 |")
                .contains("| RedisBenchmark.replay, ids 1000 |")
                .doesNotContain("NaN");
    }

    @Test
    @DisplayName("the raw file has everything that is of use to others, and no paths")
    void theRawFileHasNoPaths() throws Exception {
        JsonNode raw =
                new ObjectMapper().readTree(directory.resolve("page.json").toFile());

        assertThat(raw.path("machine").path("jmh").asText()).isEqualTo("1.0");
        assertThat(raw.path("results")).hasSize(2);
        assertThat(raw.path("results").toString())
                .contains("12.345")
                .doesNotContain("somebody")
                .doesNotContain("secret")
                .doesNotContain("rawDataHistogram");
    }

    @Test
    @DisplayName("a chart has the names of the benchmarks, and the numbers they depend on")
    void aChartHasNamesAndNumbers() throws Exception {
        JmhChart.main(new String[] {"Title", directory.resolve("page").toString(), "ids"});

        assertThat(Files.readString(directory.resolve("page.svg")))
                .contains(">Title<", ">replay<", ">1,000<", ">ns/op<")
                .doesNotContain("NaN")
                .doesNotContain("Infinity");
    }
}
