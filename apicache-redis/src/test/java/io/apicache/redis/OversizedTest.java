package io.apicache.redis;

import static io.apicache.redis.Expect.eventually;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.Codec;
import io.apicache.CorruptRecordException;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.ResponseTooLargeException;
import io.apicache.StoreUnavailableException;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.TcpProxy;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Key;
import io.apicache.spi.Token;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A value that is longer than any record, under the name of one. All ids share the connection that it would come in on. */
class OversizedTest {

    private static final int MEGABYTE = 1024 * 1024;
    private static RedisProcess redis;

    private final TcpProxy network = TcpProxy.to(redis);
    private final Caches caches = new Caches().commandTimeout(Duration.ofSeconds(4));
    private final String id = "id-" + UUID.randomUUID();
    private final String name = "ac:{faults:" + id + "}";

    @BeforeAll
    static void startServer() {
        redis = RedisProcess.start();
    }

    @AfterAll
    static void stopServer() {
        redis.close();
    }

    @AfterEach
    void close() {
        caches.close();
        network.close();
    }

    /** A response of this format, but for its length. */
    private void plant(int megabytes) {
        RecordName record = new KeyLayout("ac").record(new Key("faults", id));
        byte[] header = StoredRecord.handled(record, new Token(7, AttemptId.next()), (byte) 0, 1, new byte[0]);
        redis.command("SET", name, new String(header, ISO_8859_1), "PX", "600000");
        redis.command("SETRANGE", name, String.valueOf(megabytes * MEGABYTE - 1), "x");
    }

    private ApiCache<String> cache(int largestResponse) {
        return caches.over(RedisStore.builder(network.uri())
                .commandTimeout(Duration.ofSeconds(4))
                .largestResponse(largestResponse)
                .connect());
    }

