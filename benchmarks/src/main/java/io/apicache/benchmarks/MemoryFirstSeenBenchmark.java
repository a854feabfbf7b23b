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

/**
 * A request that nobody has seen: received, and its response handled, against a map in which a record is put twice. Each invocation
 * works through 10,000 fresh ids on empty stores, since neither side may keep them for ever.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 10, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // by JMH, which calls setup first
public class MemoryFirstSeenBenchmark {

    private static final int BATCH = 10_000;

    private final String[] ids = new String[BATCH];
    private ConcurrentHashMap<String, Held> map;
    private MemoryStore<String> store;
    private ApiCache<String> cache;

    private record Held(String id, long since, boolean done, String response) {}

    /** Makes the ids. */
    @Setup
    public void names() {
        for (int i = 0; i < BATCH; i++) {
            ids[i] = "POST-payments/tenant-7/" + i;
        }
    }

    /** Empties the stores. */
    @Setup(Level.Invocation)
    public void empty() {
        map = new ConcurrentHashMap<>();
        store = new MemoryStore<>();
        cache = ApiCache.over(store).build();
    }

    /** Stops what was started. */
    @TearDown(Level.Invocation)
    public void close() {
        cache.close();
    }

    /** {@return the baseline: putIfAbsent, then put, of a record with the time} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Object baselineMap() {
        for (String id : ids) {
            if (map.putIfAbsent(id, new Held(id, System.nanoTime(), false, "")) == null) {
                map.put(id, new Held(id, System.nanoTime(), true, "response"));
            }
        }
        return map;
    }

    /** {@return first seen and handled by the receipt} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Object firstSeenAndHandle() {
        for (String id : ids) {
            FirstSeen<String> first = (FirstSeen<String>) cache.receiveAndWait(id, Duration.ZERO);
            first.handle("response");
        }
        return cache;
    }

    /** {@return first seen and handled by id} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Object firstSeenAndHandleById() {
        for (String id : ids) {
            cache.receiveAndWait(id, Duration.ZERO);
            cache.handle(id, "response");
        }
        return cache;
    }
}
