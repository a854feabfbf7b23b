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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A replay and a first call over Redis, by one caller, against the bare commands that move the same bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // by JMH, which calls setup first
public class RedisCallBenchmark {

    private static final int HEADER = 84;

    /** Length of the response. */
    @Param({"1000"})
    public int bytes;

    private byte[] response;
    private byte[] record;
    private final byte[] pending = new byte[HEADER];
    private RedisUnderTest redis;
    private RedisCommands<byte[], byte[]> bare;
    private ApiCache<byte[]> cache;
    private long number;

    /** Connects, handles the one id that is replayed, and claims the one that is in flight. */
    @Setup
    public void connect() {
        response = new byte[bytes];
        record = new byte[HEADER + bytes];
        redis = new RedisUnderTest();
        bare = redis.commands().sync();
        cache = redis.process();
        bare.set(RedisUnderTest.bytes("bare"), record, SetArgs.Builder.px(Duration.ofHours(1)));
        ((FirstSeen<byte[]>) cache.receiveAndWait("replayed", Duration.ZERO)).handle(response, Duration.ofHours(1));
        var unused = redis.process().receiveAndWait("in flight", Duration.ZERO);
        bare.set(RedisUnderTest.bytes("bare, in flight"), pending, SetArgs.Builder.px(Duration.ofHours(1)));
        number = System.nanoTime();
    }

    /** Disconnects. */
    @TearDown
    public void close() {
        redis.close();
    }

    /** {@return the baseline of a replay: GET of a record of the same length} */
    @Benchmark
    public byte[] get() {
        return bare.get(RedisUnderTest.bytes("bare"));
    }

    /** {@return a replay} */
    @Benchmark
    public Receipt<byte[]> replay() {
        return cache.receiveAndWait("replayed", Duration.ofSeconds(1));
    }

    /** {@return the baseline of a call whose id somebody else works on: GET of a header, and how long it still lives} */
    @Benchmark
    public long getAndPttl() {
        byte[] key = RedisUnderTest.bytes("bare, in flight");
        return bare.get(key).length + bare.pttl(key);
    }

    /** {@return that somebody else works on it} */
    @Benchmark
    public Receipt<byte[]> inFlight() {
        return cache.receiveAndWait("in flight", Duration.ZERO);
    }

    /** {@return the baseline of a first call: SET NX PX of the header and SET PX of the record} */
    @Benchmark
    public String setAndSet() {
        byte[] key = RedisUnderTest.bytes("bare:" + number++);
        bare.set(key, pending, SetArgs.Builder.nx().px(15_000));
        return bare.set(key, record, SetArgs.Builder.px(10_000));
    }

    /** Receives an id that nobody has seen, and handles it. */
    @Benchmark
    public void firstSeenAndHandle() {
        FirstSeen<byte[]> claim = (FirstSeen<byte[]>) cache.receiveAndWait("first:" + number++, Duration.ofSeconds(1));
        claim.handle(response, Duration.ofSeconds(10));
    }
}
