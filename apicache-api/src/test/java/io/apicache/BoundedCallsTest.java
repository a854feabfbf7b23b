package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.apicache.Callers.Call;
import io.apicache.spi.Store;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The small bound, measured: every call of receive ends within its {@code maxWait} and one store time-out by the cache's clock, whatever
 * the record, the store and other callers do.
 */
@EndsInTime
class BoundedCallsTest {

    private static final Duration STORE_TIMEOUT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(1);
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration STEP = Duration.ofMillis(20);
    private static final Duration VERY_LONG = Duration.ofHours(1);

    private final ManualTime time = new ManualTime();
    private final ReferenceStore<String> records = new ReferenceStore<>(time);
    private final FaultyStore<String> faulty = FaultyStore.around(records);
    private final List<ApiCache<?>> open = new ArrayList<>();
    private final List<Bounded> calls = new ArrayList<>();
    private ApiCache<String> cache;

    private ApiCache<String> over(Store<String> store, Unavailable whenUnavailable) {
        ApiCache<String> built = ApiCache.over(store)
                .time(time)
                .scheduler(time.scheduler())
                .executor(Runnable::run)
                .lease(Duration.ofSeconds(30))
                .storeTimeout(STORE_TIMEOUT)
                .whenUnavailable(whenUnavailable)
                .build();
        open.add(built);
        return built;
    }

    @AfterEach
    void close() {
        faulty.heal();
        open.forEach(ApiCache::close);
    }

    /** What the record and the store are like. */
    enum State {
        FREE,
        FOREIGN,
        OWN,
        REFUSING,
        SILENT,
        FOREIGN_THEN_REFUSING,
        FOREIGN_THEN_SILENT,
        OWN_THEN_SILENT;

        boolean fails() {
            return this == REFUSING || this == SILENT;
        }
    }

    /** A call of receive, and when it must have ended at the latest. */
    private record Bounded(String what, Future<Receipt<String>> call, long due) {}

