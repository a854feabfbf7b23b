package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.apicache.engine.Durations;
import io.apicache.engine.Timing;
import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a client is asked to come back. The clock is moved by hand, and the jitter is fixed. */
@EndsInTime
class RetryAfterTest extends CacheFixture {

    private final ApiCache<String> owning = build(settings(records));
    private final ApiCache<String> elsewhere = jittered(1);

    private ApiCache<String> jittered(double jitter) {
        ApiCache.Builder<String> settings = settings(records);
        settings.jitter = () -> jitter;
        return build(settings);
    }

    private static InFlight<String> busy(ApiCache<String> cache) {
        return (InFlight<String>) cache.receiveAndWait("id", Duration.ZERO);
    }

    private InFlight<String> busyAfter(ApiCache<String> cache, Duration maxWait) {
        return ended(cache.receiveAsync("id", maxWait), maxWait);
    }

    /** {@return the receipt of a wait, for which its time goes by} */
    private InFlight<String> ended(CompletableFuture<Receipt<String>> waiting, Duration maxWait) {
        for (long passed = 0; passed < maxWait.toMillis(); passed += 100) {
            time.advance(Duration.ofMillis(100)); // in steps, so that the owner renews its lease
        }
        return (InFlight<String>) waiting.join();
    }

    @ParameterizedTest(name = "W2 work known to run for {0} ms asks clients to come back after {1} to {2} ms")
    @CsvSource({"0, 500, 1000", "700, 500, 1000", "2000, 1000, 2000", "4000, 2000, 4000", "60000, 2500, 5000"})
    void theHintRisesWithTheWait(long known, long least, long most) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(known);
        assertThat(Timing.retryAfter(nanos, 0)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(least));
        assertThat(Timing.retryAfter(nanos, 1)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(most));
        assertThat(Timing.retryAfter(nanos, 0.5)).isEqualTo(TimeUnit.MILLISECONDS.toNanos((least + most) / 2));
    }

    @Test
    @DisplayName("W2 the hint stays in its range for any wait, also one that clocks cannot have measured")
    void theHintStaysInItsRange() {
        for (long known : new long[] {Long.MIN_VALUE, -1, 0, 1, Durations.FOREVER, Long.MAX_VALUE}) {
            assertThat(Timing.retryAfter(known, 0)).isBetween(500_000_000L, 2_500_000_000L);
            assertThat(Timing.retryAfter(known, 1)).isBetween(1_000_000_000L, 5_000_000_000L);
        }
    }

    @Test
    @DisplayName("W2 the hint is of the wait, not of the lease: work of 4 s is not asked for 7 s later")
    void theHintIsNotTheLease() {
        firstSeen(owning, "id");

        InFlight<String> busy = busyAfter(elsewhere, Duration.ofSeconds(2));

        assertThat(busy.retryAfter()).isEqualTo(Duration.ofSeconds(2)).isEqualTo(busy.retryAfter());
        assertThat(busy.leaseLeft()).isGreaterThan(busy.retryAfter());
        assertThat(busy(jittered(0)).retryAfter()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    @DisplayName("W2 a caller that waits on is asked for more patience each time, with a thread and without")
    void waitingOnCounts() {
        firstSeen(owning, "id");

        InFlight<String> first = busyAfter(elsewhere, Duration.ofSeconds(2));
        InFlight<String> second = ended(first.awaitAsync(SECOND), SECOND);
        time.advance(SECOND);
        InFlight<String> third = (InFlight<String>) second.await(Duration.ZERO);

        assertThat(first.retryAfter()).isEqualTo(Duration.ofSeconds(2));
        assertThat(second.retryAfter()).isEqualTo(Duration.ofSeconds(3));
        assertThat(third.retryAfter()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    @DisplayName("W2 in the owner's process, and beside a caller that waits, the time before the call counts")
    void whatTheProcessKnowsCounts() {
        firstSeen(elsewhere, "id");
        ApiCache<String> third = jittered(1);
        var unused = third.receiveAsync("id", LONG);
        time.advance(Duration.ofSeconds(3));

        assertThat(busy(elsewhere).retryAfter()).isEqualTo(Duration.ofSeconds(3));
        assertThat(busy(third).retryAfter()).isEqualTo(Duration.ofSeconds(3));
        assertThat(busy(jittered(1)).retryAfter()).isEqualTo(SECOND);
    }

    @Test
    @DisplayName("W2 a new owner's work is not taken for that of the one before")
    void aNewOwnerCountsAnew() {
        FirstSeen<String> first = firstSeen(owning, "id");
        ApiCache<String> third = jittered(1);
        var unused = third.receiveAsync("id", LONG);
        time.advance(Duration.ofSeconds(3));
        first.release(); // the one that waits takes over
        time.advance(Duration.ofSeconds(2));

        assertThat(busy(third).retryAfter()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    @DisplayName("W2 execute's exception offers the same hint")
    void executeSaysTheSame() {
        firstSeen(elsewhere, "id");
        time.advance(Duration.ofSeconds(2));

        StillInFlightException busy = catchThrowableOfType(
                StillInFlightException.class, () -> elsewhere.execute("id", Duration.ZERO, () -> "another"));

        assertThat(busy.retryAfter()).isEqualTo(Duration.ofSeconds(2));
        assertThat(busy.leaseLeft()).isBetween(Duration.ofSeconds(4), LEASE);
    }

    @Test
    @DisplayName("W2 without fixed jitter the hints of one moment differ, and stay in their range")
    void hintsAreSpread() {
        firstSeen(owning, "id");
        var spread = new TreeSet<Duration>();
        for (int i = 0; i < 100; i++) {
            spread.add(busy(owning).retryAfter());
        }
        assertThat(spread).hasSizeGreaterThan(1);
        assertThat(spread.first()).isGreaterThanOrEqualTo(Duration.ofMillis(500));
        assertThat(spread.last()).isLessThanOrEqualTo(SECOND);
    }
}
