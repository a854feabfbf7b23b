package io.apicache.redis.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {

    private static final int SHORT_MILLIS = 150;
    private static final Duration LONG = Duration.ofMinutes(3);

    private static RedisProcess redis;

    private TcpProxy proxy;
    private RespConnection client;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @BeforeEach
    void connect() throws IOException {
        redis.command("FLUSHALL");
        proxy = TcpProxy.to(redis);
        client = open(LONG);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        proxy.close();
        Await.until(
                "no thread is left",
                LONG,
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("tcp-proxy-" + proxy.port())));
    }

    /** Expects that no reply comes, and goes on waiting for the next one. */
    private static void assertSilent(RespConnection connection, Socket socket) throws IOException {
        socket.setSoTimeout(SHORT_MILLIS);
        assertThatThrownBy(connection::reply).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout((int) LONG.toMillis());
    }

    private RespConnection open(Duration timeout) throws IOException {
        return RespConnection.open(SocketFactory.getDefault(), "127.0.0.1", proxy.port(), timeout);
    }

    private static Object counter() {
        return redis.command("GET", "n");
    }

    @Test
    void withoutFaultsEverythingGetsThrough() throws Exception {
        String big = "x".repeat(1_000_000);

        assertThat(client.command("SET", "big", big)).isEqualTo("OK");
        assertThat(client.command("GET", "big")).isEqualTo(big);
        assertThat(proxy.connections()).isEqualTo(1);
        assertThat(proxy.openConnections()).isEqualTo(1);
        assertThat(proxy.requests().bytes()).isGreaterThan(1_000_000);
        assertThat(proxy.replies().bytes()).isEqualTo("+OK\r\n$1000000\r\n\r\n".length() + 1_000_000);
        client.close();
        Await.until("the connection is gone", LONG, () -> proxy.openConnections() == 0);
    }

    @Test
    void lettuceWorksThroughItAndExecutesTwice() {
        RedisClient lettuce = RedisClient.create(proxy.uri());
        try (StatefulRedisConnection<String, String> connection = lettuce.connect()) {
            connection.sync().set("a", "1");
            int before = proxy.connections();
            proxy.once(TcpProxy.command("incr"), Fault.cutReply(0, Cut.FIN));

            // What has no reply is sent again on the next connection, unless Lettuce is told not to.
            assertThat(connection.sync().incr("n")).isEqualTo(2);
            assertThat(proxy.connections()).isEqualTo(before + 1);
        } finally {
            lettuce.shutdown();
        }
    }

    @Test
    void aLostRequestIsNeverExecuted() throws Exception {
        proxy.once(TcpProxy.command("INCR"), Fault.loseRequest());
        client.send("INCR", "n");

        assertThat(client.command("PING")).isEqualTo("PONG");
        assertThat(counter()).isNull();
    }

    @Test
    void aLostReplyIsExecuted() throws Exception {
        proxy.once(TcpProxy.command("INCR"), Fault.loseReply());
        client.send("PING");
        client.send("INCR", "n");
        client.send("ECHO", "after");

        assertThat(client.reply()).isEqualTo("PONG");
        assertThat(client.reply()).isEqualTo("after");
        assertThat(counter()).isEqualTo("1");
    }

    @Test
    void theKthReplyIsLost() throws Exception {
        proxy.dropReply(2);
        for (int i = 1; i <= 4; i++) {
            client.send("ECHO", "" + i);
        }

        assertThat(List.of(client.reply(), client.reply(), client.reply())).isEqualTo(List.of("1", "3", "4"));
    }

    @Test
    void aConnectionIsCutBeforeARequest() throws Exception {
        proxy.once(TcpProxy.command("INCR"), Fault.cutBeforeRequest(Cut.RST));
        client.send("INCR", "n");

        assertThatThrownBy(client::reply).isInstanceOf(SocketException.class);
        assertThat(counter()).isNull();
    }

    @Test
    void aConnectionIsResetInsideAReply() throws Exception {
        proxy.once(TcpProxy.command("INCR"), Fault.cutReply(2, Cut.RST));
        client.send("INCR", "n");

        assertThatThrownBy(client::reply).isInstanceOf(SocketException.class).hasMessageContaining("reset");
        assertThat(counter()).isEqualTo("1");
    }

    @Test
    void aConnectionEndsInsideAReply() throws Exception {
        proxy.once(TcpProxy.command("INCR"), Fault.cutReply(2, Cut.FIN));
        client.send("INCR", "n");

        assertThatThrownBy(client::reply).isInstanceOf(EOFException.class);
        assertThat(counter()).isEqualTo("1");
    }

    @Test
    void aDirectionIsCutAfterSoManyBytes() throws Exception {
        proxy.replies().cutAfter("+PONG\r\n".length() + 3, Cut.FIN);

        assertThat(client.command("PING")).isEqualTo("PONG");
        client.send("PING");
        assertThatThrownBy(client::reply).isInstanceOf(EOFException.class);
        assertThat(proxy.replies().bytes()).isEqualTo("+PONG\r\n".length() + 3);
        try (RespConnection next = open(LONG)) {
            assertThat(next.command("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void aRequestThatIsCutHalfwayIsNotExecuted() throws Exception {
        proxy.requests().cutAfter(10, Cut.RST);
        client.send("INCR", "n");

        assertThatThrownBy(client::reply).isInstanceOf(SocketException.class);
        assertThat(counter()).isNull();
    }

    @Test
    void delaysAddUp() throws Exception {
        proxy.requests().delay(Duration.ofMillis(60));
        proxy.replies().delay(Duration.ofMillis(60));
        long begin = System.nanoTime();

        client.command("PING");

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(119));
    }

    @Test
    void aBlackHoleSwallowsAndStaysOpen() throws Exception {
        proxy.blackHole();
        AtomicInteger requests = new AtomicInteger();
        proxy.watch(request -> requests.incrementAndGet());
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
                RespConnection inTheDark = new RespConnection(socket)) {
            inTheDark.send("INCR", "n");
            inTheDark.send("PING");
            Await.until("the first is swallowed, for the second one is there", LONG, () -> requests.get() == 2);

            assertSilent(inTheDark, socket);
            assertThat(counter()).isNull();
            proxy.heal();
            assertThat(inTheDark.command("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void stalledRepliesArriveLater() throws Exception {
        proxy.replies().stall();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
                RespConnection patient = new RespConnection(socket)) {
            patient.send("INCR", "n");
            Await.until("it is counted", LONG, () -> "1".equals(counter()));

            assertSilent(patient, socket);
            proxy.heal();
            assertThat(patient.reply()).isEqualTo(1L);
        }
    }

    @Test
    void newConnectionsAreRefusedUntilItHeals() throws Exception {
        assertThat(client.command("PING")).isEqualTo("PONG");

        proxy.refuse();

        assertThatThrownBy(() -> open(LONG)).isInstanceOf(ConnectException.class);
        assertThat(client.command("PING")).isEqualTo("PONG");
        proxy.heal();
        try (RespConnection next = open(LONG)) {
            assertThat(next.command("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void allConnectionsAreCutAlsoThoseThatWait() throws Exception {
        try (RespConnection second = open(LONG)) {
            assertThat(client.command("PING")).isEqualTo("PONG");
            assertThat(second.command("PING")).isEqualTo("PONG");
            proxy.replies().stall();
            client.send("PING");

            proxy.cutAll(Cut.RST);

            assertThatThrownBy(client::reply).isInstanceOf(SocketException.class);
            assertThatThrownBy(second::reply).isInstanceOf(SocketException.class);
            Await.until("no connection is left", LONG, () -> proxy.openConnections() == 0);
        }
    }

    @Test
    void aTestMayActBeforeARequestGoesOn() throws Exception {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        proxy.watch(seen::add);
        proxy.once(TcpProxy.command("GET"), Fault.run(() -> redis.command("SET", "n", "7")));

        assertThat(client.command("GET", "n")).isEqualTo("7");
        assertThat(seen).containsExactly("*2\r\n$3\r\nGET\r\n$1\r\nn\r\n");
    }

    @Test
    void theEndOfTheServerIsTheEndOfTheConnection() throws Exception {
        try (RedisProcess mortal = RedisProcess.start();
                TcpProxy other = TcpProxy.to(mortal);
                RespConnection connection =
                        RespConnection.open(SocketFactory.getDefault(), "127.0.0.1", other.port(), LONG)) {
            assertThat(connection.command("PING")).isEqualTo("PONG");

            mortal.kill();

            assertThatThrownBy(connection::reply).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> {
                        try (RespConnection next =
                                RespConnection.open(SocketFactory.getDefault(), "127.0.0.1", other.port(), LONG)) {
                            next.command("PING");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }
}
