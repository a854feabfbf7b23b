package io.apicache.benchmarks;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.memory.MemoryStore;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * A request that nobody has seen: received, and its response handled, against a map in which a record is put twice. All threads share
 * the store, as the requests of a process do. Each invocation works through 10,000 ids of its thread, which are taken out again before
 * the next one, since neither side may keep them for ever.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 10, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class MemoryFirstSeenBenchmark {

    private static final int BATCH = 10_000;
    private static final int MAXIMUM = 2_000_000;

    private record Held(String id, long since, boolean done, String response) {}

    /** The baseline's store. */
    @State(Scope.Benchmark)
    public static class SharedMap {
        private final ConcurrentHashMap<String, Held> map = new ConcurrentHashMap<>();
    }

    /** The store, and the cache over it. */
    @State(Scope.Benchmark)
    public static class SharedCache {
        private final ApiCache<String> cache = ApiCache.over(
                        MemoryStore.<String>builder().maximumRecords(MAXIMUM).build())
                .build();

        /** Stops what was started. */
        @TearDown
        public void close() {
            cache.close();
        }
    }

    /** The ids of a thread, which no other thread has. */
    @State(Scope.Thread)
    public static class Ids {
        private final String[] ids = new String[BATCH];

        /** Makes them. */
        @Setup
        public void names(ThreadParams thread) {
            for (int i = 0; i < BATCH; i++) {
                ids[i] = "POST-payments/tenant-" + thread.getThreadIndex() + "/" + i;
            }
        }
    }

    /** The ids of a thread in the map. */
    @State(Scope.Thread)
    public static class InMap {
        /** Takes them out. */
        @TearDown(Level.Invocation)
        public void remove(Ids ids, SharedMap shared) {
            for (String id : ids.ids) {
                shared.map.remove(id);
            }
        }
    }

    /** The ids of a thread in the cache. */
    @State(Scope.Thread)
    public static class InCache {
        /** Takes them out. */
        @TearDown(Level.Invocation)
        public void remove(Ids ids, SharedCache shared) {
            for (String id : ids.ids) {
                shared.cache.invalidate(id);
            }
        }
    }

    /** {@return the baseline: putIfAbsent, then put, of a record with the time} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Object baselineMap(Ids ids, SharedMap shared, InMap taken) {
        for (String id : ids.ids) {
            if (shared.map.putIfAbsent(id, new Held(id, System.nanoTime(), false, "")) == null) {
                shared.map.put(id, new Held(id, System.nanoTime(), true, "response"));
            }
        }
        return taken;
    }

    /** {@return first seen and handled by the receipt} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Object firstSeenAndHandle(Ids ids, SharedCache shared, InCache taken) {
        for (String id : ids.ids) {
            FirstSeen<String> first = (FirstSeen<String>) shared.cache.receiveAndWait(id, Duration.ZERO);
            first.handle("response");
        }
        return taken;
    }

    /** {@return first seen and handled by id} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Object firstSeenAndHandleById(Ids ids, SharedCache shared, InCache taken) {
        for (String id : ids.ids) {
            shared.cache.receiveAndWait(id, Duration.ZERO);
            shared.cache.handle(id, "response");
        }
        return taken;
    }
}
