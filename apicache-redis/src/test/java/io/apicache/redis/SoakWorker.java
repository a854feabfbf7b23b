package io.apicache.redis;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.Codec;
import io.apicache.FirstSeen;
import io.apicache.LeaseLostException;
import io.apicache.Receipt;
import io.apicache.StoreUnavailableException;
import io.apicache.redis.SoakEvent.Kind;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * The main class of a process in a soak: callers that want the same ids as those of other processes at the same time, and write down what
 * they do and hear. An id is asked for in a second and a half, then there are others.
 */
final class SoakWorker {

    private static final int CALLERS = 3;
    private static final int IDS = 3;
    private static final long SLICE_MILLIS = 1_500;

    /** Whoever stands still for longer disturbs the others. */
    static final long LONGEST_STALL_NANOS = Duration.ofMillis(200).toNanos();

    private final ApiCache<String> cache;
    private final BufferedWriter history;
    private final String process;
    private final long leaseMillis;
    private final int longWork;

    private SoakWorker(ApiCache<String> cache, BufferedWriter history, String process, long leaseMillis, int longWork) {
        this.cache = cache;
        this.history = history;
        this.process = process;
        this.leaseMillis = leaseMillis;
        this.longWork = longWork;
    }

    /** Arguments: the address of Redis, the file for the history, the name of the process, a seed, the lease in milliseconds, one in how many works long. */
    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[1]);
        long lease = Long.parseLong(args[4]);
        RedisStore store = RedisStore.builder(args[0])
                .commandTimeout(Duration.ofMillis(300))
                .connect();
        ApiCache<String> cache = ApiCache.over(store.as(Codec.utf8()))
                .namespace("soak")
                .lease(Duration.ofMillis(lease))
                .keepFor(Duration.ofMinutes(1))
                .build();
        SoakWorker worker =
                new SoakWorker(cache, Files.newBufferedWriter(file), args[2], lease, Integer.parseInt(args[5]));
        SplittableRandom seeds = new SplittableRandom(Long.parseLong(args[3]));
        for (int i = 0; i < CALLERS; i++) {
            String name = "caller" + i;
            SplittableRandom random = seeds.split();
            new Thread(() -> worker.call(name, random), name).start();
        }
        Thread stalls = new Thread(worker::watchForStalls, "stalls");
        stalls.setDaemon(true);
        stalls.start();
        System.out.println("ready");
    }

    /** On a busy machine this process may get no processor for a while, although others do. */
    private void watchForStalls() {
        for (long last = System.nanoTime(); ; ) {
            sleep(20);
            long now = System.nanoTime();
            if (now - last > LONGEST_STALL_NANOS) {
                write("-", Kind.DISTURBED, "-", "stall", 0);
            }
            last = now;
        }
    }

    private void call(String name, SplittableRandom random) {
        for (int i = 0; ; i++) {
            String call = name + "." + i;
            String id = System.currentTimeMillis() / SLICE_MILLIS + "-" + random.nextInt(IDS);
            long wait = random.nextInt(4) == 0 ? 0 : random.nextInt(5_000);
            write(call, Kind.CALL, id, String.valueOf(wait), 0);
            try {
                Receipt<String> receipt = cache.receiveAndWait(id, Duration.ofMillis(wait));
                if (receipt instanceof FirstSeen<String> owner) {
                    work(call, id, owner, random);
                } else if (receipt instanceof Cached<String> hit) {
                    write(call, Kind.CACHED, id, hit.response(), 0);
                } else {
                    write(call, Kind.IN_FLIGHT, id, "", 0);
                }
            } catch (StoreUnavailableException e) {
                write(call, Kind.FAILED, id, e.outcome().toString(), 0);
            }
            sleep(random.nextInt(100));
        }
    }

    private void work(String call, String id, FirstSeen<String> owner, SplittableRandom random) {
        long token = owner.token();
        write(call, Kind.FIRST, id, "", token);
        var unused = owner.lost().thenRun(() -> write(call, Kind.LOST, id, "", token));
        sleep(random.nextInt(longWork) == 0 ? leaseMillis * 3 / 2 : random.nextInt(300));
        try {
            if (random.nextInt(6) == 0) {
                write(call, Kind.RELEASE, id, "", token);
                owner.release();
            } else {
                String response = process + "." + call + "." + token;
                write(call, Kind.HANDLE, id, response, token);
                owner.handle(response);
                write(call, Kind.HANDLED, id, response, token);
            }
        } catch (LeaseLostException e) {
            write(call, Kind.REFUSED, id, "", token);
        } catch (StoreUnavailableException e) {
            write(call, Kind.UNKNOWN, id, e.outcome().toString(), token);
        }
    }

    private void write(String call, Kind kind, String id, String detail, long token) {
        synchronized (history) {
            try {
                history.write(new SoakEvent(System.nanoTime(), process, call, kind, id, detail, token).line() + "\n");
                history.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a caller", e);
        }
    }
}
