package io.apicache.benchmarks.scaling;

import com.sun.management.OperatingSystemMXBean;
import io.apicache.ApiCache;
import io.apicache.Codec;
import io.apicache.benchmarks.scaling.Operation.Client;
import io.apicache.redis.RedisStore;
import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The main class of one process that makes calls all the time, each caller on a thread of its own and one call after the other. Arguments:
 * address, operation, callers, a slice of the warm-up and the measurement in milliseconds, length of a response. It prints {@code ready}
 * when it is warm, waits for a line, and prints {@code done CALLS CPU_MICROS P50_NANOS P99_NANOS}; {@code fill} instead of an operation makes the responses that
 * others replay.
 */
final class Load {

    private static final int REMEMBERED = 50_000;
    private static final int MOST_SLICES = 20;

    private final Operation operation;
    private final Client client;
    private final int callers;

    private Load(Operation operation, Client client, int callers) {
        this.operation = operation;
        this.client = client;
        this.callers = callers;
    }

    public static void main(String[] args) throws Exception {
        RedisClient bare = RedisClient.create(args[0]);
        try (RedisStore store = RedisStore.connect(args[0]);
                ApiCache<byte[]> cache = ApiCache.over(store.as(Codec.bytes())).build()) {
            Client client =
                    Client.of(cache, bare.connect(ByteArrayCodec.INSTANCE).sync(), Integer.parseInt(args[5]));
            if (args[1].equals("fill")) {
                Operation.fill(client);
            } else {
                new Load(Operation.valueOf(args[1]), client, Integer.parseInt(args[2]))
                        .run(Long.parseLong(args[3]), Long.parseLong(args[4]));
            }
        } finally {
            bare.shutdown();
        }
    }

    /** Until two slices in a row agree within a tenth, or there have been many. */
    private void warmUp(long sliceMillis) throws InterruptedException {
        long before = 0;
        for (int slice = 0; slice < MOST_SLICES; slice++) {
            long now = calls(call(sliceMillis));
            if (Math.abs(now - before) * 10 <= now) {
                return;
            }
            before = now;
        }
    }

    private static long calls(List<Caller> done) {
        return done.stream().mapToLong(caller -> caller.calls).sum();
    }

    private void run(long sliceMillis, long millis) throws IOException, InterruptedException {
        warmUp(sliceMillis);
        System.out.println("ready");
        if (System.in.read() < 0) {
            return; // whoever started this is gone
        }
        long cpu = cpuNanos();
        List<Caller> done = call(millis);
        cpu = cpuNanos() - cpu;
        long[] nanos = done.stream().flatMapToLong(Caller::remembered).sorted().toArray();
        System.out.println("done " + calls(done) + " " + cpu / 1_000 + " " + nanos[(nanos.length - 1) / 2] + " "
                + nanos[(int) Math.ceil(nanos.length * 0.99) - 1]);
    }

    private List<Caller> call(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        List<Caller> all = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            Caller caller = new Caller(end);
            caller.start();
            all.add(caller);
        }
        for (Caller caller : all) {
            caller.join();
            if (caller.failure != null) {
                throw new IllegalStateException("a call failed", caller.failure);
            }
        }
        return all;
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /** One call after the other, until it is time to stop. */
    private final class Caller extends Thread {
        private final SplittableRandom random = new SplittableRandom(System.nanoTime());
        private final long[] nanos = new long[REMEMBERED];
        private final long end;
        private int calls;
        private volatile @Nullable RuntimeException failure;

        Caller(long end) {
            this.end = end;
        }

        @Override
        public void run() {
            try {
                long before = System.nanoTime();
                while (before - end < 0) {
                    operation.call(client, random.nextLong(Operation.IDS, Long.MAX_VALUE));
                    long after = System.nanoTime();
                    nanos[calls++ % REMEMBERED] = after - before;
                    before = after;
                }
            } catch (RuntimeException e) {
                failure = e;
            }
        }

        LongStream remembered() {
            return Arrays.stream(nanos, 0, Math.min(calls, REMEMBERED));
        }
    }
}
