package io.apicache.examples.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LongerThanTest {

    private final LongerThan least = new LongerThan();

    @ParameterizedTest
    @CsvSource({"0 ns,PT0S", "20 ms,PT0.02S", "20ms,PT0.02S", "3 us,PT0.000003S", "1 s,PT1S", "2 m,PT2M", "1 h,PT1H"})
    void timesAreReadAsFlightRecorderWritesThem(String text, Duration time) {
        least.setValue(text);

        assertThat(least.getValue()).isEqualTo(text);
        assertThat(least.admits(time.toNanos())).isTrue();
        assertThat(least.admits(time.toNanos() - 1)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "20", "-1 ms", "20 days"})
    void whatIsNoTimeChangesNothing(String text) {
        least.setValue("20 ms");

        least.setValue(text);

        assertThat(least.getValue()).isEqualTo("20 ms");
        assertThat(least.admits(Duration.ofMillis(19).toNanos())).isFalse();
    }

    @Test
    void theLeastOfSeveralRecordingsWins() {
        assertThat(least.combine(Set.of("1 s", "20 ms", "1 m"))).isEqualTo("20 ms");
        assertThat(least.combine(Set.of("1 s", "soon"))).isEqualTo("1 s");
        assertThat(least.combine(Set.of("soon"))).isEqualTo("10 ms");
    }
}
