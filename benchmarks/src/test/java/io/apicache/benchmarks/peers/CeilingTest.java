package io.apicache.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.benchmarks.peers.Ceiling.Reached;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CeilingTest {

    @Test
    @DisplayName("columns are found by their names")
    void columnsAreFoundByTheirNames() throws Exception {
        String csv = """
                "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"
                "SET","1000.50","0.9","0.1","0.5","1.5","2.5","9.0"
                "GET","2000.00","0.8","0.1","0.4","1.4","2.4","8.0"
                """;

        assertThat(Ceiling.read(csv, 50))
                .containsExactly(new Reached("SET", 50, 1000.5, 0.5, 2.5), new Reached("GET", 50, 2000, 0.4, 2.4));
    }

    @Test
    @DisplayName("times are unknown where there are no names")
    void timesAreUnknownWithoutNames() throws Exception {
        assertThat(Ceiling.read("\"SET\",\"10.00\"\n\"GET\",\"20.00\"\n", 1))
                .containsExactly(
                        new Reached("SET", 1, 10, Double.NaN, Double.NaN),
                        new Reached("GET", 1, 20, Double.NaN, Double.NaN));
    }

    @Test
    @DisplayName("the rate of a round that was shorter than a millisecond is unknown")
    void theRateOfTooShortARoundIsUnknown() throws Exception {
        String csv = """
                "test","rps","avg_latency_ms","p50_latency_ms","p99_latency_ms"
                "SET","inf","0.9","0.5","2.5"
                "GET","-nan","0.8","0.4","2.4"
                """;

        assertThat(Ceiling.read(csv, 50))
                .containsExactly(
                        new Reached("SET", 50, Double.NaN, 0.5, 2.5), new Reached("GET", 50, Double.NaN, 0.4, 2.4));
        assertThat(Report.number(Double.NaN)).isEmpty();
    }

    @Test
    @DisplayName("anything else is refused")
    void anythingElseIsRefused() {
        assertThatThrownBy(() -> Ceiling.read("Could not connect to Redis\n", 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Could not connect");
    }

    @Test
    @DisplayName("a server is measured where the tool is there, and else not")
    void aServerIsMeasuredWhereTheToolIsThere() throws Exception {
        try (Server server = new Server()) {
            assertThat(Ceiling.measure(server, 100, 50))
                    .extracting(reached -> reached.command() + " " + reached.connections())
                    .isEqualTo(Ceiling.isMeasurable() ? List.of("SET 1", "GET 1", "SET 50", "GET 50") : List.of());
        }
    }
}