    private static void assertTooLong(ApiCache<String> cache, Function<ApiCache<String>, Object> call, int megabytes) {
        assertThatThrownBy(() -> call.apply(cache))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining(megabytes * MEGABYTE + " bytes")
                .hasMessageContaining("largestResponse");
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 64})
    @DisplayName("S1 M1 a value that is longer than any record is not read, left alone, and removed by invalidate")
    void aHugeValue(int megabytes) {
        ApiCache<String> cache = cache(2 * MEGABYTE);
        plant(megabytes);
        Function<ApiCache<String>, Object> first = c -> c.receiveAndWait(id, Duration.ofSeconds(10));
        assertTooLong(cache, first, megabytes);
        eventually("reconnected", () -> isUp(cache));
        long read = network.replies().bytes();

        assertTooLong(cache, first, megabytes);
        assertTooLong(cache, c -> c.receiveAndWait(id, Duration.ZERO), megabytes);
        assertTooLong(cache, c -> c.peek(id), megabytes);

        assertThat(network.replies().bytes() - read).isLessThan(MEGABYTE);
        assertThat(redis.command("STRLEN", name)).isEqualTo((long) megabytes * MEGABYTE);
        assertThat(cache.invalidate(id)).isTrue();
        Expect.firstSeen(cache, id).handle("response");
        assertThat(Expect.replayed(cache, id)).isEqualTo("response");
    }

    private boolean isUp(ApiCache<String> cache) {
        try {
            cache.peek(id + "-other");
            return true;
        } catch (StoreUnavailableException e) {
            return false;
        }
    }

    @Test
    @DisplayName("S1 the first sight of a huge value costs one connection and a part of the value, not all of it")
    void theFirstSight() {
        ApiCache<String> cache = cache(2 * MEGABYTE);
        plant(256);
        int connections = network.connections();
        long read = network.replies().bytes();

        assertTooLong(cache, c -> c.receiveAndWait(id, Duration.ofSeconds(10)), 256);
        eventually("reconnected", () -> isUp(cache));

        assertThat(network.connections() - connections).isOne();
        assertThat(network.replies().bytes() - read).isLessThan(128 * MEGABYTE);
        redis.command("DEL", name);
    }

    @Test
    @DisplayName("W1 a waiter of another id gets its response although a huge value broke the connection meanwhile")
    void othersGoOn() throws Exception {
        ApiCache<String> cache = cache(2 * MEGABYTE);
        ApiCache<String> elsewhere = caches.at(redis.uri());
        FirstSeen<String> owner = Expect.firstSeen(elsewhere, id + "-other");
        CompletableFuture<Receipt<String>> waiter = cache.receiveAsync(id + "-other", Expect.LONG);
        plant(64);

        assertTooLong(cache, c -> c.receiveAndWait(id, Duration.ofSeconds(10)), 64);
        owner.handle("of the other");

        assertThat(Expect.response(waiter)).isEqualTo("of the other");
        redis.command("DEL", name);
    }

    @Test
    @DisplayName("S1 a client that was handed in reads a huge value once, and then looks at its length first")
    void aClientOfYourOwn() {
        RedisClient client = RedisClient.create();
        try (RedisStore store = RedisStore.builder(client, RedisURI.create(network.uri()))
                .largestResponse(2 * MEGABYTE)
                .connect()) {
            ApiCache<String> cache = caches.over(store);
            plant(3);
            assertTooLong(cache, c -> c.receiveAndWait(id, Duration.ofSeconds(10)), 3);
            long read = network.replies().bytes();

            assertTooLong(cache, c -> c.receiveAndWait(id, Duration.ofSeconds(10)), 3);

            assertThat(network.replies().bytes() - read).isLessThan(MEGABYTE);
            redis.command("DEL", name);
            Expect.firstSeen(cache, id).handle("response");
            cache.close();
        } finally {
            client.shutdown();
        }
    }

    @Test
    @DisplayName("B1 a response that is too large is refused before it is sent, and one of the largest size is stored")
    void theLargestResponse() {
        ApiCache<String> cache = cache(MEGABYTE);
        FirstSeen<String> owner = Expect.firstSeen(cache, id);
        assertThatThrownBy(() -> owner.handle("x".repeat(MEGABYTE + 1)))
                .isInstanceOf(ResponseTooLargeException.class)
                .hasMessageContainingAll("has 1048577 bytes", "largestResponse is 1048576", "largestResponse(bytes)");

        owner.handle("x".repeat(MEGABYTE));

        assertThat(Expect.replayed(cache, id)).hasSize(MEGABYTE);
        redis.command("DEL", name);
    }

    @Test
    @DisplayName(
            "M1 S1 what was found too long is forgotten after a minute, and never more than a bounded number is remembered")
    void memoryIsBounded() {
        long[] now = {0};
        Oversized oversized = new Oversized(100, () -> now[0]);
        KeyLayout layout = new KeyLayout("ac");
        for (int i = 0; i <= Oversized.MOST; i++) {
            RecordName each = layout.record(new Key("n", "id" + i));
            assertThat(oversized.isSuspect(each)).isFalse();
            assertThat(oversized.found(each, 101)).hasMessageContaining("101");
            assertThat(oversized.isSuspect(each)).isTrue();
        }
        assertThat(oversized.isSuspect(layout.record(new Key("n", "id0")))).isFalse();

        now[0] = Oversized.REMEMBERED_NANOS + 1;
        assertThat(oversized.isSuspect(layout.record(new Key("n", "id" + Oversized.MOST))))
                .isFalse();
    }

    @Test
    @DisplayName("the codec of bytes is bounded alike")
    void bytes() {
        try (RedisStore store =
                RedisStore.builder(redis.uri()).largestResponse(MEGABYTE).connect()) {
            ApiCache<byte[]> cache =
                    ApiCache.over(store.as(Codec.bytes())).namespace("faults").build();
            FirstSeen<byte[]> owner = (FirstSeen<byte[]>) cache.receiveAndWait(id, Duration.ZERO);
            assertThatThrownBy(() -> owner.handle(new byte[MEGABYTE + 1]))
                    .isInstanceOf(ResponseTooLargeException.class);
            owner.release();
            cache.close();
        }
    }
}
