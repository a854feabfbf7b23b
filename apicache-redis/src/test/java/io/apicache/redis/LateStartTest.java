package io.apicache.redis;

import static io.apicache.redis.Expect.eventually;
import static io.apicache.redis.Expect.firstSeen;
import static io.apicache.redis.Expect.replayed;
import static io.apicache.redis.Expect.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.redis.server.RedisProcess;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Token;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Applications that start while Redis is away. */
class LateStartTest {

    /** Held here: the log manager forgets a logger without a reference, and its handlers with it. */
    private static final Logger LOGGER = Logger.getLogger(RedisStore.class.getName());

    private final Caches caches = new Caches();
    private final List<String> logged = Collections.synchronizedList(new ArrayList<>());
    private final Handler handler = new Recorder();
    private final List<RedisStore> open = new ArrayList<>();
    private RedisProcess redis;

    private final class Recorder extends Handler {
        @Override
        public void publish(LogRecord entry) {
            logged.add(MessageFormat.format(entry.getMessage(), entry.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @BeforeEach
    void start() {
        LOGGER.addHandler(handler);
        redis = RedisProcess.start();
    }

    @AfterEach
    void close() {
        caches.close();
        open.forEach(RedisStore::close);
        redis.close();
        LOGGER.removeHandler(handler);
        eventually("no thread goes on trying", () -> threads().isEmpty());
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter("apicache-redis-start"::equals)
                .toList();
    }

    private RedisStore.Builder builder() {
        return RedisStore.builder(redis.uri()).commandTimeout(Duration.ofSeconds(4));
    }

    private ApiCache<String> over(RedisStore store) {
        open.add(store);
        return caches.over(store);
    }

    private static Throwable failure(CompletionStage<?> stage) {
        Throwable thrown = catchThrowable(() -> stage.toCompletableFuture().join());
        assertThat(thrown).isInstanceOf(CompletionException.class);
        return thrown.getCause();
    }

    @Test
    @DisplayName("a store fails at the start where Redis is away, unless it is asked not to")
    void failsByDefault() {
        redis.kill();

        assertThatThrownBy(() -> builder().connect())
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("Connection refused");
        assertThat(threads()).isEmpty();
    }

    @Test
    @DisplayName("until it is connected every move fails, was not executed, and says why")
    void everyMoveFails() {
        redis.kill();
        try (RedisStore store = builder().startWhenUnavailable().connect()) {
            Key key = new Key("faults", "id");
            Attempt attempt = new Attempt(AttemptId.next(), null, Duration.ofMinutes(1));
            Token token = new Token(1, attempt.id());
            assertThat(store).hasToString("RedisStore[not connected yet]");

            for (CompletionStage<?> stage : List.of(
                    store.claim(key, attempt),
                    store.join(key, attempt),
                    store.handle(key, token, new byte[1], Duration.ofMinutes(1)),
                    store.mark(key, token, Marker.NULL, Duration.ofMinutes(1)),
                    store.renew(key, token, Duration.ofMinutes(1)),
                    store.release(key, attempt.id()),
                    store.invalidate(key),
                    store.peek(key))) {
                assertThat(failure(stage)).isInstanceOfSatisfying(StoreUnavailableException.class, thrown -> {
                    assertThat(thrown.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
                    assertThat(thrown)
                            .hasMessageContaining("has not started yet")
                            .hasMessageContaining("Connection refused")
                            .hasMessageContaining(key.toString());
                });
            }
            assertThat(threads()).hasSize(1);
        }
        assertThat(threads()).isEmpty();
        assertThat(logged).hasSize(1);
        assertThat(logged.get(0)).contains("has not started").contains("Connection refused");
    }

    @Test
    @DisplayName(
            "once Redis is there it works, also for caches that were built before, and what waits is woken by messages")
    void worksLater() throws Exception {
        redis.kill();
        RedisStore store = builder().startWhenUnavailable().connect();
        ApiCache<String> early = over(store);
        assertThatThrownBy(() -> early.receiveAndWait("id", Duration.ZERO))
                .isInstanceOf(StoreUnavailableException.class);

        redis.restart();

        FirstSeen<String> owner = (FirstSeen<String>) Expect.patient(() -> early.receiveAndWait("id", Expect.LONG));
        assertThat(store.toString()).startsWith("RedisStore[Redis ");
        ApiCache<String> other = caches.at(redis.uri());
        CompletableFuture<Receipt<String>> waiter = other.receiveAsync("id", Expect.LONG);
        eventually("joined", () -> (Long) redis.command("STRLEN", "ac:{faults:id}") > StoredRecord.HEADER);
        owner.handle("response");
        assertThat(response(waiter)).isEqualTo("response");
        assertThat(replayed(early, "id")).isEqualTo("response");

        FirstSeen<String> theirs = firstSeen(other, "theirs");
        CompletableFuture<Receipt<String>> ours = early.receiveAsync("theirs", Expect.LONG);
        eventually("joined", () -> (Long) redis.command("STRLEN", "ac:{faults:theirs}") > StoredRecord.HEADER);
        theirs.handle("response");
        assertThat(response(ours)).isEqualTo("response");
        assertThat(threads()).isEmpty();
        assertThat(logged).hasSize(2);
    }

    @Test
    @DisplayName("what the check finds wrong later is the reason of every exception, is logged once, and may be mended")
    void isCheckedLater() {
        String away = redis.uri();
        redis.kill();
        RedisStore store = RedisStore.builder(away)
                .commandTimeout(Duration.ofSeconds(4))
                .startWhenUnavailable()
                .connect();
        ApiCache<String> cache = over(store);

        redis.restart();
        redis.command("ACL", "SETUSER", "default", "-time");

        // It may have connected before the rule was there: then there is nothing to see.
        eventually("the reason is given, or it was too late", () -> {
            Throwable thrown = catchThrowable(() -> cache.receiveAndWait("id", Duration.ZERO));
            return thrown == null || thrown.getMessage().contains("lacks a permission");
        });
        redis.command("ACL", "SETUSER", "default", "+time");

        assertThat(Expect.patient(() -> cache.invalidate("id"))).isNotNull();
        assertThat(logged.stream()
                        .filter(line -> line.contains("lacks a permission"))
                        .count())
                .isLessThanOrEqualTo(1);
    }

    @Test
    @DisplayName("a server that is there and does not fit is refused at the start all the same")
    void doesNotFit() {
        redis.command("ACL", "SETUSER", "default", "-time");

        assertThatThrownBy(() -> builder().startWhenUnavailable().connect())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("(time)");
        assertThat(threads()).isEmpty();
    }

    @Test
    @DisplayName("settings that change after connect do not reach a store that goes on trying")
    void settingsAreCopied() {
        redis.kill();
        RedisStore.Builder builder = builder().prefix("mine").startWhenUnavailable();
        ApiCache<String> cache = over(builder.connect());
        builder.prefix("theirs");

        redis.restart();

        ((FirstSeen<String>) Expect.patient(() -> cache.receiveAndWait("id", Expect.LONG))).handle("response");
        assertThat(redis.command("EXISTS", "mine:{faults:id}")).isEqualTo(1L);
    }

    @Test
    @DisplayName("Z1 a client that was handed in can start late, and is left without connections")
    void aClientThatWasHandedIn() {
        RedisClient client = RedisClient.create();
        try {
            redis.kill();
            RedisStore store = RedisStore.builder(client, RedisURI.create(redis.uri()))
                    .commandTimeout(Duration.ofSeconds(4))
                    .startWhenUnavailable()
                    .connect();
            redis.restart();
            ApiCache<String> cache = over(store);
            Expect.patient(() -> cache.receiveAndWait("id", Expect.LONG));

            store.close();

            eventually(
                    "no connection is left",
                    () -> ((String) redis.command("CLIENT", "LIST")).lines().count() == 1);
        } finally {
            client.shutdown();
        }
    }
}
