package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.engine.Probe;
import io.apicache.spi.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Outcomes reach their callers whatever the executor, the heap and the clock do. */
@EndsInTime
class HandOverTest extends CacheFixture {

    @Test
    @DisplayName("M1 the cache queues each outcome for its rescue threads once, however long they are blocked")
    void rescuesAreNotQueuedWithoutBound() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        gates.add(gate);
        ApiCache<String> cache =
                build(settings(records).executor(task -> {})); // or a pool whose threads are all blocked
        FirstSeen<String> owner = firstSeen(cache, "id");
        CountDownLatch blocked = new CountDownLatch(16);
        for (int i = 0; i < 40; i++) {
            var unused = cache.receiveAsync("id", LONG).thenRun(() -> {
                blocked.countDown();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
        }
        owner.handle("response");

        time.advance(STORE_TIMEOUT.multipliedBy(2));
        assertThat(blocked.await(Callers.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        time.advance(SECOND);

        ThreadPoolExecutor rescuers =
                (ThreadPoolExecutor) Probe.field(probe(cache).threads(), "rescuers");
        assertThat(rescuers.getQueue().size()).isLessThanOrEqualTo(40);
    }

    @Test
    @DisplayName("E1 the cache completes a future although the heap was full when it first completed it exceptionally")
    void theFailureOfAFutureMayNeedHeap() {
        Probe<String> engine = probe(build(settings(records)));
        AtomicInteger failures = new AtomicInteger(1);
        CompletableFuture<String> result = new CompletableFuture<>() {
            @Override
            public boolean completeExceptionally(Throwable failure) { // allocates
                if (failures.getAndDecrement() > 0) {
                    throw new OutOfMemoryError("planted");
                }
                return super.completeExceptionally(failure);
            }
        };
        Runnable ready = engine.handOver(
                () -> {
                    throw new OutOfMemoryError("planted");
                },
                result);

        ready.run();
        time.advance(STORE_TIMEOUT.multipliedBy(4));
        Callers.eventually("a rescue thread or the keeper", () -> result.isDone() || engine.isIdle());

        assertThat(result).isDone();
    }

    @Test
    @DisplayName("E1 W2 close completes the future of a waiter whose executor drops every task")
    void closingWithAnExecutorThatDrops() {
        ApiCache<String> cache = build(ApiCache.over((Store<String>) records)
                .storeTimeout(Duration.ofMillis(50))
                .executor(task -> {}));
        firstSeen(cache, "id");
        CompletableFuture<Receipt<String>> waiter = cache.receiveAsync("id", LONG);

        cache.close();

        Object outcome = Callers.outcome(waiter, "a waiter of a cache that is closed");
        assertThat(outcome).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName(
            "E1 an asynchronous caller gets its claim although the clock threw while its wait was measured for the listener")
    void theReceiptOfAnAsynchronousCallFails() {
        ApiCache<String> cache = build(settings(records).listener(new ApiCacheListener() {}));
        ApiCache<String> elsewhere = build(settings(records));
        FirstSeen<String> owner = firstSeen(elsewhere, "id");
        List<Runnable> tasks = new ArrayList<>();
        ApiCache<String> slow =
                build(settings(records).listener(new ApiCacheListener() {}).executor(tasks::add));
        CompletableFuture<Receipt<String>> waiter = slow.receiveAsync("id", LONG);
        owner.release();
        assertThat(tasks).hasSize(1);

        clock.failOnThisThreadAfter(0); // the wait is timed for the listener
        tasks.remove(0).run();
        clock.heal();

        ((FirstSeen<String>) waiter.join()).close(); // only the event is lost
        assertThat(cache.receiveAndWait("id", Duration.ZERO)).isInstanceOf(FirstSeen.class);
    }
}
