package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.server.RedisServer;
import io.apicache.redis.server.RedisShared;
import io.apicache.redis.server.TcpProxy;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Key;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A look that claims nothing sees the response and what is left of it in one step. */
class PeekTest {

    private final RedisServer server = RedisShared.server();
    private final TcpProxy network = TcpProxy.to(server);
    private final RedisStore here = store(network.uri());
    private final RedisStore there = store(RedisShared.uri());
    private final Key key = new Key("peek", "id-" + UUID.randomUUID());
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicBoolean invalidated = new AtomicBoolean();

    private static RedisStore store(String uri) {
        return RedisStore.builder(uri).commandTimeout(Duration.ofSeconds(4)).connect();
    }

    @AfterEach
    void close() {
        here.close();
        there.close();
        network.close();
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private Token claimed() {
        Attempt attempt = new Attempt(AttemptId.next(), null, Duration.ofMinutes(1));
        return ((Granted<byte[]>) await(there.claim(key, attempt))).token();
    }

    /** Before the second request for the record another process removes what the first one saw, and begins anew. */
    private void invalidateBetween(String request) {
        if (request.contains(key.id()) && requests.incrementAndGet() == 2) {
            await(there.invalidate(key));
            Token unused = claimed();
            invalidated.set(true);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4_900, 60_000})
    @DisplayName("H1 a response that was invalidated or replaced meanwhile is not returned by a look")
    void aLookIsOneStep(int keepForMillis) {
        await(there.handle(key, claimed(), new byte[1], Duration.ofMillis(keepForMillis)));
        await(here.peek(new Key("peek", "warm-up"))); // the script is known from here on
        network.watch(this::invalidateBetween);

        Optional<Handled<byte[]>> found = await(here.peek(key));

        assertThat(found.isPresent() && invalidated.get()).isFalse();
        assertThat(requests).hasValue(1);
        assertThat(found).isPresent();
    }

    @Test
    @DisplayName("H1 a look returns nothing that is not retained")
    void nothingElse() {
        assertThat(await(here.peek(key))).isEmpty();
        Token token = claimed();
        assertThat(await(here.peek(key))).isEmpty();
        await(there.handle(key, token, new byte[1], Duration.ZERO));
        assertThat(await(here.peek(key))).isEmpty();
        await(there.invalidate(key));
        assertThat(await(here.peek(key))).isEmpty();
    }
}
