package io.apicache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.Codec;
import io.apicache.FirstSeen;
import io.apicache.LeaseLostException;
import io.apicache.Receipt;
import io.apicache.StoreUnavailableException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The main class of a {@link ChildJvm}: a cache over Redis that does what it is told on standard input.
 *
 * <pre>
 * herd ID N         N callers at once; "asked" when all have called, "first" at once if one of them is the first, then "herd FIRSTS RESPONSES..." when all were told
 * handle RESPONSE   handles what is open here: "handled", "refused" or "unknown"
 * </pre>
 */
final class Participant {

    private final ApiCache<String> cache;
    private FirstSeen<String> owner;

    /** The response that was ordered before the owner was known here: its receipt may be delivered later than the order. */
    private String ordered;

    private Participant(ApiCache<String> cache) {
        this.cache = cache;
    }

    /** Arguments: the address of Redis, and the lease in milliseconds. */
    public static void main(String[] args) throws Exception {
        try (RedisStore store = RedisStore.builder(args[0])
                        .commandTimeout(Duration.ofSeconds(4))
                        .connect();
                ApiCache<String> cache = ApiCache.over(store.as(Codec.utf8()))
                        .namespace("faults")
                        .lease(Duration.ofMillis(Long.parseLong(args[1])))
                        .storeTimeout(Duration.ofMinutes(1))
                        .build()) {
            cache.execute("warm-up", Duration.ofMinutes(5), () -> "so that classes are loaded");
            say("ready");
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
            Participant participant = new Participant(cache);
            for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                participant.obey(line.split(" ", -1));
            }
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private void obey(String[] order) {
        switch (order[0]) {
            case "herd" -> herd(order[1], Integer.parseInt(order[2]));
            case "handle" -> handle(order[1]);
            default -> throw new IllegalArgumentException(order[0]);
        }
    }

    private void herd(String id, int callers) {
        List<CompletableFuture<Receipt<String>>> herd = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            herd.add(cache.receiveAsync(id, Duration.ofMinutes(5)).whenComplete((receipt, failure) -> {
                if (receipt instanceof FirstSeen<String> first) {
                    owns(first);
                }
            }));
        }
        say("asked");
        var unused = CompletableFuture.allOf(herd.toArray(CompletableFuture[]::new))
                .whenComplete((all, failure) -> say("herd " + summary(herd)));
    }

    private synchronized void owns(FirstSeen<String> first) {
        owner = first;
        var unused = first.lost().thenRun(() -> say("lost"));
        say("first " + first.token());
        if (ordered != null) {
            String response = ordered;
            new Thread(() -> handle(response), "a late owner").start();
        }
    }

    private static String summary(List<CompletableFuture<Receipt<String>>> herd) {
        long firsts = 0;
        long cached = 0;
        for (CompletableFuture<Receipt<String>> caller : herd) {
            Receipt<String> receipt = caller.isCompletedExceptionally() ? null : caller.join();
            firsts += receipt instanceof FirstSeen ? 1 : 0;
            cached += receipt instanceof Cached<String> hit && hit.response().equals("response") ? 1 : 0;
        }
        return firsts + " " + cached;
    }

    private synchronized void handle(String response) {
        if (owner == null) {
            ordered = response; // of another process, or of an owner that is not known yet
            return;
        }
        try {
            owner.handle(response);
            say("handled");
        } catch (LeaseLostException e) {
            say("refused " + owner.isLost());
        } catch (StoreUnavailableException e) {
            say("unknown " + e.getMessage());
        }
    }
}
