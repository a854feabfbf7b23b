package io.apicache.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    private static final Duration LONGEST = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

    static Stream<Arguments> nanos() {
        return Stream.of(
                arguments(Duration.ZERO, 0L),
                arguments(Duration.ofNanos(1), 1L),
                arguments(Duration.ofDays(1), 86_400_000_000_000L),
                arguments(Duration.ofNanos(Durations.FOREVER), Durations.FOREVER),
                arguments(Duration.ofNanos(Long.MAX_VALUE), Durations.FOREVER),
                arguments(Duration.ofNanos(Long.MAX_VALUE).plusNanos(1), Durations.FOREVER),
                arguments(LONGEST, Durations.FOREVER));
    }

    @ParameterizedTest(name = "B1 {0} is {1} ns")
    @MethodSource("nanos")
    void nanosecondsAreCapped(Duration duration, long nanos) {
        assertThat(Durations.nanos(duration, "any")).isEqualTo(nanos);
    }

    @ParameterizedTest(name = "B1 a deadline from {0} is in the future")
    @ValueSource(longs = {0, -1, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1_000_000_000})
    void theLongestWaitDoesNotOverflow(long now) {
        long deadline = now + Durations.nanos(LONGEST, "any");

        assertThat(deadline - now).isPositive();
        assertThat(Timing.earlier(now, deadline)).isEqualTo(now);
        assertThat(Timing.later(now, deadline)).isEqualTo(deadline);
    }

    static Stream<Arguments> retentions() {
        return Stream.of(
                arguments(Duration.ZERO, Duration.ZERO),
                arguments(Duration.ofNanos(1), Duration.ofMillis(1)),
                arguments(Duration.ofMillis(1), Duration.ofMillis(1)),
                arguments(Duration.ofNanos(1_000_001), Duration.ofMillis(2)),
                arguments(Duration.ofHours(24), Duration.ofHours(24)));
    }

    @ParameterizedTest(name = "B1 {0} is retained for {1}")
    @MethodSource("retentions")
    void aRetentionIsRoundedUp(Duration asked, Duration kept) {
        assertThat(Durations.keepFor(asked)).isEqualTo(kept);
    }

    @Test
    @DisplayName("B1 the longest retention can be added to any reading of the clock")
    void theLongestRetentionDoesNotOverflow() {
        long nanos = Durations.keepFor(LONGEST).toNanos();

        assertThat(nanos).isGreaterThanOrEqualTo(Durations.FOREVER);
        assertThat(Long.MAX_VALUE + nanos - Long.MAX_VALUE).isPositive();
    }

    @ParameterizedTest(name = "B1 {0} s is negative")
    @ValueSource(longs = {-1, Long.MIN_VALUE})
    void aNegativeDurationIsRefused(long seconds) {
        Duration negative = Duration.ofSeconds(seconds);

        assertThatThrownBy(() -> Durations.nanos(negative, "any"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("any is negative");
        assertThatThrownBy(() -> Durations.keepFor(negative))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("keepFor is negative");
    }

    @Test
    @DisplayName("B1 no duration at all is refused by name")
    void nullIsRefused() {
        assertThatThrownBy(() -> Durations.nanos(null, "any"))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("any");
        assertThatThrownBy(() -> Durations.within(null, "any", Duration.ZERO, LONGEST))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("any");
    }

    @Test
    @DisplayName("B1 bounds are inclusive, and named when they are exceeded")
    void boundsAreInclusive() {
        Duration least = Duration.ofMillis(10);
        Duration most = Duration.ofDays(1);

        assertThat(Durations.within(least, "any", least, most)).isEqualTo(least);
        assertThat(Durations.within(most, "any", least, most)).isEqualTo(most);
        for (Duration outside : new Duration[] {least.minusNanos(1), most.plusNanos(1)}) {
            assertThatThrownBy(() -> Durations.within(outside, "any", least, most))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("any is %s, accepted are PT0.01S to PT24H", outside);
        }
    }
}
