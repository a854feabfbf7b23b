package io.apicache.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.apicache.spi.Claimed;
import io.apicache.spi.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** At any reading of the clock, also where it overflows. */
class TimingTest {

    private static final Digest ONE = new Digest(1, 2, 3, 4);
    private static final Digest OTHER = new Digest(1, 2, 3, 5);

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    @DisplayName("F1 fingerprints are compared if both sides brought one")
    void fingerprintsAreComparedIfThereAreTwo() {
        assertThat(Timing.mismatch(ONE, OTHER)).isTrue();
        assertThat(Timing.mismatch(ONE, new Digest(1, 2, 3, 4))).isFalse();
        assertThat(Timing.mismatch(null, OTHER)).isFalse();
        assertThat(Timing.mismatch(ONE, null)).isFalse();
    }

    @Test
    @DisplayName("F1 W2 a claim refuses another fingerprint, sends the impatient away, and lets the others wait")
    void whatAClaimMeans() {

        assertThat(WaitQueue.onPending(ONE, Probe.waiter(null, 0, 1), 7)).isNull();
        assertThat(WaitQueue.onPending(ONE, Probe.waiter(null, 0, 0), 7)).isEqualTo(new Resolution.GiveUp<>(7));
        assertThat(WaitQueue.onPending(ONE, Probe.waiter(OTHER, 0, 1), 7)).isEqualTo(new Resolution.Mismatch<>());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000_000_000L, Long.MAX_VALUE - 5, Long.MIN_VALUE, -3})
    @DisplayName("W1 a key is looked at again at the end of the lease, at the safety interval, and before a deadline")
    void whenAKeyIsLookedAtAgain(long now) {
        long far = now + millis(60_000);

        assertThat(Timing.nextLook(now, 0, far, null, 1) - now).isEqualTo(millis(1_000));
        assertThat(Timing.nextLook(now, 1, far, null, 1) - now).isEqualTo(millis(2_000));
        assertThat(Timing.nextLook(now, 9, far, null, 1) - now).isEqualTo(millis(4_000));
        assertThat(Timing.nextLook(now, 0, far, null, 0) - now).isEqualTo(millis(900));
        assertThat(Timing.nextLook(now, 0, now + millis(100), null, 0) - now).isEqualTo(millis(102));
        assertThat(Timing.nextLook(now, 0, far, now + millis(500), 0) - now).isEqualTo(millis(480));
        assertThat(Timing.nextLook(now, 0, far, now + millis(21), 0) - now).isEqualTo(millis(20));
        assertThat(Timing.nextLook(now, 0, now - 5, null, 0) - now).isEqualTo(millis(2));
    }

    @Test
    @DisplayName("H3 a question is repeated soon, then more slowly, and never more slowly than four times a second")
    void retriesSlowDown() {
        assertThat(Timing.retryDelay(0)).isEqualTo(millis(10));
        assertThat(Timing.retryDelay(2)).isEqualTo(millis(40));
        assertThat(Timing.retryDelay(1_000)).isEqualTo(millis(250));
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

    private record Done(String value, Digest fingerprint) implements Claimed.Handled<String> {
        @Override
        public long number() {
            return 1;
        }

        @Override
        public Instant handledAt() {
            return Instant.EPOCH;
        }

        @Override
        public Duration age() {
            return Duration.ZERO;
        }
    }

    static Stream<Arguments> fingerprints() {
        return Stream.of(
                arguments(null, null, false),
                arguments(null, ONE, false),
                arguments(ONE, null, false),
                arguments(ONE, ONE, false),
                arguments(ONE, OTHER, true),
                arguments(ONE, new Digest(0, 2, 3, 4), true),
                arguments(ONE, new Digest(1, 0, 3, 4), true),
                arguments(ONE, new Digest(1, 2, 0, 4), true));
    }

    @ParameterizedTest(name = "F1 recorded {0}, brought {1}: refused {2}")
    @MethodSource("fingerprints")
    void whatARecordMeans(Digest recorded, Digest brought, boolean refused) {
        Done done = new Done("response", recorded);

        Resolution<String> resolution = Resolution.onHandled(done, done.fingerprint(), brought);

        assertThat(resolution).isEqualTo(refused ? new Resolution.Mismatch<>() : new Resolution.Replay<>(done));
        assertThat(Timing.mismatch(recorded, brought)).isEqualTo(refused);
    }

    @ParameterizedTest(name = "F1 W2 a claim seen at {0}")
    @ValueSource(longs = {0, -1, Long.MAX_VALUE, Long.MIN_VALUE})
    void whoMayWaitDoesNotDependOnTheClock(long now) {

        assertThat(WaitQueue.onPending(null, Probe.waiter(null, now, 0), 0)).isEqualTo(new Resolution.GiveUp<>(0));
        assertThat(WaitQueue.onPending(null, Probe.waiter(null, now, 1), 0)).isNull();
        assertThat(WaitQueue.onPending(null, Probe.waiter(null, now, Durations.FOREVER), 0))
                .isNull();
    }

    @Test
    @DisplayName("F1 another fingerprint is refused even if the caller has no time and the claim is as good as over")
    void aMismatchComesFirst() {

        assertThat(WaitQueue.onPending(ONE, Probe.waiter(OTHER, 0, 0), 0)).isEqualTo(new Resolution.Mismatch<>());
        assertThat(WaitQueue.onPending(null, Probe.waiter(OTHER, 0, 0), 3)).isEqualTo(new Resolution.GiveUp<>(3));
    }

    @Test
    @DisplayName("W1 the next look is neither at once nor later than four seconds, a deadline, or the end of the lease")
    void theNextLookIsWithinBounds() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 50_000; i++) {
            long now = random.nextInt(2) == 0 ? random.nextLong() : Long.MAX_VALUE - random.nextLong(millis(5_000));
            long leaseEnds = now + random.nextLong(-millis(1_000), millis(20_000));
            long deadline = now + random.nextLong(-millis(1_000), millis(20_000));

            long in = Timing.nextLook(now, random.nextInt(9), leaseEnds, deadline, random.nextDouble()) - now;

            assertThat(in).as("seed %d, round %d", seed, i).isBetween(Timing.AFTER_LEASE, millis(4_000));
            assertThat(in)
                    .as("seed %d, round %d: the lease", seed, i)
                    .isLessThanOrEqualTo(Math.max(0, leaseEnds - now) + 3 * Timing.AFTER_LEASE);
            assertThat(in)
                    .as("seed %d, round %d: the deadline", seed, i)
                    .isLessThanOrEqualTo(Math.max(deadline - now - Timing.LAST_LOOK, Timing.LAST_LOOK));
        }
    }

    @ParameterizedTest(name = "W1 at {0}, with a lease and a deadline that never end")
    @ValueSource(longs = {0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1_000_000_000})
    void whatNeverEndsDoesNotOverflow(long now) {
        long never = now + Durations.FOREVER;

        assertThat(Timing.nextLook(now, Integer.MAX_VALUE, never, never, 1) - now)
                .isEqualTo(millis(4_000));
        assertThat(Timing.nextLook(now, 0, never, never, 0) - now).isEqualTo(millis(900));
    }

    @Test
    @DisplayName("H3 the delay of a retry never shrinks, and stays between 10 and 250 ms")
    void retryDelaysAreBounded() {
        long before = 0;
        for (int failures = 0; failures < 100; failures++) {
            long delay = Timing.retryDelay(failures);

            assertThat(delay).isBetween(Math.max(before, millis(10)), millis(250));
            before = delay;
        }
        assertThat(Timing.retryDelay(Integer.MAX_VALUE)).isEqualTo(millis(250));
    }
}
