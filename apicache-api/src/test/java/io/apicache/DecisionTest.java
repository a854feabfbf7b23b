package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Digest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** At any reading of the clock, also where it overflows. */
class DecisionTest {

    private static final Digest ONE = new Digest(1, 2, 3, 4);
    private static final Digest OTHER = new Digest(1, 2, 3, 5);

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    @DisplayName("F1 fingerprints are compared if both sides brought one")
    void fingerprintsAreComparedIfThereAreTwo() {
        assertThat(Decision.mismatch(ONE, OTHER)).isTrue();
        assertThat(Decision.mismatch(ONE, new Digest(1, 2, 3, 4))).isFalse();
        assertThat(Decision.mismatch(null, OTHER)).isFalse();
        assertThat(Decision.mismatch(ONE, null)).isFalse();
    }

    @Test
    @DisplayName("F1 W2 a claim refuses another fingerprint, sends the impatient away, and lets the others wait")
    void whatAClaimMeans() {
        Request request = Request.of("id");
        Request other = request.withFingerprint(Fingerprint.of("other"));

        assertThat(Decision.onPending(ONE, new Waiter<>(request, 0, 1), 7)).isNull();
        assertThat(Decision.onPending(ONE, new Waiter<>(request, 0, 0), 7)).isEqualTo(new Verdict.GiveUp<>(7));
        assertThat(Decision.onPending(ONE, new Waiter<>(other, 0, 1), 7)).isEqualTo(new Verdict.Mismatch<>());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000_000_000L, Long.MAX_VALUE - 5, Long.MIN_VALUE, -3})
    @DisplayName("W1 a room looks again at the end of the lease, at the safety interval, and before a deadline")
    void whenARoomLooksAgain(long now) {
        long far = now + millis(60_000);

        assertThat(Decision.nextLook(now, 0, far, null, 1) - now).isEqualTo(millis(1_000));
        assertThat(Decision.nextLook(now, 1, far, null, 1) - now).isEqualTo(millis(2_000));
        assertThat(Decision.nextLook(now, 9, far, null, 1) - now).isEqualTo(millis(4_000));
        assertThat(Decision.nextLook(now, 0, far, null, 0) - now).isEqualTo(millis(900));
        assertThat(Decision.nextLook(now, 0, now + millis(100), null, 0) - now).isEqualTo(millis(102));
        assertThat(Decision.nextLook(now, 0, far, now + millis(500), 0) - now).isEqualTo(millis(480));
        assertThat(Decision.nextLook(now, 0, far, now + millis(21), 0) - now).isEqualTo(millis(20));
        assertThat(Decision.nextLook(now, 0, now - 5, null, 0) - now).isEqualTo(millis(2));
    }

    @Test
    @DisplayName("H3 a question is repeated soon, then more slowly, and never more slowly than four times a second")
    void retriesSlowDown() {
        assertThat(Decision.retryDelay(0)).isEqualTo(millis(10));
        assertThat(Decision.retryDelay(2)).isEqualTo(millis(40));
        assertThat(Decision.retryDelay(1_000)).isEqualTo(millis(250));
    }

    @Test
    @DisplayName(
            "B1 durations are capped where arithmetic would overflow, and rounded up to milliseconds where they are kept")
    void durationsAreTamed() {
        assertThat(Durations.nanos(Duration.ofSeconds(Long.MAX_VALUE), "any")).isEqualTo(Durations.FOREVER);
        assertThat(Durations.nanos(Duration.ofNanos(7), "any")).isEqualTo(7);
        assertThat(Durations.keepFor(Duration.ofNanos(1))).isEqualTo(Duration.ofMillis(1));
        assertThat(Durations.keepFor(Duration.ZERO)).isZero();
        assertThat(Durations.keepFor(Duration.ofSeconds(Long.MAX_VALUE))).isGreaterThan(Duration.ofDays(20_000));
    }
}
