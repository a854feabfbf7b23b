package io.apicache.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.memory.MemoryStore;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * A request that has been handled is received again: the whole call at the top of a handler, against a look into a bounded Caffeine
 * cache with as many ids. Ids are 36-character UUIDs in random order, so that caches of the machine play their part; each subject has
 * its own copies of them, since whoever shares strings with another has them elsewhere in memory.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class MemoryReplayBenchmark {

    private static final int MAXIMUM = 2_000_000;

    /** Ids in the order in which they are asked for. */
    @State(Scope.Benchmark)
    public static class Ids {

        /** So many objects there are at least, as those off the wire are hardly in the nearest cache. */
        private static final int LEAST = 1 << 16;

        /** How many different ids there are. */
        @Param({"1000", "100000"})
        public int ids;

        private String[] order = {};

        /** Chooses an order in which each id comes. */
        @Setup
        public void choose() {
            SplittableRandom random = new SplittableRandom(7);
            order = new String[Math.max(ids, LEAST)];
            for (int i = 0; i < order.length; i++) {
                int other = random.nextInt(i + 1);
                order[i] = order[other];
                order[other] = id(i % ids); // as it comes off the wire: not the object that was stored
            }
        }

        void forEach(Consumer<String> fill) {
            for (int i = 0; i < ids; i++) {
                fill.accept(id(i));
            }
        }

        private static String id(int number) {
            SplittableRandom random = new SplittableRandom(number);
            return new UUID(random.nextLong(), random.nextLong()).toString();
        }
    }

    /** Where a thread is in the order of ids. */
    @State(Scope.Thread)
    public static class Cursor {
        private int at;

        /** Begins anywhere, so that threads do not follow each other. */
        @Setup
        public void begin(Ids ids, ThreadParams thread) {
            at = new SplittableRandom(thread.getThreadIndex()).nextInt(ids.order.length);
        }

        String next(Ids ids) {
            if (at == ids.order.length) {
                at = 0;
            }
            return ids.order[at++];
        }
    }

    /** A bounded Caffeine cache. */
    @State(Scope.Benchmark)
    public static class Bounded {
        private final Cache<String, String> cache =
                Caffeine.newBuilder().maximumSize(MAXIMUM).build();

        /** Fills it. */
        @Setup
        public void fill(Ids ids) {
            ids.forEach(id -> cache.put(id, "response"));
        }
    }

    /** A Caffeine cache that is full, so that its policy takes notice of every look. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // by JMH, which calls setup first
    public static class Full {
        private Cache<String, String> cache;

        /** Fills it. */
        @Setup
        public void fill(Ids ids) {
            cache = Caffeine.newBuilder().maximumSize(ids.ids).build();
            ids.forEach(id -> cache.put(id, "response"));
            cache.cleanUp();
            if (cache.estimatedSize() != ids.ids) {
                throw new IllegalStateException(cache.estimatedSize() + " of " + ids.ids + " are there");
            }
        }
    }

    /** A bounded Caffeine cache with an expiry for each entry. */
    @State(Scope.Benchmark)
    public static class Expiring {
        private final Cache<String, String> cache = Caffeine.newBuilder()
                .maximumSize(MAXIMUM)
                .expireAfter(Expiry.<String, String>writing((id, response) -> Duration.ofHours(24)))
                .build();

        /** Fills it. */
        @Setup
        public void fill(Ids ids) {
            ids.forEach(id -> cache.put(id, "response"));
        }
    }

    /** A cache over the store that refuses when full, which is the default. */
    @State(Scope.Benchmark)
    public static class Refusing {
        private final ApiCache<String> cache = ApiCache.over(
                        MemoryStore.<String>builder().maximumRecords(MAXIMUM).build())
                .build();

        /** Fills it. */
        @Setup
        public void fill(Ids ids) {
            ids.forEach(id -> handle(cache, id));
        }

        /** Stops what was started. */
        @TearDown
        public void close() {
            cache.close();
        }
    }

    /** A cache over the store that evicts when full. */
    @State(Scope.Benchmark)
    public static class Evicting {
        private final ApiCache<String> cache = ApiCache.over(MemoryStore.<String>builder()
                        .maximumRecords(MAXIMUM)
                        .evictWhenFull()
                        .build())
                .build();

        /** Fills it. */
        @Setup
        public void fill(Ids ids) {
            ids.forEach(id -> handle(cache, id));
        }

        /** Stops what was started. */
        @TearDown
        public void close() {
            cache.close();
        }
    }

    private static void handle(ApiCache<String> cache, String id) {
        ((FirstSeen<String>) cache.receiveAndWait(id, Duration.ZERO)).handle("response");
    }

    /** {@return the baseline: a look into a bounded cache} */
    @Benchmark
    public @Nullable String baselineCaffeine(Cursor cursor, Ids ids, Bounded subject) {
        return subject.cache.getIfPresent(cursor.next(ids));
    }

    /** {@return the same of a cache that is full} */
    @Benchmark
    public @Nullable String baselineCaffeineFull(Cursor cursor, Ids ids, Full subject) {
        return subject.cache.getIfPresent(cursor.next(ids));
    }

    /** {@return the same with an expiry for each entry, which is what a record has} */
    @Benchmark
    public @Nullable String baselineCaffeineExpiring(Cursor cursor, Ids ids, Expiring subject) {
        return subject.cache.getIfPresent(cursor.next(ids));
    }

    /** {@return the clock, which whoever honours an expiry must read} */
    @Benchmark
    public long clock() {
        return System.nanoTime();
    }

    /** {@return the response of a replay} */
    @Benchmark
    public String replay(Cursor cursor, Ids ids, Refusing subject) {
        return ((Cached<String>) subject.cache.receiveAndWait(cursor.next(ids), Duration.ZERO)).response();
    }

    /** {@return the receipt of a replay: it leaves the method, as it does in a handler} */
    @Benchmark
    public Receipt<String> replayReceipt(Cursor cursor, Ids ids, Refusing subject) {
        return subject.cache.receiveAndWait(cursor.next(ids), Duration.ZERO);
    }

    /** {@return the receipt of a replay from the store that evicts} */
    @Benchmark
    public Receipt<String> replayReceiptEvicting(Cursor cursor, Ids ids, Evicting subject) {
        return subject.cache.receiveAndWait(cursor.next(ids), Duration.ZERO);
    }
}
