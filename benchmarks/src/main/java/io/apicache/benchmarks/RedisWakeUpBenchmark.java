package io.apicache.benchmarks;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * From the start of {@code handle} in one process until a waiter in another has the response, against a bare PUBLISH of the same bytes until
 * the subscriber has it, and against a waiter that polls.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RedisWakeUpBenchmark {

    private static final int HEADER = 84;

    /** A waiter that has joined, made anew for each call. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // by JMH, which calls setup first
    public static class Joined {
        /** Length of the response. */
        @Param({"1000"})
        public int bytes;

        /** Where the waiter is told: on a thread of a pool, or on the one that the message came in on. */
        @Param({"pool", "caller"})
        public String toldOn;

        private RedisUnderTest redis;
        private StatefulRedisConnection<byte[], byte[]> bare;
        private ApiCache<byte[]> here;
        private ApiCache<byte[]> there;
        private byte[] response;
        private long number;
        private FirstSeen<byte[]> owner;
        private CompletableFuture<Receipt<byte[]>> waiter;

        /** Connects. */
        @Setup
        public void connect() {
            redis = new RedisUnderTest();
            bare = redis.commands();
            here = redis.process();
            there = toldOn.equals("pool") ? redis.process() : redis.process(Runnable::run);
            response = new byte[bytes];
            number = System.nanoTime();
        }

        /** Claims here, and waits there. */
        @Setup(Level.Invocation)
        public void join() {
            String id = "id" + number++;
            owner = (FirstSeen<byte[]>) here.receiveAndWait(id, Duration.ZERO);
            waiter = there.receiveAsync(id, Duration.ofSeconds(10));
            byte[] record = RedisUnderTest.bytes("ac:{default:" + id + "}");
            while (bare.sync().strlen(record) <= HEADER) {
                LockSupport.parkNanos(50_000);
            }
            settle(bare);
        }

        /** Disconnects. */
        @TearDown
        public void close() {
            redis.close();
        }
    }

    /** A bare subscriber. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // by JMH, which calls setup first
    public static class Subscribed {
        private final byte[] channel = RedisUnderTest.bytes("channel");
        private final byte[] message = new byte[1_084];
        private RedisUnderTest redis;
        private StatefulRedisConnection<byte[], byte[]> bare;
        private volatile CompletableFuture<byte[]> received = new CompletableFuture<>();

        /** Subscribes. */
        @Setup
        public void connect() {
            redis = new RedisUnderTest();
            bare = redis.commands();
            StatefulRedisPubSubConnection<byte[], byte[]> messages = redis.messages();
            messages.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(byte[] from, byte[] text) {
                    received.complete(text);
                }
            });
            messages.sync().subscribe(channel);
        }

        /** Waits for the next message. */
        @Setup(Level.Invocation)
        public void expect() {
            received = new CompletableFuture<>();
            settle(bare);
        }

        /** Disconnects. */
        @TearDown
        public void close() {
            redis.close();
        }
    }

    /** The last that is done before each call, the same on both sides, so that neither begins colder: a rest, then one round trip. */
    private static void settle(StatefulRedisConnection<byte[], byte[]> bare) {
        LockSupport.parkNanos(50_000);
        long unused = bare.sync().strlen(RedisUnderTest.bytes("nothing"));
    }

    /** {@return the baseline} */
    @Benchmark
    public byte[] publish(Subscribed bare) {
        var unused = bare.bare.async().publish(bare.channel, bare.message);
        return bare.received.join();
    }

    /** {@return what a waiter in another process is told} */
    @Benchmark
    public Receipt<byte[]> wakeUp(Joined joined) {
        var unused = joined.owner.handleAsync(joined.response, Duration.ofSeconds(10));
        return joined.waiter.join();
    }
}
