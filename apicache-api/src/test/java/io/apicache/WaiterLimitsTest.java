package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Store;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The limit of waiters holds while the store fails. Without it the callers of an outage would fill the heap. */
@EndsInTime
class WaiterLimitsTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(2);

    private final ManualTime time = new ManualTime();
    private final FaultyStore<String> faulty = FaultyStore.around(new ReferenceStore<>(time));
    private final List<ApiCache<String>> open = new ArrayList<>();

    private ApiCache<String> limited(Unavailable whenUnavailable) {
        ApiCache<String> cache = ApiCache.over((Store<String>) faulty)
                .time(time)
                .scheduler(time.scheduler())
                .executor(Runnable::run)
                .storeTimeout(STORE_TIMEOUT)
                .maxWaiters(5, 7)
                .whenUnavailable(whenUnavailable)
                .build();
        open.add(cache);
        return cache;
    }

    @AfterEach
    void close() {
        faulty.heal();
        open.forEach(ApiCache::close);
    }

    private void fail(Fault fault) {
        faulty.every(1, Verb.CLAIM, fault).every(1, Verb.JOIN, fault);
    }

    private static List<CompletableFuture<Receipt<String>>> callers(
            ApiCache<String> cache, int count, IntFunction<String> id) {
        List<CompletableFuture<Receipt<String>>> callers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            callers.add(cache.receiveAsync(id.apply(i), LONG));
        }
        return callers;
    }

    private static int refused(List<CompletableFuture<Receipt<String>>> callers) {
        int refused = 0;
        for (CompletableFuture<Receipt<String>> caller : callers) {
            if (caller.isDone()) {
                assertThat(Callers.outcome(caller, "a caller")).isInstanceOf(StoreUnavailableException.class);
                refused++;
            }
        }
        return refused;
    }

    @Test
    @DisplayName(
            "M1 W2 while the store refuses, no more callers wait on one id than the limit allows, and they are counted")
    void theLimitOfOneIdHoldsWhileTheStoreRefuses() {
        ApiCache<String> cache = limited(Unavailable.FAIL);
        fail(Fault.REFUSED);

        List<CompletableFuture<Receipt<String>>> callers = callers(cache, 20, i -> "id");
        time.advance(Duration.ofSeconds(1)); // in which the look was repeated, and failed again

        assertThat(refused(callers)).isEqualTo(15);
        assertThat(cache.toString()).contains(" 5 waiters");
    }

    @Test
    @DisplayName(
            "M1 W2 while the store refuses, no more callers wait on all ids than the limit allows, and they are counted")
    void theLimitOfAllIdsHoldsWhileTheStoreRefuses() {
        ApiCache<String> cache = limited(Unavailable.FAIL);
        fail(Fault.REFUSED);

        List<CompletableFuture<Receipt<String>>> callers = callers(cache, 20, i -> "id " + i);
        time.advance(Duration.ofSeconds(1));

        assertThat(refused(callers)).isEqualTo(13);
        assertThat(cache.toString()).contains(" 7 ids", " 7 waiters");
    }

    @Test
    @DisplayName("M1 W2 while the store does not answer, callers over the limit end with the first time-out")
    void theLimitHoldsWhileTheStoreIsSilent() {
        ApiCache<String> cache = limited(Unavailable.FAIL);
        fail(Fault.BLACK_HOLE);

        List<CompletableFuture<Receipt<String>>> callers = callers(cache, 20, i -> "id " + i);
        time.advance(STORE_TIMEOUT.plusSeconds(1));

        assertThat(refused(callers)).isEqualTo(13);
        assertThat(cache.toString()).contains(" 7 waiters");
    }

    @Test
    @DisplayName("M1 W2 with RUN_UNPROTECTED callers over the limit run")
    void callersOverTheLimitRun() {
        ApiCache<String> cache = limited(Unavailable.RUN_UNPROTECTED);
        fail(Fault.REFUSED);

        List<CompletableFuture<Receipt<String>>> callers = callers(cache, 20, i -> "id " + i);
        time.advance(Duration.ofSeconds(1));

        List<CompletableFuture<Receipt<String>>> running =
                callers.stream().filter(CompletableFuture::isDone).toList();
        assertThat(running).hasSize(13);
        for (CompletableFuture<Receipt<String>> caller : running) {
            assertThat(((FirstSeen<String>) caller.join()).token()).isZero();
        }
        assertThat(cache.toString()).contains(" 7 waiters");
    }

    @Test
    @DisplayName(
            "M1 W1 a caller that waited through an outage within the limit is served after it, and no longer counted")
    void waitersAreServedAfterTheOutage() {
        ApiCache<String> cache = limited(Unavailable.FAIL);
        fail(Fault.REFUSED);
        List<CompletableFuture<Receipt<String>>> callers = callers(cache, 20, i -> "id " + i % 4);
        time.advance(Duration.ofSeconds(1));
        assertThat(refused(callers)).isEqualTo(13);

        faulty.heal();
        time.advance(Duration.ofSeconds(1));

        for (CompletableFuture<Receipt<String>> caller : List.copyOf(callers)) {
            if (caller.isDone()
                    && !caller.isCompletedExceptionally()
                    && caller.join() instanceof FirstSeen<String> owner) {
                owner.handle("response");
            }
        }
        time.advance(Duration.ofSeconds(5));
        assertThat(callers).allMatch(CompletableFuture::isDone);
        assertThat(cache.toString()).contains(" 0 ids", " 0 waiters");
    }

    @Test
    @DisplayName("M1 a caller that runs without a claim and never finishes is forgotten at the work limit")
    void unfinishedCallersAreForgotten() {
        ApiCache<String> cache = limited(Unavailable.RUN_UNPROTECTED);
        fail(Fault.REFUSED);
        for (int i = 0; i < 100; i++) {
            assertThat(cache.receiveAndWait("id " + i, Duration.ZERO)).isInstanceOf(FirstSeen.class);
        }
        assertThat(cache.toString()).contains(" 100 ids");

        for (int i = 0; i < 20; i++) {
            time.advance(Duration.ofMinutes(1)); // 15 minutes by default
        }

        assertThat(cache.toString()).contains(" 0 ids");
    }

    @Test
    @DisplayName("M1 a claim that was lost, and that is never finished, is forgotten at the work limit")
    void aLostClaimIsForgotten() {
        ApiCache<String> cache = limited(Unavailable.FAIL);
        FirstSeen<String> owner = (FirstSeen<String>) cache.receiveAndWait("id", Duration.ZERO);
        cache.invalidate("id");
        assertThat(owner.isLost()).isTrue();
        time.advance(Duration.ofMinutes(14)); // by id it is still found
        assertThat(cache.toString()).contains(" 1 ids");

        for (int i = 0; i < 20; i++) {
            time.advance(Duration.ofMinutes(1)); // 15 minutes by default
        }

        assertThat(cache.toString()).contains(" 0 ids");
    }

    @Test
    @DisplayName("O1 the listener is notified of a wait that began while the claim was on its way")
    void aWaitBesideTheFirstClaimIsNotified() {
        HeardWaits waits = new HeardWaits();
        List<Runnable> replies = new ArrayList<>();
        ApiCache<String> cache = ApiCache.over((Store<String>) faulty)
                .time(time)
                .scheduler(time.scheduler())
                .executor(Runnable::run)
                .listener(waits)
                .build();
        open.add(cache);
        faulty.answerOn(replies::add);
        List<CompletableFuture<Receipt<String>>> callers = callers(cache, 2, i -> "id");
        faulty.answerOn(Runnable::run);
        replies.forEach(Runnable::run);

        ((FirstSeen<String>) callers.get(0).join()).handle("response");

        assertThat(callers.get(1)).isCompleted();
        assertThat(waits.all()).containsExactly("id CACHED");
    }
}
