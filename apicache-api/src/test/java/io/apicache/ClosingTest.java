package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.apicache.Callers.Call;
import io.apicache.spi.Store;
import io.apicache.spi.Time;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls that are under way when the cache is closed end too, over a store that never answers; so does closing itself. */
@EndsInTime
class ClosingTest {

    private static final Duration STORE_TIMEOUT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofHours(1);

    private final FaultyStore<String> faulty = FaultyStore.around(new ReferenceStore<>(Time.system()));
    private final ApiCache<String> cache = build(Unavailable.FAIL);
    private final FirstSeen<String> owner = (FirstSeen<String>) cache.receiveAndWait("id", Duration.ZERO);

    /** With threads and a timer of its own, which closing stops. */
    private ApiCache<String> build(Unavailable whenUnavailable) {
        return ApiCache.over((Store<String>) faulty)
                .lease(Duration.ofMinutes(1))
                .storeTimeout(STORE_TIMEOUT)
                .whenUnavailable(whenUnavailable)
                .build();
    }

    @AfterEach
    void close() {
        faulty.heal();
        cache.close();
        faulty.close();
    }

    private void silence(Verb... verbs) {
        for (Verb verb : verbs) {
            faulty.every(1, verb, Fault.BLACK_HOLE);
        }
    }

    private Call<Object> underWay(Verb verb, Callable<Object> call) {
        int before = faulty.calls(verb);
        Call<Object> started = Callers.start(call);
        Callers.eventually("the store was asked to " + verb, () -> faulty.calls(verb) > before && started.rests());
        return started;
    }

    private static Callable<Object> done(Runnable call) {
        return () -> {
            call.run();
            return "done";
        };
    }

    private static void assertUnknown(Object outcome) {
        assertThat(outcome).isInstanceOf(StoreUnavailableException.class);
        assertThat(((StoreUnavailableException) outcome).outcome())
                .isEqualTo(StoreUnavailableException.Outcome.UNKNOWN);
    }

    @Test
    @DisplayName("W2 Z1 peek, invalidate and release that are under way when the cache is closed end as unknown")
    void callsUnderWayEnd() {
        silence(Verb.PEEK, Verb.INVALIDATE, Verb.RELEASE);
        Call<Object> peek = underWay(Verb.PEEK, () -> cache.peek("id"));
        Call<Object> invalidate = underWay(Verb.INVALIDATE, () -> cache.invalidate("other id"));
        Call<Object> release = underWay(Verb.RELEASE, done(owner::release));

        cache.close();

        assertUnknown(Callers.outcome(peek, "peek"));
        assertUnknown(Callers.outcome(invalidate, "invalidate"));
        assertUnknown(Callers.outcome(release, "release"));
    }

    @Test
    @DisplayName("W2 Z1 a handle that is under way when the cache is closed ends, with a thread and without")
    void handlesUnderWayEnd() {
        silence(Verb.HANDLE);
        FirstSeen<String> other = (FirstSeen<String>) cache.receiveAndWait("other id", Duration.ZERO);
        Call<Object> blocked = underWay(Verb.HANDLE, done(() -> owner.handle("response")));
        CompletableFuture<Void> async = other.handleAsync("response");

        cache.close();

        assertThat(Callers.outcome(blocked, "handle"))
                .isInstanceOfAny(StoreUnavailableException.class, LeaseLostException.class);
        assertThat(Callers.outcome(async, "handleAsync"))
                .isInstanceOfAny(StoreUnavailableException.class, LeaseLostException.class);
    }

    @Test
    @DisplayName("W2 Z1 closing ends although the store never answers, and so does what began meanwhile")
    void closingEnds() {
        silence(Verb.values());
        Call<Object> closing = underWay(Verb.RELEASE, done(cache::close));

        Call<Object> late = Callers.start(done(() -> owner.handle("late")));
        Call<Object> waits = Callers.start(() -> cache.receiveAndWait("id", LONG));

        assertThat(Callers.outcome(closing, "close")).isEqualTo("done");
        assertThat(Callers.outcome(late, "handle")).isInstanceOf(LeaseLostException.class);
        assertThat(Callers.outcome(waits, "receiveAndWait")).isInstanceOf(IllegalStateException.class);
    }

    static Stream<Arguments> everyWait() {
        List<Arguments> all = new ArrayList<>();
        for (Duration maxWait : List.of(Duration.ZERO, Duration.ofMillis(1), LONG)) {
            for (Unavailable policy : Unavailable.values()) {
                all.add(arguments(maxWait, policy));
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "W2 Z1 a call with maxWait {0} under way when the cache is closed, {1}")
    @MethodSource("everyWait")
    void waitsUnderWayEnd(Duration maxWait, Unavailable policy) {
        silence(Verb.CLAIM, Verb.JOIN);
        ApiCache<String> closed = build(policy);
        Call<Object> blocked = underWay(Verb.CLAIM, () -> closed.receiveAndWait("free", maxWait));
        CompletableFuture<Receipt<String>> async = closed.receiveAsync("free", maxWait);
        Call<Object> own = Callers.waiting(() -> closed.receiveAndWait("id", maxWait));

        closed.close();

        for (Object outcome : List.of(
                Callers.outcome(blocked, "receiveAndWait"),
                Callers.outcome(async, "receiveAsync"),
                Callers.outcome(own, "receiveAndWait of what is in flight"))) {
            if (maxWait.equals(LONG)) {
                assertThat(outcome)
                        .isInstanceOf(IllegalStateException.class)
                        .isNotInstanceOf(StoreUnavailableException.class);
            } else { // its own time may have been up first
                assertThat(outcome)
                        .isInstanceOfAny(IllegalStateException.class, StoreUnavailableException.class, FirstSeen.class);
            }
        }
    }

    @ParameterizedTest(name = "Z1 a receipt is not decided twice when {0} never answers and the cache is closed")
    @EnumSource(
            value = Verb.class,
            names = {"CLAIM", "JOIN", "RENEW"})
    void waitersOfEveryKindEndOnce(Verb silent) {
        ApiCache<String> elsewhere = build(Unavailable.FAIL);
        FirstSeen<String> other = (FirstSeen<String>) elsewhere.receiveAndWait("foreign", Duration.ZERO);
        silence(silent);
        List<CompletableFuture<Receipt<String>>> waiters = List.of(
                cache.receiveAsync("id", LONG), cache.receiveAsync("foreign", LONG), cache.receiveAsync("free", LONG));
        List<Object> outcomes = new ArrayList<>();

        cache.close();
        waiters.forEach(waiter -> outcomes.add(Callers.outcome(waiter, "a waiter")));

        assertThat(outcomes.subList(0, 2)).allMatch(IllegalStateException.class::isInstance);
        assertThat(outcomes.get(2)).isInstanceOfAny(IllegalStateException.class, FirstSeen.class);
        assertThat(other.isLost()).isFalse();
        elsewhere.close();
    }
}
