package io.apicache.benchmarks;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** 64 threads of one process replay one id, against one GET for each call on a shared connection. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Threads(64)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // by JMH, which calls setup first
public class RedisHotKeyBenchmark {

    private final byte[] response = new byte[1_000];
    private RedisUnderTest redis;
    private RedisCommands<byte[], byte[]> bare;
    private ApiCache<byte[]> cache;

    /** Connects, and handles the id. */
    @Setup
    public void connect() {
        redis = new RedisUnderTest();
        bare = redis.commands().sync();
        cache = redis.process();
        bare.set(RedisUnderTest.bytes("bare"), new byte[1_084], SetArgs.Builder.px(Duration.ofHours(1)));
        ((FirstSeen<byte[]>) cache.receiveAndWait("replayed", Duration.ZERO)).handle(response, Duration.ofHours(1));
    }

    /** Disconnects. */
    @TearDown
    public void close() {
        redis.close();
    }

    /** {@return the baseline} */
    @Benchmark
    public byte[] get() {
        return bare.get(RedisUnderTest.bytes("bare"));
    }

    /** {@return a replay} */
    @Benchmark
    public Receipt<byte[]> replay() {
        return cache.receiveAndWait("replayed", Duration.ofSeconds(10));
    }
}
