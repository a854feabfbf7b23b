package io.apicache.benchmarks.scaling;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What callers do all the time: a call of this library, or the bare commands that move the same bytes. */
enum Operation {
    GET("bare GET") {
        @Override
        void call(Client client, long number) {
            require(client.bare().get(key("bare:" + number % IDS)) != null);
        }
    },

    REPLAY("replay") {
        @Override
        void call(Client client, long number) {
            require(client.cache().receiveAndWait("id:" + number % IDS, MAX_WAIT) instanceof Cached<byte[]>);
        }
    },

    SET_SET("bare SET NX PX and SET PX") {
        @Override
        void call(Client client, long number) {
            byte[] key = key("bare:" + number);
            require(client.bare()
                            .set(key, client.pending(), SetArgs.Builder.nx().px(KEEP.plus(GRACE)))
                    != null);
            require(client.bare().set(key, client.record(), SetArgs.Builder.px(KEEP)) != null);
        }
    },

    FIRST_SEEN("first seen and handle") {
        @Override
        void call(Client client, long number) {
            ((FirstSeen<byte[]>) client.cache().receiveAndWait("id:" + number, MAX_WAIT))
                    .handle(client.response(), KEEP);
        }
    };

    /** As many responses there are before replays begin. Two callers hardly ask for the same one at a time. */
    static final int IDS = 10_000;

    private static final int HEADER = 84;
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);
    private static final Duration KEEP = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final String title;

    Operation(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Does it once. Numbers do not come twice where ids have to be new. */
    abstract void call(Client client, long number);

    /** Makes the responses that are replayed; this library's many at a time, as it takes long enough. */
    static void fill(Client client) {
        Duration keep = Duration.ofHours(1);
        List<CompletableFuture<Void>> stored = new ArrayList<>();
        for (int i = 0; i < IDS; i++) {
            client.bare().set(key("bare:" + i), client.record(), SetArgs.Builder.px(keep));
            stored.add(client.cache()
                    .receiveAsync("id:" + i, MAX_WAIT)
                    .thenCompose(receipt -> ((FirstSeen<byte[]>) receipt).handleAsync(client.response(), keep)));
        }
        stored.forEach(CompletableFuture::join);
    }

    private static byte[] key(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    private static void require(boolean right) {
        if (!right) {
            throw new IllegalStateException("a wrong answer, or none");
        }
    }

    /**
     * What one process has.
     *
     * @param cache over Redis
     * @param bare the same Redis, on a connection of its own
     * @param response what is stored
     * @param record as long as the library's record of it
     * @param pending as long as the library's record of a claim
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Client(
            ApiCache<byte[]> cache,
            RedisCommands<byte[], byte[]> bare,
            byte[] response,
            byte[] record,
            byte[] pending) {

        static Client of(ApiCache<byte[]> cache, RedisCommands<byte[], byte[]> bare, int bytes) {
            return new Client(cache, bare, new byte[bytes], new byte[HEADER + bytes], new byte[HEADER]);
        }
    }
}
