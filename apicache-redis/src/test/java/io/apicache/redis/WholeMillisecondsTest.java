package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.server.RedisServer;
import io.apicache.redis.server.RedisShared;
import io.apicache.redis.server.RespConnection;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Key;
import io.apicache.spi.Token;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Redis counts in whole milliseconds, the owner of a claim does not. What a record promises ends never earlier at the server than on the
 * owner's clock: a time read before the move and the end read after it are compared, so that a slow machine changes nothing.
 */
class WholeMillisecondsTest {

    private static final int TRIES = 200;
    private static final String ENDS = """
            local left = redis.call('PTTL', KEYS[1])
            if left < 0 then return nil end
            local now = redis.call('TIME')
            return left + now[1] * 1000 + math.floor(now[2] / 1000)
            """;

    private final RedisServer server = RedisShared.server();
    private final RedisStore store = RedisStore.builder(RedisShared.uri())
            .commandTimeout(Duration.ofSeconds(4))
            .connect();
    private final String id = "id-" + UUID.randomUUID();
    private RespConnection connection;

    @BeforeEach
    void connect() throws IOException {
        connection = server.connect();
    }

    @AfterEach
    void close() throws IOException {
        connection.close();
        store.close();
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static Attempt attempt(Duration lease) {
        return new Attempt(AttemptId.next(), null, lease);
    }

    private Token granted(Key key, Duration lease) {
        return ((Granted<byte[]>) await(store.claim(key, attempt(lease)))).token();
    }

    private Key key(int number) {
        return new Key("whole", id + "-" + number);
    }

    private long nowMicros() throws IOException {
        List<?> now = (List<?>) connection.command("TIME");
        return Long.parseLong((String) now.get(0)) * 1_000_000 + Long.parseLong((String) now.get(1));
    }

    /** When the record is gone, by the server's clock; a little late if the millisecond changed between the two readings. */
    private long endsMicros(Key key) throws IOException {
        Long ends = (Long) connection.command("EVAL", ENDS, "1", "ac:{whole:" + key.id() + "}");
        return ends == null ? Long.MAX_VALUE : 1_000 * ends; // a machine that stood still says nothing
    }

    /** A lease is over when no more than the grace is left. */
    private void assertHeld(Key key, long sinceMicros, Duration lease) throws IOException {
        assertThat(endsMicros(key) - 1_000 * Moves.GRACE_MILLIS)
                .isGreaterThanOrEqualTo(sinceMicros + lease.toNanos() / 1_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {60_000_000_000L, 60_000_900_000L, 1})
    @DisplayName("C1 a claim's lease never ends at the server before it ends for its owner")
    void claims(long nanos) throws IOException {
        Duration lease = Duration.ofNanos(nanos);
        for (int i = 0; i < TRIES; i++) {
            long before = nowMicros();
            Token unused = granted(key(i), lease);
            assertHeld(key(i), before, lease);
        }
    }

    @Test
    @DisplayName("C1 a joined claim's lease never ends at the server before it ends for its owner")
    void joins() throws IOException {
        Duration lease = Duration.ofMinutes(1);
        for (int i = 0; i < TRIES; i++) {
            long before = nowMicros();
            assertThat(await(store.join(key(i), attempt(lease)))).isInstanceOf(Granted.class);
            assertHeld(key(i), before, lease);
        }
    }

    @Test
    @DisplayName("L1 a renewed lease never ends at the server before it ends for its owner")
    void renewals() throws IOException {
        Duration lease = Duration.ofNanos(30_900_500_001L);
        Token token = granted(key(0), lease);
        for (int i = 0; i < TRIES; i++) {
            long before = nowMicros();
            assertThat(await(store.renew(key(0), token, lease))).isTrue();
            assertHeld(key(0), before, lease);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {100_000_000, 100_900_000, 900_000})
    @DisplayName("H1 a response that is kept briefly is retained until keepFor ends")
    void keptBriefly(long nanos) throws IOException {
        Duration keepFor = Duration.ofNanos(nanos);
        for (int i = 0; i < TRIES; i++) {
            Token token = granted(key(i), Duration.ofMinutes(1));
            long before = nowMicros();
            await(store.handle(key(i), token, new byte[1], keepFor));
            assertHeld(key(i), before, keepFor);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5_000_000_000L, 5_000_900_000L})
    @DisplayName("H1 a response is there until keepFor ends")
    void kept(long nanos) throws IOException {
        Duration keepFor = Duration.ofNanos(nanos);
        for (int i = 0; i < TRIES; i++) {
            Token token = granted(key(i), Duration.ofMinutes(1));
            long before = nowMicros();
            await(store.handle(key(i), token, new byte[i % 2 == 0 ? 1 : 5_000], keepFor));
            // A key is gone in the millisecond after the one in which it ends.
            assertThat(endsMicros(key(i)) + 1_000).isGreaterThanOrEqualTo(before + nanos / 1_000);
        }
    }
}
