package io.apicache.redis.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class RedisProcessTest {

    @Test
    void argumentsReachTheServer() {
        try (RedisProcess redis = RedisProcess.start("--maxmemory", "4mb")) {
            assertThat(redis.command("CONFIG", "GET", "maxmemory")).isEqualTo(List.of("maxmemory", "4194304"));
            assertThat(redis.uri()).isEqualTo("redis://127.0.0.1:" + redis.port());
            assertThat(redis.info("server"))
                    .containsEntry("tcp_port", "" + redis.port())
                    .containsKey("redis_version");
        }
    }

    @Test
    void repliesOfEveryTypeAreRead() {
        try (RedisProcess redis = RedisProcess.start()) {
            assertThat(redis.command("SET", "bytes", "\u0000\u00ff\r\n")).isEqualTo("OK");
            assertThat(redis.command("GET", "bytes")).isEqualTo("\u0000\u00ff\r\n");
            assertThat(redis.command("GET", "none")).isNull();
            assertThat(redis.command("EVAL", "return {1, {'a', false}, {err='BAD luck'}}", "0"))
                    .asInstanceOf(InstanceOfAssertFactories.LIST)
                    .satisfies(list -> {
                        assertThat(list.subList(0, 2)).isEqualTo(List.of(1L, Arrays.asList("a", null)));
                        assertThat(list.get(2)).isInstanceOf(RedisError.class);
                    });
            assertThatThrownBy(() -> redis.command("INCR", "bytes"))
                    .isInstanceOf(RedisError.class)
                    .hasMessageStartingWith("ERR value is not an integer");
        }
    }

    @Test
    void commandsAreCounted() {
        try (RedisProcess redis = RedisProcess.start()) {
            redis.command("SET", "a", "1");
            redis.command("GET", "a");
            redis.command("GET", "a");

            assertThat(redis.commandCounts()).containsEntry("get", 2L).containsEntry("set", 1L);
        }
    }

    @Test
    void aKilledServerComesBackEmptyAtItsPort() {
        try (RedisProcess redis = RedisProcess.start()) {
            redis.command("SET", "a", "1");

            redis.kill();

            assertThat(redis.isAlive()).isFalse();
            assertThatThrownBy(() -> redis.command("PING")).isInstanceOf(IllegalStateException.class);
            redis.restart();
            assertThat(redis.command("GET", "a")).isNull();
            redis.command("SET", "a", "2");
            redis.restart();
            assertThat(redis.command("GET", "a")).isNull();
        }
    }

    @Test
    void aPausedServerAnswersLater() throws Exception {
        try (RedisProcess redis = RedisProcess.start();
                Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(redis.host(), redis.port()));
            socket.setSoTimeout(100);

            redis.pause();

            RespConnection connection = new RespConnection(socket);
            connection.send("PING");
            assertThatThrownBy(connection::reply).isInstanceOf(SocketTimeoutException.class);
            redis.resume();
            socket.setSoTimeout(180_000);
            assertThat(connection.reply()).isEqualTo("PONG");
        }
    }

    @Test
    void aClosedServerLeavesNothingEvenWhenPaused() {
        RedisProcess redis = RedisProcess.start();
        redis.pause();

        redis.close();

        assertThat(redis.isAlive()).isFalse();
        assertThat(redis.directory()).doesNotExist();
    }

    @Test
    void aPasswordIsUsed() {
        try (RedisProcess redis = RedisProcess.start("--requirepass", "secret")) {
            assertThat(redis.command("PING")).isEqualTo("PONG");
            assertThat(redis.uri()).isEqualTo("redis://:secret@127.0.0.1:" + redis.port());
        }
    }

    @Test
    void aServerThatDoesNotStartTellsWhy() {
        assertThatThrownBy(() -> RedisProcess.start("--no-such-directive", "x"))
                .hasMessageContaining("does not start")
                .hasStackTraceContaining("no-such-directive");
    }

    @Test
    void aPortIsHandedOutOnceAndOnlyWhenFree() throws IOException {
        assertThat(FreePorts.next()).isNotEqualTo(FreePorts.next());
        try (ServerSocket taken = new ServerSocket(0, 1, FreePorts.localhost())) {
            assertThat(FreePorts.isFree(taken.getLocalPort())).isFalse();
        }
    }

    @Test
    void tlsIsSpokenWithTheCertificatesMade() {
        assertThat(RedisProcess.supportsTls()).isTrue();
        try (TlsFiles files = TlsFiles.create();
                RedisProcess redis = RedisProcess.tls(files)) {
            assertThat(redis.command("PING")).isEqualTo("PONG");
            assertThat(redis.uri()).startsWith("rediss://");
        }
    }
}
