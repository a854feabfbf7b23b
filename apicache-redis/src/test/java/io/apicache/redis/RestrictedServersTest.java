package io.apicache.redis;

import static io.apicache.redis.Expect.eventually;
import static io.apicache.redis.Expect.firstSeen;
import static io.apicache.redis.Expect.replayed;
import static io.apicache.redis.Expect.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.redis.server.RedisProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers and services that leave commands out, or have given them other names. */
class RestrictedServersTest {

    private final Caches caches = new Caches();

    @AfterEach
    void close() {
        caches.close();
    }

    private static RedisProcess without(String... commands) {
        List<String> arguments = new ArrayList<>();
        for (String command : commands) {
            arguments.addAll(List.of("--rename-command", command, ""));
        }
        return RedisProcess.start(arguments.toArray(String[]::new));
    }

    /** A replay, a wait that a message ends, and responses of every way into a record. */
    private void assertWorks(RedisProcess redis, String version) throws Exception {
        RedisStore store = RedisStore.builder(redis.uri())
                .commandTimeout(Duration.ofSeconds(4))
                .nodeName("checkout-7")
                .connect();
        assertThat(store).hasToString("RedisStore[Redis " + version + "]");
        ApiCache<String> here = caches.over(store);
        ApiCache<String> there = caches.at(redis.uri());
        FirstSeen<String> owner = firstSeen(here, "long");
        CompletableFuture<Receipt<String>> waiter = there.receiveAsync("long", Expect.LONG);
        eventually("joined", () -> (Long) redis.command("STRLEN", "ac:{faults:long}") > StoredRecord.HEADER);
        owner.handle("x".repeat(20_000));
        assertThat(response(waiter)).hasSize(20_000);
        firstSeen(here, "short").handle("response");
        assertThat(replayed(there, "short")).isEqualTo("response");
        assertThat(there.invalidate("short")).isTrue();
        firstSeen(here, "short").release();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"HELLO", "CONFIG", "CLIENT", "COMMAND", "INFO", "HELLO CLIENT", "HELLO CONFIG CLIENT COMMAND"})
    @DisplayName("a server without these commands works, and tells its version by the other one of two")
    void works(String commands) throws Exception {
        try (RedisProcess redis = without(commands.split(" ", -1))) {
            String version = RedisProcess.serverVersion();

            assertWorks(redis, version.substring(0, version.lastIndexOf('.')));
        }
    }

    @Test
    @DisplayName("a server that offers neither HELLO nor INFO is spoken to as the oldest one")
    void withoutAVersion() throws Exception {
        try (RedisProcess redis = without("HELLO", "INFO", "CONFIG", "CLIENT")) {
            assertWorks(redis, "of a version that it does not tell");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SET, SET",
        "GET, GET",
        "EVALSHA, EVALSHA",
        "EVAL, EVAL",
        "SUBSCRIBE, SUBSCRIBE",
        "TIME, TIME",
        "GETRANGE, GETRANGE",
        "SETRANGE, SETRANGE",
        "PTTL, PTTL",
        "PEXPIRE, PEXPIRE",
        "PUBLISH, PUBLISH",
        "RENAME, RENAME",
        "UNLINK, UNLINK",
        "APPEND, APPEND",
        "STRLEN, STRLEN",
        "EXISTS, EXISTS",
        "SET, HELLO SET",
        "SUBSCRIBE, HELLO SUBSCRIBE",
        "RENAME, HELLO RENAME"
    })
    @DisplayName("a command that is needed and missing is named at the start, and nothing else is blamed")
    void aCommandIsMissing(String missing, String commands) {
        try (RedisProcess redis = without(commands.split(" ", -1))) {
            assertThatThrownBy(() -> caches.store(redis.uri()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("(" + missing.toLowerCase(Locale.ROOT) + ")")
                    .hasMessageContaining("does not offer a command")
                    .hasMessageContaining("docs/redis.md")
                    .hasMessageNotContaining("too old");
        }
    }

    @Test
    @DisplayName("a server that is too old is called so, though it has no HELLO to say it with")
    void tooOld() {
        ServerInfo server =
                ServerInfo.ofInfo("# Server\r\nredis_version:5.0.14\r\nredis_mode:standalone\r\nrole:master\r\n");

        assertThatThrownBy(() -> SelfTest.requireFit(server))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Redis 5.0 is too old");
    }

    @Test
    @DisplayName("INFO tells what HELLO tells")
    void info() {
        assertThat(ServerInfo.ofInfo("redis_version:7.2.4\r\nredis_mode:cluster\r\nrole:slave\r\n"))
                .isEqualTo(new ServerInfo(7, 2, true, true));
        assertThat(ServerInfo.ofInfo("redis_version:6.2.11\nrole:master\ncluster_enabled:1\n"))
                .isEqualTo(new ServerInfo(6, 2, true, false));
        assertThat(ServerInfo.ofInfo("")).isEqualTo(ServerInfo.NOT_KNOWN);
    }
}
