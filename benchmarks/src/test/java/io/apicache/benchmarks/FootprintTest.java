package io.apicache.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The smoke form, and those of its figures that do not depend on the machine. */
@Tag("exhaustive")
class FootprintTest {

    /** Of an array of 1,000 bytes. */
    private static final double ARRAY = 1_016;

    @TempDir
    static Path out;

    private static final Map<String, Double> FIGURES = new LinkedHashMap<>();

    @BeforeAll
    static void measure() throws Exception {
        Footprint.main(new String[] {"--smoke", "--out", out.toString()});
        for (JsonNode figure : new ObjectMapper()
                .readTree(out.resolve("footprint.json").toFile())
                .path("figures")) {
            FIGURES.put(figure.path("subject").asText(), figure.path("value").asDouble());
        }
    }

    @Test
    @DisplayName("every figure is on the page")
    void everyFigureIsOnThePage() throws Exception {
        assertThat(FIGURES).hasSizeGreaterThan(30);
        assertThat(Files.readString(out.resolve("footprint.md"))).contains(FIGURES.keySet());
    }

    @Test
    @DisplayName("a record holds its response once, in the map, the cache and the store")
    void aRecordHoldsItsResponseOnce() {
        for (String holder :
                new String[] {"`MemoryStore`", "Caffeine, bounded, with an expiry", "`ConcurrentHashMap`"}) {
            double response = figure(holder + ", with a response of 1,000 bytes")
                    - figure(holder + ", with a response that takes nothing");
            assertThat(response).as(holder).isCloseTo(ARRAY, within(8.0));
        }
    }

    @Test
    @DisplayName("what has ended leaves the memory")
    void whatHasEndedLeavesTheMemory() {
        assertThat(figure("`MemoryStore`, pending")).isGreaterThan(100);
        assertThat(figure("`MemoryStore`, after it ended")).isBetween(0.0, 40.0); // the table of the map
        // No key is left, or it would not have ended; tables and buffers of some ten kilobytes may be, for a hundred
        // records.
        assertThat(figure("after all of them ended, more than at the start")).isLessThan(1_000);
    }

    @Test
    @DisplayName("who waits holds neither a thread nor a connection")
    void whoWaitsHoldsNeitherAThreadNorAConnection() {
        for (String where : new String[] {"in memory", "over Redis"}) {
            for (String waits : new String[] {"100 waits on as many ids", "100 waits on one id"}) {
                assertThat(figure(where + ": additional threads, " + waits)).isLessThan(10);
                assertThat(figure(where + ": additional connections, " + waits)).isZero();
            }
        }
    }

    @Test
    @DisplayName(
            "a record in Redis takes little more than its response: a header, a longer name, a step of the allocator")
    void aRecordInRedisTakesLittleMoreThanItsResponse() {
        for (int length : new int[] {100, 1_000, 10_000}) {
            double record = figure("handled, response of " + length + " bytes: `MEMORY USAGE`");
            double bare = figure("bare `SET` with an expiry, " + length + " bytes: `MEMORY USAGE`");
            assertThat(bare).isGreaterThan(length);
            assertThat(record - bare).isBetween(0.0, 0.25 * length + 200);
        }
    }

    private static double figure(String subject) {
        assertThat(FIGURES).containsKey(subject);
        return FIGURES.get(subject);
    }
}
