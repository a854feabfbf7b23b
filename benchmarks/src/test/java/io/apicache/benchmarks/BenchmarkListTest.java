package io.apicache.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The annotation processor ran: without it the build is green and the jar knows no benchmark. */
class BenchmarkListTest {

    @Test
    void isNotEmpty() throws IOException {
        try (InputStream list = BenchmarkListTest.class.getResourceAsStream("/META-INF/BenchmarkList")) {
            assertThat(list).isNotNull();
            assertThat(new String(list.readAllBytes(), StandardCharsets.UTF_8)).contains("io.apicache.benchmarks.");
        }
    }
}
