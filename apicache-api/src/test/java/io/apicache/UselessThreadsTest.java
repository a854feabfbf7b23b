package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Callers.Call;
import io.apicache.spi.Store;
import io.apicache.spi.Time;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.HintFault;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Executors that do not execute, and timers that do not run: the cache answers all the same. */
@EndsInTime
class UselessThreadsTest {

    private static final Duration LONG = Duration.ofMinutes(30);

    private final ReferenceStore<String> records = new ReferenceStore<>(Time.system());
    private final List<ApiCache<String>> open = new ArrayList<>();

    private ApiCache<String> build(ApiCache.Builder<String> settings) {
        ApiCache<String> cache = settings.build();
        open.add(cache);
        return cache;
    }

    private ApiCache.Builder<String> settings() {
        return ApiCache.over((Store<String>) records).lease(Duration.ofMinutes(10));
    }

    @AfterEach
    void close() {
        open.forEach(ApiCache::close);
    }

    private static FirstSeen<String> firstSeen(ApiCache<String> cache, String id) {
        return (FirstSeen<String>) cache.receiveAndWait(id, Duration.ZERO);
    }

    /** What an executor may do instead. */
    enum Bad implements Executor {
        REFUSES {
            @Override
            public void execute(Runnable task) {
                throw new RejectedExecutionException("planted");
            }
        },
        THROWS {
            @Override
            public void execute(Runnable task) {
                throw new NoClassDefFoundError("planted");
            }
        },
        DISCARDS {
            @Override
            public void execute(Runnable task) {}
        }
    }

    @ParameterizedTest(name = "E1 every waiter is answered although the executor {0}, and lost() completes")
    @EnumSource(Bad.class)
    void anExecutorThatDoesNotExecute(Bad executor) {
        FaultyStore<String> faulty = FaultyStore.around(records);
        ExecutorService storeThread = Executors.newSingleThreadExecutor(task -> new Thread(task, "store"));
        faulty.answerOn(storeThread);
        ApiCache<String> cache = build(ApiCache.over((Store<String>) faulty)
                .namespace("default")
                .lease(Duration.ofMinutes(10))
                .storeTimeout(Duration.ofSeconds(2))
                .executor(executor));
        ApiCache<String> elsewhere = build(settings());
        List<String> threads = new ArrayList<>();
        FirstSeen<String> other = firstSeen(elsewhere, "foreign");
        CompletableFuture<Receipt<String>> away = cache.receiveAsync("foreign", LONG);
        FirstSeen<String> owner = firstSeen(cache, "owned");
        CompletableFuture<Receipt<String>> here = cache.receiveAsync("owned", LONG);
        CompletableFuture<Receipt<String>> gaveUp = cache.receiveAsync("owned", Duration.ofMillis(20));
        FirstSeen<String> ousted = firstSeen(cache, "ousted");
        CompletableFuture<Void> lost = ousted.lost().toCompletableFuture();
        List<CompletableFuture<?>> named = new ArrayList<>();
        for (CompletableFuture<?> each : List.of(away, here, lost)) {
            named.add(each.thenRun(() -> {
                synchronized (threads) {
                    threads.add(Thread.currentThread().getName());
                }
            }));
        }
        Call<Receipt<String>> blockedCall = Callers.start(() -> cache.receiveAndWait("owned", LONG));
        Callers.eventually("it waits", blockedCall::rests);

        cache.invalidate("ousted");
        assertThat(Callers.outcome(gaveUp, "the short wait")).isInstanceOf(InFlight.class);
        other.handle("response");
        CompletableFuture<Void> handled = owner.handleAsync("response");

        named.forEach(each -> Callers.outcome(
                each, "a dependent")); // first: a thread that waits for a future helps to run its dependents
        assertThat(Callers.outcome(away, "a waiter on a foreign id")).isInstanceOf(Cached.class);
        assertThat(Callers.outcome(here, "a waiter on an own id")).isInstanceOf(Cached.class);
        assertThat(Callers.outcome(blockedCall, "a waiter that blocks")).isInstanceOf(Cached.class);
        assertThat(Callers.outcome(handled, "handleAsync")).isNull();
        assertThat(Callers.outcome(lost, "lost()")).isNull();
        if (executor != Bad.DISCARDS) {
            assertThat(threads).allMatch(name -> name.startsWith("apicache-default-rescue-"), "on a rescue thread");
        }
        storeThread.shutdownNow();
        cache.close();
    }

    // ---- timers that do not run

    @Test
    @DisplayName("E1 L1 L2 a timer that was shut down, and discards what it is given, ends no renewal and no wait")
    void aTimerThatWasShutDown() {
        ScheduledThreadPoolExecutor discarding = new ScheduledThreadPoolExecutor(1);
        discarding.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        assertServesAlthoughItsTimerEnds(discarding, discarding::shutdownNow);
    }

    @Test
    @DisplayName("E1 L1 L2 a timer that was shut down, and refuses what it is given, ends no renewal and no wait")
    void aTimerThatRefuses() {
        ScheduledThreadPoolExecutor refusing = new ScheduledThreadPoolExecutor(1);
        assertServesAlthoughItsTimerEnds(refusing, refusing::shutdownNow);
    }

    private void assertServesAlthoughItsTimerEnds(ScheduledExecutorService timer, Runnable end) {
        FaultyStore<String> deaf = FaultyStore.around(records).hints(HintFault.DROPPED);
        Duration lease = Duration.ofMillis(600);
        ApiCache<String> cache =
                build(ApiCache.over((Store<String>) deaf).lease(lease).scheduler(timer));
        ApiCache<String> elsewhere = build(settings());
        firstSeen(elsewhere, "foreign");
        end.run();

        FirstSeen<String> owner = firstSeen(cache, "owned");
        FirstSeen<String> ousted = firstSeen(cache, "ousted");
        CompletableFuture<Void> lost = ousted.lost().toCompletableFuture();
        CompletableFuture<Receipt<String>> waiter = cache.receiveAsync("foreign", Duration.ofMillis(50));
        int renewals = deaf.calls(FaultyStore.Verb.RENEW);
        elsewhere.invalidate("ousted");

        assertThat(Callers.outcome(waiter, "a wait")).isInstanceOf(InFlight.class);
        assertThat(Callers.outcome(lost, "lost()")).isNull();
        Callers.eventually(
                "three leases of renewals", () -> deaf.calls(FaultyStore.Verb.RENEW) >= renewals + 9 || owner.isLost());
        owner.handle("response");
        assertThat(elsewhere.peek("owned")).isPresent();
    }

    @Test
    @DisplayName(
            "E1 W2 a timer that never runs: the answer that an executor discarded is at hand for a caller that blocks")
    void neitherTimerNorExecutor() {
        ApiCache<String> cache =
                build(settings().scheduler(new ManualTime().scheduler()).executor(Bad.DISCARDS));
        FirstSeen<String> owner = firstSeen(cache, "id");
        List<Call<Receipt<String>>> herd = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            herd.add(Callers.waiting(() -> cache.receiveAndWait("id", LONG)));
        }
        Callers.eventually("all of them wait", () -> cache.toString().contains("200 waiters"));

        owner.handle("response");

        for (Call<Receipt<String>> waiter : herd) {
            assertThat(Callers.outcome(waiter, "a waiter")).isInstanceOf(Cached.class);
        }
    }
}
