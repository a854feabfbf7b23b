package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Callers.Call;
import io.apicache.spi.Store;
import io.apicache.spi.Time;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Foreign code that blocks, refuses or throws delays no waiter. Uses the clocks of the machine and the cache's own threads. */
@EndsInTime
class ForeignCodeTest {

    private static final Duration LONG = Duration.ofMinutes(30);

    private final ReferenceStore<String> records = new ReferenceStore<>(Time.system());
    private final List<ApiCache<String>> open = new ArrayList<>();
    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicInteger blocked = new AtomicInteger();

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
        done.countDown();
        open.forEach(ApiCache::close);
    }

    private static FirstSeen<String> firstSeen(ApiCache<String> cache, String id) {
        return (FirstSeen<String>) cache.receiveAndWait(id, Duration.ZERO);
    }

    /** Foreign code that blocks until the test is over. */
    private void block() {
        blocked.incrementAndGet();
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Occupies every thread on which callbacks run: with as many that wait as there can be threads, and some in the queue. */
    private void blockEveryCallbackThread(ApiCache<String> cache) {
        FirstSeen<String> owner = firstSeen(cache, "blocking");
        int most = 2 * Runtime.getRuntime().availableProcessors() + 64;
        for (int i = 0; i < most; i++) {
            var unused = cache.receiveAsync("blocking", LONG).thenAccept(receipt -> block());
        }
        owner.handle("response");
        Callers.eventually("callback threads block", () -> blocked.get() >= 2);
    }

    private static void assertAllCached(List<Call<Receipt<String>>> waiters) {
        for (Call<Receipt<String>> waiter : waiters) {
            assertThat(Callers.outcome(waiter, "a waiter")).isInstanceOf(Cached.class);
        }
    }

    /** {@return callers that block, once they all wait; they wait beside others} */
    private static List<Call<Receipt<String>>> herd(ApiCache<String> cache, int size, int ids) {
        int others = waiters(cache);
        List<Call<Receipt<String>>> herd = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            String id = "id " + i % ids;
            herd.add(Callers.start(() -> cache.receiveAndWait(id, LONG)));
        }
        Callers.eventually("the herd waits", () -> waiters(cache) >= others + size);
        return herd;
    }

    private static int waiters(ApiCache<String> cache) {
        return Integer.parseInt(cache.toString().replaceAll(".* ([0-9]+) waiters.*", "$1"));
    }

    @Test
    @DisplayName("E2 with every callback thread blocked, 1,000 callers that block on one id all return")
    void aHerdOnOneIdReturns() {
        ApiCache<String> cache = build(settings());
        FirstSeen<String> owner = firstSeen(cache, "id 0");
        blockEveryCallbackThread(cache);
        List<Call<Receipt<String>>> herd = herd(cache, 1_000, 1);

        owner.handle("response");

        assertAllCached(herd);
    }

    @Test
    @DisplayName("E2 with every callback thread blocked, callers that block on 5 ids in another process all return")
    void herdsOnManyIdsReturn() {
        ApiCache<String> owning = build(settings());
        ApiCache<String> cache = build(settings());
        List<FirstSeen<String>> owners = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            owners.add(firstSeen(owning, "id " + i));
        }
        blockEveryCallbackThread(cache);
        List<Call<Receipt<String>>> herd = herd(cache, 1_000, 5);

        owners.forEach(owner -> owner.handle("response"));

        assertAllCached(herd);
    }

    @Test
    @DisplayName("E2 W2 with every callback thread blocked, callers that block give up in time, or end with the cache")
    void deadlinesHold() {
        ApiCache<String> cache = build(settings());
        firstSeen(cache, "id 0");
        blockEveryCallbackThread(cache);

        Call<Receipt<String>> short1 = Callers.start(() -> cache.receiveAndWait("id 0", Duration.ofMillis(50)));
        assertThat(Callers.outcome(short1, "a short wait")).isInstanceOf(InFlight.class);
        List<Call<Receipt<String>>> herd = herd(cache, 200, 1);
        Call<Object> closing = Callers.start(() -> {
            cache.close();
            return "closed";
        });

        assertThat(Callers.outcome(closing, "close")).isEqualTo("closed");
        for (Call<Receipt<String>> waiter : herd) {
            assertThat(Callers.outcome(waiter, "a waiter")).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    @DisplayName("E2 dependents that block on the cache hold up neither each other nor other waiters")
    void dependentsThatWait() {
        ApiCache<String> cache = build(settings());
        FirstSeen<String> outer = firstSeen(cache, "outer");
        FirstSeen<String> inner = firstSeen(cache, "id 0");
        List<CompletableFuture<Receipt<String>>> dependents = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            dependents.add(cache.receiveAsync("outer", LONG).thenApply(receipt -> cache.receiveAndWait("id 0", LONG)));
        }
        List<Call<Receipt<String>>> herd = herd(cache, 100, 1);

        outer.handle("response");
        Callers.eventually("two dependents wait too", () -> waiters(cache) >= 102);
        inner.handle("response");

        assertAllCached(herd);
        for (Future<Receipt<String>> dependent : dependents) {
            assertThat(Callers.outcome(dependent, "a dependent")).isInstanceOf(Cached.class);
        }
    }
}
