package io.apicache.redis;

import static io.apicache.redis.Expect.eventually;
import static io.apicache.redis.Expect.firstSeen;
import static io.apicache.redis.Expect.replayed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.apicache.ApiCache;
import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.redis.server.RedisProcess;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Passwords that change while a store is open. */
class CredentialsTest {

    private static final String OLD = "qxzjold";
    private static final String NEW = "qxzjnew";
    private static final String USER = "vwkq";

    private final Caches caches = new Caches();
    private RedisProcess redis;

    @AfterEach
    void close() {
        caches.close();
        redis.close();
    }

    @BeforeEach
    void start() {
        redis = RedisProcess.start();
        redis.command("ACL", "SETUSER", USER, "reset", "on", ">" + OLD, "~*", "&*", "+@all");
    }

    private RedisURI uri() {
        return RedisURI.create(redis.host(), redis.port());
    }

    private ApiCache<String> cache(RedisURI uri) {
        return caches.over(
                RedisStore.builder(uri).commandTimeout(Duration.ofSeconds(4)).connect());
    }

    /** The server takes the new password only, and closes the connections that were made with the old one. */
    private void rotate(String from, String to) {
        redis.command("ACL", "SETUSER", USER, "<" + from, ">" + to);
        redis.command("CLIENT", "KILL", "USER", USER);
    }

    private static String allOf(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    @DisplayName("W2 a provider of credentials is asked again for every connection")
    void provider() {
        AtomicReference<String> password = new AtomicReference<>(OLD);
        RedisURI uri = uri();
        uri.setCredentialsProvider(RedisCredentialsProvider.from(() -> RedisCredentials.just(USER, password.get())));
        ApiCache<String> cache = cache(uri);
        firstSeen(cache, "before").handle("response");

        password.set(NEW);
        rotate(OLD, NEW);

        assertThat(Expect.patient(() -> replayed(cache, "before"))).isEqualTo("response");
        Expect.patient(() -> firstSeen(cache, "after")).handle("response");
    }

    @Test
    @DisplayName(
            "W2 S1 a password that is no longer accepted is the cause of every exception, and the store recovers from it")
    void staticPassword() {
        ApiCache<String> cache =
                cache(RedisURI.create("redis://" + USER + ":" + OLD + "@" + redis.host() + ":" + redis.port()));
        firstSeen(cache, "before").handle("response");

        rotate(OLD, NEW);

        eventually("the reason is given", () -> {
            Throwable thrown = catchThrowable(() -> cache.receiveAndWait("before", Duration.ZERO));
            if (thrown == null) {
                return false; // it was still connected
            }
            assertThat(thrown).isInstanceOf(StoreUnavailableException.class);
            assertThat(allOf(thrown)).doesNotContain(OLD, NEW, USER);
            return thrown.getMessage().contains("WRONGPASS")
                    && allOf(thrown.getCause()).contains("does not accept the user name or the password")
                    && ((StoreUnavailableException) thrown).outcome() == Outcome.NOT_EXECUTED;
        });

        redis.command("ACL", "SETUSER", USER, ">" + OLD);
        assertThat(Expect.patient(() -> replayed(cache, "before"))).isEqualTo("response");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HELLO"})
    @DisplayName("S1 a wrong password and a missing one are told apart in words, over either protocol")
    void atTheStart(String without) {
        try (RedisProcess guarded = without.isEmpty()
                ? RedisProcess.start("--requirepass", OLD)
                : RedisProcess.start("--requirepass", OLD, "--rename-command", without, "")) {
            String address = guarded.host() + ":" + guarded.port();
            assertThatThrownBy(() -> RedisStore.connect("redis://:" + NEW + "@" + address))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("WRONGPASS: it does not accept the user name or the password")
                    .satisfies(thrown -> assertThat(allOf(thrown)).doesNotContain(OLD, NEW));
            assertThatThrownBy(() -> RedisStore.connect("redis://" + address))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("NOAUTH: it asks for a password")
                    .satisfies(thrown -> assertThat(allOf(thrown)).doesNotContain(OLD, NEW));
            assertThat(RedisStore.builder(guarded.uri()).connect()).satisfies(store -> {
                assertThat(store.toString()).contains("Redis");
                store.close();
            });
        }
    }
}
