package io.apicache.benchmarks;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.memory.MemoryStore;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
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

/**
 * Many callers of one id, each on a thread of its own that is started for it, waits, is told and ends: what a server does that has a
 * thread for each request. {@code -p threads=virtual} needs a JDK that has such threads.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 15)
@Measurement(iterations = 15)
@SuppressWarnings("NullAway.Init") // by JMH, which calls setup first
public class WaitingThreadsBenchmark {

    /** What kind of threads: {@code platform} or {@code virtual}. */
    @Param("platform")
    public String threads;

    /** How many callers there are. */
    @Param("1000")
    public int callers;

    private final ApiCache<String> cache =
            ApiCache.over(new MemoryStore<String>()).build();
    private ThreadFactory factory;
    private long number;

    /** Finds out how such threads are made. */
    @Setup
    public void choose() throws ReflectiveOperationException {
        if (threads.equals("platform")) {
            factory = Thread::new;
        } else {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null); // since 21
            factory = (ThreadFactory) Class.forName("java.lang.Thread$Builder")
                    .getMethod("factory")
                    .invoke(builder);
        }
    }

    /** Ends the threads of the cache. */
    @TearDown
    public void close() {
        cache.close();
    }

    /** The job. */
    @Benchmark
    public void tellAll() throws InterruptedException {
        String id = "id" + number++;
        AtomicInteger told = new AtomicInteger();
        CountDownLatch ended = new CountDownLatch(callers);
        FirstSeen<String> owner = (FirstSeen<String>) cache.receiveAndWait(id, Duration.ZERO);
        for (int i = 0; i < callers; i++) {
            factory.newThread(() -> {
                        if (cache.receiveAndWait(id, Duration.ofMinutes(1)) instanceof Cached<String>) {
                            told.incrementAndGet();
                        }
                        ended.countDown();
                    })
                    .start();
        }
        while (!cache.toString().contains(", " + callers + " waiters")) {
            LockSupport.parkNanos(50_000);
        }
        owner.handle("response");
        ended.await();
        if (told.get() != callers) {
            throw new IllegalStateException(told + " of " + callers + " got the response");
        }
    }
}