    static Stream<Arguments> everyCall() {
        List<Arguments> all = new ArrayList<>();
        for (State state : State.values()) {
            for (Duration maxWait : List.of(Duration.ZERO, MILLI, LONG)) {
                for (Unavailable policy : Unavailable.values()) {
                    all.add(arguments(state, maxWait, policy, true));
                    all.add(arguments(state, maxWait, policy, false));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "W2 {0}, maxWait {1}, {2}, blocking: {3}")
    @MethodSource("everyCall")
    void everyCallIsBounded(State state, Duration maxWait, Unavailable policy, boolean blocking) {
        cache = over(faulty, policy);
        prepare(state);
        Bounded call = receive(state + ", the first call", maxWait, blocking);

        for (int i = 0; time.nanoTime() - call.due < 0; i++) {
            time.advance(STEP.compareTo(left(call)) < 0 ? STEP : left(call));
            assertNoCallIsOverdue();
            if (i % 3 == 0) {
                receive("a call " + i + " steps later", Duration.ZERO, false);
                receive("a call " + i + " steps later that waits", i % 2 == 0 ? MILLI : LONG, false);
            }
        }

        assertOutcome(state, maxWait, policy, Callers.outcome(call.call, call.what));
        while (calls.stream().anyMatch(each -> !each.call.isDone())) {
            time.advance(STEP);
            assertNoCallIsOverdue();
        }
    }

    private void prepare(State state) {
        switch (state) {
            case FREE -> {}
            case FOREIGN, FOREIGN_THEN_REFUSING, FOREIGN_THEN_SILENT -> {
                over(records, Unavailable.FAIL).receiveAndWait("id", Duration.ZERO);
                receive("an earlier waiter", VERY_LONG, false);
            }
            case OWN, OWN_THEN_SILENT -> {
                cache.receiveAndWait("id", Duration.ZERO);
                receive("an earlier waiter", VERY_LONG, false);
            }
            case REFUSING, SILENT -> {}
        }
        calls.clear(); // earlier waiters may go on waiting
        for (Verb verb : Verb.values()) {
            switch (state) {
                case REFUSING, FOREIGN_THEN_REFUSING -> faulty.every(1, verb, Fault.REFUSED);
                case SILENT, FOREIGN_THEN_SILENT, OWN_THEN_SILENT -> faulty.every(1, verb, Fault.BLACK_HOLE);
                case FREE, FOREIGN, OWN -> {}
            }
        }
    }

    private Bounded receive(String what, Duration maxWait, boolean blocking) {
        long due = time.nanoTime() + maxWait.plus(STORE_TIMEOUT).toNanos();
        Future<Receipt<String>> call = blocking
                ? Callers.waiting(() -> cache.receiveAndWait("id", maxWait))
                : cache.receiveAsync("id", maxWait);
        Bounded bounded = new Bounded(what + " (maxWait " + maxWait + ")", call, due);
        calls.add(bounded);
        return bounded;
    }

    private Duration left(Bounded call) {
        return Duration.ofNanos(call.due - time.nanoTime());
    }

    /** A caller that blocks has been woken by the time it is due, but needs a moment to return, in which the clock stands still. */
    private void assertNoCallIsOverdue() {
        long now = time.nanoTime();
        for (Bounded each : calls) {
            if (now - each.due >= 0) {
                if (each.call instanceof Call<?>) {
                    Callers.outcome(each.call, each.what);
                }
                assertThat(each.call.isDone())
                        .as("%s has ended %s after its bound", each.what, Duration.ofNanos(now - each.due))
                        .isTrue();
            }
        }
    }

    private static void assertOutcome(State state, Duration maxWait, Unavailable policy, Object outcome) {
        if (state == State.FREE) {
            assertThat(outcome).isInstanceOf(FirstSeen.class);
        } else if (state.fails()) {
            assertUnavailable(policy, outcome);
        } else if (maxWait.isZero() && state == State.FOREIGN_THEN_REFUSING && !(outcome instanceof InFlight<?>)) {
            assertUnavailable(policy, outcome); // a caller without time may get the failure of the store
        } else {
            assertThat(outcome).isInstanceOf(InFlight.class);
        }
    }

    private static void assertUnavailable(Unavailable policy, Object outcome) {
        if (policy == Unavailable.FAIL) {
            assertThat(outcome).isInstanceOf(StoreUnavailableException.class);
        } else {
            assertThat(((FirstSeen<?>) outcome).token()).isZero();
        }
    }

    @ParameterizedTest(
            name = "W2 callers without time that come one after the other to a store that never answers, {0}")
    @EnumSource(Unavailable.class)
    void fourCallersOverABlackHole(Unavailable policy) {
        cache = over(faulty, policy);
        silence();

        for (int i = 0; i < 4; i++) {
            receive("caller " + i, Duration.ZERO, true);
            time.advance(Duration.ofMillis(30));
        }
        for (Bounded each : List.copyOf(calls)) {
            Duration left = left(each);
            time.advance(left.isNegative() ? Duration.ZERO : left);
            assertUnavailable(policy, Callers.outcome(each.call, each.what));
        }
    }

    @Test
    @DisplayName("W2 a caller that waits for a server out of memory does not hold up callers without time")
    void manyCallersOverAServerOutOfMemory() {
        cache = over(faulty, Unavailable.FAIL);
        for (Verb verb : List.of(Verb.CLAIM, Verb.JOIN)) {
            faulty.every(1, verb, Fault.REFUSED);
        }
        receive("the one that waits", Duration.ofMinutes(1), true);
        for (int i = 0; i < 20; i++) {
            receive("caller " + i, Duration.ZERO, true);
            time.advance(Duration.ofMillis(7));
        }
        time.advance(STORE_TIMEOUT);

        for (Bounded each : calls.subList(1, calls.size())) {
            assertUnavailable(Unavailable.FAIL, Callers.outcome(each.call, each.what));
        }
        assertThat(calls.get(0).call).isNotDone();
    }

    @ParameterizedTest(name = "W2 a short wait that begins behind a slow look, and then meets silence, blocking: {0}")
    @ValueSource(booleans = {true, false})
    void aLookInFlightDoesNotLengthenAWait(boolean blocking) {
        cache = over(faulty, Unavailable.FAIL);
        FirstSeen<String> owner =
                (FirstSeen<String>) over(records, Unavailable.FAIL).receiveAndWait("id", Duration.ZERO);
        owner.handle("response");
        Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
        faulty.answerOn(answers::add);
        CompletableFuture<Receipt<String>> before = cache.receiveAsync("id", Duration.ZERO);
        time.advance(Duration.ofMillis(10));
        Bounded call = receive("the caller with 50 ms", Duration.ofMillis(50), blocking);
        time.advance(STORE_TIMEOUT.minusMillis(20));
        silence();

        answers.forEach(Runnable::run);
        assertThat(before).isDone();
        time.advance(left(call));

        assertThat(Callers.outcome(call.call, call.what)).isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    @DisplayName("W2 a caller that blocks bounds itself, also if the timer is dead")
    void aCallerThatBlocksBoundsItself() {
        ApiCache<String> timeless = ApiCache.over((Store<String>) faulty)
                .time(time)
                .scheduler(new ManualTime().scheduler()) // never runs a task
                .executor(Runnable::run)
                .storeTimeout(STORE_TIMEOUT)
                .build();
        open.add(timeless);
        over(records, Unavailable.FAIL).receiveAndWait("id", Duration.ZERO);
        Call<Receipt<String>> foreign = Callers.waiting(() -> timeless.receiveAndWait("id", Duration.ofMillis(50)));
        silence();
        Call<Receipt<String>> silent =
                Callers.waiting(() -> timeless.receiveAndWait("other id", Duration.ofMillis(50)));

        time.advance(STORE_TIMEOUT.plusMillis(50));

        assertThat(Callers.outcome(foreign, "the caller that waits for another's work"))
                .isInstanceOf(InFlight.class);
        assertThat(Callers.outcome(silent, "the caller that waits for the store"))
                .isInstanceOf(StoreUnavailableException.class);
    }

    private void silence() {
        for (Verb verb : Verb.values()) {
            faulty.every(1, verb, Fault.BLACK_HOLE);
        }
    }
}
