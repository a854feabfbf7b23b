package io.apicache.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.LeaseLostException;
import io.apicache.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Two caches over one store under eight threads that wait, handle, release, cancel, invalidate and leave claims alone, on a few ids. Nothing
 * is known of the order, so what is checked are promises that hold in every order.
 */
class WaitRoomStressTest {

    private static final int THREADS = 8;
    private static final int CALLS = 3_000;
    private static final int IDS = 5;

    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> working = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> lastToken = new ConcurrentHashMap<>();
    private final Map<String, Long> accepted = new ConcurrentHashMap<>();
    private final AtomicInteger firstSeen = new AtomicInteger();
    private final AtomicInteger replayed = new AtomicInteger();

    private boolean invalidates;

    @RepeatedTest(3)
    @DisplayName("C1 C4 C5 H1 W1 W3 Z1 whatever the order, nobody runs beside a live claim, and nothing is left behind")
    void promisesHoldInEveryOrder() throws Exception {
        runAndCheck();
    }

    @RepeatedTest(3)
    @DisplayName("C4 H1 W1 W3 Z1 the same while somebody invalidates, which may meet a claim at work")
    void promisesHoldWhileRecordsAreInvalidated() throws Exception {
        invalidates = true;
        runAndCheck();
    }

    private void runAndCheck() throws Exception {
        long seed = System.nanoTime();
        MemoryStore<String> store = new MemoryStore<>();
        List<ApiCache<String>> caches = List.of(cache(store), cache(store));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> runs = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = new SplittableRandom(seed + i);
            ApiCache<String> cache = caches.get(i % caches.size());
            runs.add(threads.submit(() -> run(cache, random)));
        }

        for (Future<?> run : runs) {
            run.get(10, TimeUnit.MINUTES);
        }
        threads.shutdown();

        assertThat(violations).as("seed %d", seed).isEmpty();
        assertThat(firstSeen).hasPositiveValue();
        assertThat(replayed).hasPositiveValue();
        for (ApiCache<String> cache : caches) {
            assertThat(cache.toString()).as("seed %d", seed).contains("0 waiters");
            cache.close();
        }
        assertThat(store.stats().pending()).as("claims left, seed %d", seed).isZero();
    }

    private static ApiCache<String> cache(MemoryStore<String> store) {
        return ApiCache.over(store).lease(Duration.ofMinutes(10)).build();
    }

    private void run(ApiCache<String> cache, SplittableRandom random) {
        for (int i = 0; i < CALLS; i++) {
            String id = "id-" + random.nextInt(IDS);
            if (random.nextInt(20) == 0) {
                cancelSomething(cache, id);
            } else {
                finish(cache, id, cache.receiveAndWait(id, Duration.ofMillis(random.nextInt(20))), random);
            }
        }
    }

    /** A claim that was being granted to a future that nobody wants any more must go to somebody else. */
    private void cancelSomething(ApiCache<String> cache, String id) {
        CompletableFuture<Receipt<String>> unwanted = cache.receiveAsync(id, Duration.ofMinutes(10));
        if (!unwanted.cancel(false) && unwanted.join() instanceof FirstSeen<String> claim) {
            claim.release();
        }
    }

    private void finish(ApiCache<String> cache, String id, Receipt<String> receipt, SplittableRandom random) {
        if (receipt instanceof Cached<String> hit) {
            replayed.incrementAndGet();
            check(hit.response().startsWith(id + " "), "the response of another id: " + hit.response() + " for " + id);
            if (invalidates && random.nextInt(4) == 0) {
                cache.invalidate(id);
            }
        } else if (receipt instanceof FirstSeen<String> claim) {
            firstSeen.incrementAndGet();
            work(id, claim, random);
        }
    }

    private void work(String id, FirstSeen<String> claim, SplittableRandom random) {
        long before = lastToken.computeIfAbsent(id, any -> new AtomicLong()).getAndAccumulate(claim.token(), Math::max);
        check(before < claim.token() || invalidates, "C5 token " + claim.token() + " after " + before + " on " + id);
        AtomicInteger workers = working.computeIfAbsent(id, any -> new AtomicInteger());
        int others = workers.getAndIncrement();
        check(others == 0 || invalidates || claim.isLost(), "C1 two live workers on " + id);
        for (int i = random.nextInt(20_000); i > 0; i--) {
            Thread.onSpinWait();
        }
        workers.decrementAndGet();
        try {
            if (random.nextInt(3) == 0) {
                claim.release();
            } else {
                claim.handle(id + " " + claim.token(), Duration.ofMillis(random.nextInt(50)));
                Long twice = accepted.putIfAbsent(id + "/" + claim.token(), claim.token());
                check(twice == null, "H3 two responses under one token on " + id);
            }
        } catch (LeaseLostException lost) {
            check(invalidates && claim.isLost(), "C4 a claim that nobody took was refused on " + id);
        }
    }

    private void check(boolean holds, String violation) {
        if (!holds) {
            violations.add(violation);
        }
    }
}
