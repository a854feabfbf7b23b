package io.apicache.benchmarks;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.RespConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/** The memory that records take in Redis, beside what the same bytes take under a key without this library. */
final class ServerFootprint {

    static final String SECTION = "Memory of Redis for each record, bytes";

    private static final String NAMESPACE = "footprint";
    private static final Duration LONG = Duration.ofMinutes(10);

    /** More of the largest responses than this, sent together, would not be stored within the cache's time-out on a busy machine. */
    private static final int AT_ONCE = 100;

    private static final int[] LENGTHS = {100, 1_000, 10_000};
    private static final int MOST_LOOKS = 200;
    private static final int LOOK_MILLIS = 50;

    private final RedisProcess redis;
    private final ApiCache<byte[]> cache;
    private final int number;
    private final Figures figures;

    ServerFootprint(RedisProcess redis, ApiCache.Builder<byte[]> settings, int number, Figures figures) {
        this.redis = redis;
        this.cache = settings.namespace(NAMESPACE).build();
        this.number = number;
        this.figures = figures;
    }

    void measure() throws IOException, InterruptedException {
        handle(claim("warm-up-"), 1);
        end();
        long start = used();

        List<FirstSeen<byte[]>> claims = claim("pending-");
        add("pending", record("pending-"), used() - start);
        handle(claims, 1);
        end();
        for (int length : LENGTHS) {
            long before = used();
            handle(claim("handled-"), length);
            add("handled, response of " + length + " bytes", record("handled-"), used() - before);
            end();
            before = used();
            set(length);
            add("bare `SET` with an expiry, " + length + " bytes", ServerFootprint::id, used() - before);
            end();
        }
        figures.add(SECTION, "after all of them ended, more than at the start", (double) (used() - start) / number);
        cache.close();
    }

    private void add(String subject, IntFunction<String> keys, long difference) {
        Object usage = redis.command("MEMORY", "USAGE", keys.apply(0), "SAMPLES", "0");
        figures.add(SECTION, subject + ": `MEMORY USAGE`", ((Long) usage).doubleValue());
        figures.add(SECTION, subject + ": `used_memory`", (double) difference / number);
    }

    private List<FirstSeen<byte[]>> claim(String kind) {
        List<CompletableFuture<Receipt<byte[]>>> asked = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            asked.add(cache.receiveAsync(kind + id(i), LONG));
        }
        List<FirstSeen<byte[]>> claims = new ArrayList<>();
        asked.forEach(receipt -> claims.add((FirstSeen<byte[]>) receipt.join()));
        return claims;
    }

    private void handle(List<FirstSeen<byte[]>> claims, int length) {
        for (int from = 0; from < claims.size(); from += AT_ONCE) {
            List<CompletableFuture<Void>> stored = new ArrayList<>();
            for (FirstSeen<byte[]> claim : claims.subList(from, Math.min(claims.size(), from + AT_ONCE))) {
                stored.add(claim.handleAsync(new byte[length], LONG));
            }
            stored.forEach(CompletableFuture::join);
        }
    }

    private void set(int length) throws IOException {
        String value = "\0".repeat(length);
        try (RespConnection connection = redis.connect()) {
            for (int i = 0; i < number; i++) {
                connection.command("SET", id(i), value, "PX", String.valueOf(LONG.toMillis()));
            }
        }
    }

    /** All records have an end. It comes now, by the hand of the server, and takes everything with it. */
    private void end() throws IOException, InterruptedException {
        List<String> forever = redis.keysWithoutTtl();
        if (!forever.isEmpty()) {
            throw new IllegalStateException("without an end: " + forever.get(0));
        }
        redis.command(
                "EVAL", "for _, key in ipairs(redis.call('KEYS', '*')) do redis.call('PEXPIRE', key, 1) end", "0");
        for (int look = 0; !redis.command("DBSIZE").equals(0L); look++) {
            if (look == MOST_LOOKS) {
                throw new IllegalStateException("records that do not end: " + redis.command("DBSIZE"));
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** {@return bytes without those of connections, as soon as they no longer become fewer: tables shrink after a while} */
    private long used() throws InterruptedException {
        long least = Long.MAX_VALUE;
        int same = 0;
        for (int look = 0; look < MOST_LOOKS && same < 10; look++) {
            Map<String, String> memory = redis.info("memory");
            long now = Long.parseLong(memory.get("used_memory")) - Long.parseLong(memory.get("mem_clients_normal"));
            same = now < least ? 0 : same + 1;
            least = Math.min(least, now);
            Thread.sleep(LOOK_MILLIS);
        }
        return least;
    }

    private static IntFunction<String> record(String kind) {
        return i -> "ac:{" + NAMESPACE + ":" + kind + id(i) + "}";
    }

    private static String id(int i) {
        return "request-" + (1_000_000 + i);
    }
}
