package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.redis.server.RedisProcess;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Claimed.Pending;
import io.apicache.spi.Key;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A server that reads and does not write: too few replicas, no memory, a replica. */
class ReadOnlyTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static RedisProcess redis;

    private final RedisStore store = RedisStore.builder(redis.uri())
            .commandTimeout(Duration.ofSeconds(4))
            .connect();
    private final Key key = new Key("reads", "id-" + UUID.randomUUID());
    private final String name = "ac:{reads:" + key.id() + "}";
    private final Attempt mine = attempt();

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
        redis.command("CONFIG", "SET", "min-replicas-to-write", "0");
        store.close();
    }

    private static Attempt attempt() {
        return new Attempt(AttemptId.next(), null, MINUTE);
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private Token claimed() {
        return ((Granted<byte[]>) await(store.claim(key, mine))).token();
    }

    private void writesNoMore() {
        redis.command("CONFIG", "SET", "min-replicas-to-write", "1");
    }

    private void assertRefused(BiFunction<Key, Attempt, CompletionStage<Claimed<byte[]>>> question) {
        assertThatThrownBy(() -> await(question.apply(key, attempt())))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        StoreUnavailableException.class,
                        e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_EXECUTED));
    }

    @Test
    @DisplayName("H1 a response is replayed for as long as it is retained, and no longer")
    void keptBriefly() {
        await(store.handle(key, claimed(), new byte[1], Duration.ofSeconds(4)));
        redis.command("PEXPIRE", name, "10000"); // so that it is still retained when a slow machine asks
        writesNoMore();
        assertThat(await(store.claim(key, attempt()))).isInstanceOf(Handled.class);
        assertThat(await(store.peek(key))).isPresent();

        redis.command("CONFIG", "SET", "min-replicas-to-write", "0");
        redis.command("PEXPIRE", name, "4900");
        writesNoMore();

        assertRefused(store::claim);
        assertThat(await(store.join(key, attempt()))).isInstanceOf(Handled.class);
        assertThat(await(store.peek(key))).isEmpty();
    }

    @Test
    @DisplayName("H1 a response that is not retained is handed to those who join, and to no newcomer")
    void handedOver() {
        await(store.handle(key, claimed(), new byte[1], Duration.ZERO));
        writesNoMore();

        assertRefused(store::claim);
        assertThat(await(store.join(key, attempt()))).isInstanceOf(Handled.class);
    }

    @Test
    @DisplayName(
            "C1 C2 L1 an open claim is reported, its own attempt is granted again, and one that has lapsed is refused")
    void claims() {
        Token owner = claimed();
        writesNoMore();
        assertThat(await(store.claim(key, attempt())))
                .isInstanceOfSatisfying(
                        Pending.class, p -> assertThat(p.number()).isEqualTo(owner.number()));
        assertThat(await(store.join(key, attempt()))).isInstanceOf(Pending.class);
        assertThat(await(store.claim(key, mine)))
                .isInstanceOfSatisfying(
                        Granted.class, g -> assertThat(g.token()).isEqualTo(owner));

        redis.command("CONFIG", "SET", "min-replicas-to-write", "0");
        redis.command("PEXPIRE", name, "4900");
        writesNoMore();

        assertRefused(store::claim);
        assertRefused(store::join);
    }

    @Test
    @DisplayName("C1 where there is no record, a claim is refused and not executed")
    void nothing() {
        writesNoMore();
        assertRefused(store::claim);
        assertRefused(store::join);
        assertThat(redis.command("EXISTS", name)).isEqualTo(0L);
    }
}
