package io.apicache.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.apicache.memory.MemoryStore;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Key;
import io.apicache.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** The heap that a record in memory takes, beside what a map and a cache take for the same id and the same response. */
final class RecordFootprint {

    static final String SECTION = "Heap for each record in memory, bytes";

    private static final Duration KEEP = Duration.ofMinutes(5);
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final byte[] EMPTY = {};

    private final int number;
    private final Figures figures;

    RecordFootprint(int number, Figures figures) {
        this.number = number;
        this.figures = figures;
    }

    void measure() {
        measure("with a response of 1,000 bytes", () -> new byte[1_000]);
        measure("with a response that takes nothing", () -> EMPTY);
        pendingAndEnded();
    }

    private void measure(String how, Supplier<byte[]> response) {
        MemoryStore<byte[]> store = new MemoryStore<>();
        long empty = Heap.of(store);
        for (int i = 0; i < number; i++) {
            fill(store, i, response.get());
        }
        add("`MemoryStore`, " + how, Heap.of(store) - empty);

        Cache<String, byte[]> cache = Caffeine.newBuilder()
                .maximumSize(100_000)
                .expireAfterWrite(KEEP)
                .executor(Runnable::run)
                .build();
        empty = Heap.of(cache);
        for (int i = 0; i < number; i++) {
            cache.put(id(i), response.get());
        }
        cache.cleanUp();
        add("Caffeine, bounded, with an expiry, " + how, Heap.of(cache) - empty);

        ConcurrentMap<String, byte[]> map = new ConcurrentHashMap<>();
        empty = Heap.of(map);
        for (int i = 0; i < number; i++) {
            map.put(id(i), response.get());
        }
        add("`ConcurrentHashMap`, " + how, Heap.of(map) - empty);
    }

    /** Time passes when it is told to, so that all records end at once. */
    private void pendingAndEnded() {
        StandingTime time = new StandingTime();
        MemoryStore<byte[]> store = MemoryStore.<byte[]>builder().time(time).build();
        fill(store, number, EMPTY);
        long empty = Heap.of(store);
        for (int i = 0; i < number; i++) {
            claim(store, i);
        }
        add("`MemoryStore`, pending", Heap.of(store) - empty);
        time.nanos += KEEP.toNanos() + LEASE.toNanos() + 1;
        for (int i = 0; i < number; i++) {
            fill(store, number, EMPTY); // calls sweep what has ended
        }
        add("`MemoryStore`, after it ended", Heap.of(store) - empty);
    }

    private void add(String subject, long bytes) {
        figures.add(SECTION, subject, (double) bytes / number);
    }

    private static void fill(MemoryStore<byte[]> store, int i, byte[] response) {
        Claimed<byte[]> claimed = claim(store, i);
        if (claimed instanceof Claimed.Granted<byte[]> granted) {
            store.handle(key(i), granted.token(), response, KEEP)
                    .toCompletableFuture()
                    .join();
        }
    }

    private static Claimed<byte[]> claim(MemoryStore<byte[]> store, int i) {
        return store.claim(key(i), new Attempt(AttemptId.next(), null, LEASE))
                .toCompletableFuture()
                .join();
    }

    private static Key key(int i) {
        return new Key("footprint", id(i));
    }

    private static String id(int i) {
        return "request-" + (1_000_000 + i);
    }

    /** A clock that is set by hand. */
    private static final class StandingTime implements Time {
        private long nanos;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plusNanos(nanos);
        }
    }
}
