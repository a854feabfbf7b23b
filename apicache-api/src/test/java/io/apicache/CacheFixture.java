package io.apicache;

import io.apicache.engine.Probe;
import io.apicache.spi.Store;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;

/** Caches over one {@link ReferenceStore} and one clock, which the test moves and can spoil. */
abstract class CacheFixture {

    static final Duration LEASE = Duration.ofSeconds(6);
    static final Duration STORE_TIMEOUT = Duration.ofSeconds(2);
    static final Duration LONG = Duration.ofMinutes(10);
    static final Duration SECOND = Duration.ofSeconds(1);

    final SpoilableClock clock = new SpoilableClock();
    final ManualTime time = clock.time;
    final ReferenceStore<String> records = new ReferenceStore<>(time);
    final FaultyStore<String> faulty = FaultyStore.around(records);
    final List<Runnable> replies = new ArrayList<>();
    private final List<ApiCache<String>> open = new ArrayList<>();
    final List<CountDownLatch> gates = new ArrayList<>();

    ApiCache.Builder<String> settings(Store<String> store) {
        return ApiCache.over(store)
                .time(clock)
                .scheduler(time.scheduler())
                .executor(Runnable::run)
                .lease(LEASE)
                .storeTimeout(STORE_TIMEOUT);
    }

    ApiCache<String> build(ApiCache.Builder<String> settings) {
        ApiCache<String> cache = settings.build();
        open.add(cache);
        return cache;
    }

    @AfterEach
    void close() {
        clock.heal();
        gates.forEach(CountDownLatch::countDown);
        faulty.heal();
        reply();
        open.forEach(ApiCache::close);
    }

    private void reply() {
        List<Runnable> held = List.copyOf(replies);
        replies.clear();
        held.forEach(Runnable::run);
    }

    static FirstSeen<String> firstSeen(ApiCache<String> cache, String id) {
        return (FirstSeen<String>) cache.receiveAndWait(id, Duration.ZERO);
    }

    static Probe<String> probe(ApiCache<String> cache) {
        return Probe.of(cache);
    }
}
