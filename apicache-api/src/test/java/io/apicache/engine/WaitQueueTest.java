package io.apicache.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.EndsInTime;
import io.apicache.spi.Digest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which of many waiters are visited when time passes and when a claim is seen. */
@EndsInTime
class WaitQueueTest {

    private static final int MANY = 10_000;
    private static final Duration LEASE_LEFT = Duration.ofSeconds(5);

    private final long start = 1_000_000_000;
    private final Effects<String> effects = new Effects<>();
    private final List<Waiter<String>> visited = new ArrayList<>(); // by timeIsUp
    private WaitQueue<String> waiters;

    @BeforeEach
    void addMany() {
        waiters = new WaitQueue<>(Probe.context(Probe.settings()));
        for (int i = 0; i < MANY; i++) {
            add(i, Duration.ofMillis(201 + i % 100));
        }
    }

    private Waiter<String> add(int ticket, Duration maxWait) {
        Waiter<String> waiter = Probe.waiter(null, start, maxWait.toNanos());
        waiter.arrival = ticket;
        waiter.waits = true;
        waiters.add(waiter);
        return waiter;
    }

    private static Digest digest(String body) {
        return new Digest(body.hashCode(), 0, 0, 0);
    }

    private long at(int millis) {
        return start + Duration.ofMillis(millis).toNanos();
    }

    /** {@return the waiters for which a resolution was asked, none of which gets one} */
    private List<Waiter<String>> expire(Long visitedUpTo, long now) {
        visited.clear();
        waiters.expire(
                visitedUpTo,
                now,
                waiter -> {
                    visited.add(waiter);
                    return null;
                },
                waiter -> {
                    throw new AssertionError("a waiter is ended before its bound");
                },
                effects);
        return visited;
    }

    private boolean onPending(Digest recorded) {
        return waiters.onPending(recorded, MANY + 1, LEASE_LEFT.toNanos(), effects);
    }

    @Test
    @DisplayName("W2 the engine visits a waiter whose time is up once, unless there is news")
    void expiredWaitersAreVisitedOnce() {
        assertThat(expire(null, at(300))).hasSize(MANY);
        assertThat(expire(at(300), at(300))).isEmpty();

        Waiter<String> late = add(MANY, Duration.ofMillis(301));

        assertThat(expire(at(300), at(301))).containsExactly(late);
        assertThat(expire(at(301), at(302))).isEmpty();
        assertThat(expire(null, at(302))).hasSize(MANY + 1);
    }

    @Test
    @DisplayName(
            "W2 a claim that was seen before is not compared with the waiters again when a caller without time comes")
    void aClaimIsComparedOnce() {
        CountedVisits visits = CountedVisits.of(waiters);
        onPending(digest("one"));
        assertThat(visits.take()).isGreaterThanOrEqualTo(MANY);
        Waiter<String> hasty = add(MANY, Duration.ZERO);

        boolean anotherLook = onPending(digest("one"));

        assertThat(visits.take()).isZero();
        assertThat(anotherLook).isFalse();
        assertThat(hasty.resolution()).isEqualTo(new Resolution.GiveUp<>(LEASE_LEFT.toNanos()));
        onPending(digest("another"));
        assertThat(visits.take()).isGreaterThanOrEqualTo(MANY);
    }
}
