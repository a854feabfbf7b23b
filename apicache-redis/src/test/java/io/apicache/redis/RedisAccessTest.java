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
import io.apicache.StoreUnavailableException;
import io.apicache.redis.server.RedisCluster;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.TlsFiles;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may connect, how, and what is said to those who may not. */
class RedisAccessTest {

    /** The line of docs/redis.md. */
    static final List<String> RULES = List.of(
            "~ac:*",
            "&ac:in:*",
            "+time",
            "+set",
            "+get",
            "+evalsha",
            "+eval",
            "+getrange",
            "+setrange",
            "+append",
            "+strlen",
            "+exists",
            "+pttl",
            "+pexpire",
            "+rename",
            "+unlink",
            "+publish",
            "+subscribe");

    private static final Duration PATIENT = Duration.ofSeconds(4);

    private static RedisProcess redis;
    private final Caches caches = new Caches();
    private final String id = "id";

    @BeforeAll
    static void startServer() {
        redis = RedisProcess.start("--databases", "3");
    }

    @AfterAll
    static void stopServer() {
        assertThat(redis.keysWithoutTtl()).isEmpty();
        redis.close();
    }

    @BeforeEach
    void empty() {
        eventually("nothing is left of the test before but the connection that asks", () -> connections() == 1);
        redis.command("FLUSHALL");
        redis.command("SCRIPT", "FLUSH");
    }

    @AfterEach
    void close() {
        caches.close();
    }

    /** A replay, a wait that a message ends, and a long response. */
    private void assertWorks(String uri) throws Exception {
        ApiCache<String> here = caches.at(uri);
        ApiCache<String> there = caches.at(uri);
        FirstSeen<String> owner = firstSeen(here, id);
        CompletableFuture<Receipt<String>> waiter = there.receiveAsync(id, Expect.LONG);
        owner.handle("x".repeat(20_000));
        assertThat(response(waiter)).hasSize(20_000);
        assertThat(replayed(there, id)).hasSize(20_000);
        assertThat(there.invalidate(id)).isTrue();
        firstSeen(here, id).release();
    }

    private static String uriOf(RedisProcess server, String user) {
        return "redis://" + user + ":secret@" + server.host() + ":" + server.port();
    }

    private static void createUser(RedisProcess server, String name, List<String> rules) {
        List<String> words = new ArrayList<>(
                List.of("ACL", "SETUSER", name, "reset", "on", ">secret", "resetkeys", "resetchannels", "-@all"));
        words.addAll(rules);
        server.command(words.toArray(String[]::new));
    }

    @Test
    @DisplayName("the documented permissions are enough")
    void theDocumentedPermissionsAreEnough() throws Exception {
        createUser(redis, "enough", RULES);

        assertWorks(uriOf(redis, "enough"));
    }

    static List<String> rules() {
        return RULES;
    }

    @ParameterizedTest
    @MethodSource("rules")
    @DisplayName("none of the documented permissions can be spared, and the one that lacks is named")
    void noneCanBeSpared(String rule) {
        List<String> rules = new ArrayList<>(RULES);
        rules.remove(rule);
        createUser(redis, "less", rules);

        assertThatThrownBy(() -> caches.store(uriOf(redis, "less")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("permission")
                .hasMessageContaining("docs/redis.md")
                .message()
                .containsIgnoringCase(rule.startsWith("+") ? rule.substring(1) : "");
    }

    @Test
    @DisplayName("another database than 0 takes one more permission, which is named")
    void anotherDatabase() throws Exception {
        createUser(redis, "second", RULES);
        assertThatThrownBy(() -> caches.store(uriOf(redis, "second") + "/1"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("permission")
                .hasMessageContaining("select");

        redis.command("ACL", "SETUSER", "second", "+select");

        assertWorks(uriOf(redis, "second") + "/1");
    }

    @Test
    @DisplayName("a wrong password is reported, and not repeated for ever")
    void aWrongPassword() {
        assertThatThrownBy(() -> caches.store("redis://nobody:wrong@127.0.0.1:" + redis.port()))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("WRONGPASS");
    }

    @Test
    @DisplayName("a server that is not there is reported")
    void noServer() throws IOException {
        try (Socket silent = new Socket()) { // it has a port, so that nobody else gets it, and does not listen
            silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

            assertThatThrownBy(() -> caches.store("redis://127.0.0.1:" + silent.getLocalPort()))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("Connection refused");
        }
    }

    @Test
    @DisplayName("a database number is heeded")
    void aDatabaseNumber() throws Exception {
        assertWorks(redis.uri() + "/2");
        firstSeen(caches.at(redis.uri() + "/2"), id).handle("in the third");
        firstSeen(caches.at(redis.uri() + "/1"), id).handle("in the second");

        assertThat(redis.command("DBSIZE")).isEqualTo(0L);
    }

    @Test
    @DisplayName("a read-only replica is refused")
    void aReplica() {
        try (RedisProcess replica = RedisProcess.start("--replicaof", redis.host(), String.valueOf(redis.port()))) {
            assertThatThrownBy(() -> caches.store(replica.uri()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("read-only replica");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.0.16", "5.0.14", "2.8.4"})
    @DisplayName("a server that is too old is refused")
    void anOldServer(String version) {
        ServerInfo server = ServerInfo.of(List.of("server", "redis", "version", version, "mode", "standalone"));

        assertThatThrownBy(() -> SelfTest.requireFit(server))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("too old")
                .hasMessageContaining("6.2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.2.0", "7.0.15", "8.4.0", "10.1.2"})
    @DisplayName("a server that is new enough is taken")
    void aNewServer(String version) {
        SelfTest.requireFit(ServerInfo.of(List.of("version", version)));
    }

    @Test
    @DisplayName("M1 an eviction policy that drops pending records is warned of")
    void anEvictionPolicy() {
        List<String> warnings = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord logged) {
                warnings.add(logged.getMessage() + Arrays.toString(logged.getParameters()));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(RedisStore.class.getName());
        logger.addHandler(handler);
        try {
            caches.store(redis.uri());
            assertThat(warnings).isEmpty();

            redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
            caches.store(redis.uri());

            assertThat(warnings).hasSize(1);
            assertThat(warnings.get(0)).contains("allkeys-lru").contains("noeviction");
        } finally {
            logger.removeHandler(handler);
            redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
        }
    }

    // ---- TLS

    @Test
    @DisplayName("TLS with a certificate that is trusted works, with another one it is refused")
    void tls() throws Exception {
        try (TlsFiles files = TlsFiles.create();
                RedisProcess secured = RedisProcess.tls(files)) {
            RedisURI uri = RedisURI.create(secured.uri());
            RedisClient client = RedisClient.create();
            client.setOptions(io.lettuce.core.ClientOptions.builder()
                    .sslOptions(SslOptions.builder()
                            .truststore(files.truststore().toFile(), TlsFiles.PASSWORD)
                            .build())
                    .build());
            try (RedisStore store =
                    RedisStore.builder(client, uri).commandTimeout(PATIENT).connect()) {
                FirstSeen<String> owner = firstSeen(caches.over(store), id);
                owner.handle("secret");
                assertThat(replayed(caches.over(store), id)).isEqualTo("secret");
            }
            client.shutdown();

            assertThatThrownBy(() -> RedisStore.builder(secured.uri())
                            .commandTimeout(PATIENT)
                            .connect())
                    .isInstanceOf(StoreUnavailableException.class);
        }
    }

    // ---- clients that others own, and what is left behind

    @Test
    @DisplayName("Z1 a client that was handed in stays open, without connections of ours")
    void aClientThatWasHandedIn() {
        RedisClient client = RedisClient.create();
        try {
            long before = connections();
            RedisStore store = RedisStore.builder(client, RedisURI.create(redis.uri()))
                    .commandTimeout(PATIENT)
                    .connect();
            assertThat(store.toString()).contains("Redis " + redis.version().substring(0, 3));
            assertThat(connections()).isEqualTo(before + 2);
            store.close();
            store.close();

            eventually("no connection is left", () -> connections() == before);
            try (var connection = client.connect(RedisURI.create(redis.uri()))) {
                assertThat(connection.sync().ping()).isEqualTo("PONG");
            }
        } finally {
            client.shutdown();
        }
    }

    @Test
    @DisplayName("Z1 a client that was handed in is left without connections also where connecting fails")
    void aClientThatWasHandedInToNoAvail() {
        RedisClient client = RedisClient.create();
        long before = connections();
        createUser(redis, "nothing", List.of("+hello", "+ping", "+time"));
        try {
            RedisURI uri = RedisURI.create(uriOf(redis, "nothing"));
            assertThatThrownBy(() -> RedisStore.builder(client, uri)
                            .commandTimeout(PATIENT)
                            .connect())
                    .isInstanceOf(IllegalStateException.class);

            eventually("no connection is left", () -> connections() == before);
        } finally {
            client.shutdown();
        }
    }

    private static long connections() {
        return ((String) redis.command("CLIENT", "LIST")).lines().count();
    }

    @Test
    @DisplayName("Z1 closing leaves no thread and no connection")
    void closingLeavesNothing() {
        Set<String> threads = threads();
        long connections = connections();
        RedisStore store = caches.store(redis.uri());
        assertThat(threads.containsAll(threads())).isFalse(); // those of tests before may be ending

        store.close();

        eventually("no connection is left", () -> connections() == connections);
        eventually("no thread is left: " + threads(), () -> threads.containsAll(threads()));
    }

    @Test
    @DisplayName(
            "Z1 closing on a thread that was interrupted throws and logs nothing, leaves nothing, and keeps the flag")
    void closingWhileInterrupted() {
        Set<String> threads = threads();
        long connections = connections();
        RedisStore store = caches.store(redis.uri());
        List<String> logged = new ArrayList<>();
        Logger logger = Logger.getLogger(RedisStore.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                logged.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        try {
            Thread.currentThread().interrupt();
            store.close();
        } finally {
            logger.removeHandler(handler);
        }

        assertThat(Thread.interrupted()).isTrue();
        assertThat(logged).isEmpty();
        eventually("no connection is left", () -> connections() == connections);
        eventually("no thread is left: " + threads(), () -> threads.containsAll(threads()));
    }

    /** An application server would keep all classes of an application that was stopped. */
    @Test
    @DisplayName("Z1 closing leaves no thread of anybody's with the class loader of the application")
    void closingLeavesNoClassLoader() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(ClassLoaderLeak.class, redis.uri())) {
            assertThat(jvm.answer("left")).isEqualTo("[]");
        }
    }

    private static Set<String> threads() {
        Set<String> names = new TreeSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().contains("lettuce") || thread.getName().contains("netty")) {
                names.add(thread.getName() + thread.getId());
            }
        }
        return names;
    }

    @Test
    @DisplayName("a node name is shown by CLIENT LIST")
    void aNodeName() {
        try (RedisStore store =
                RedisStore.builder(redis.uri()).nodeName("checkout-7").connect()) {
            assertThat((String) redis.command("CLIENT", "LIST")).contains("name=checkout-7");
            assertThat(store).isNotNull();
        }
    }

    @Test
    @DisplayName("B1 settings out of range are refused, and the range is named")
    void settingsOutOfRange() {
        RedisStore.Builder builder = RedisStore.builder(redis.uri());

        assertThatThrownBy(() -> builder.prefix("a b")).hasMessageContaining("prefix");
        assertThatThrownBy(() -> builder.inlineLimit(-1)).hasMessageContaining("0 to 1048576");
        assertThatThrownBy(() -> builder.inlineLimit(2_000_000)).hasMessageContaining("0 to 1048576");
        assertThatThrownBy(() -> builder.commandTimeout(Duration.ofMillis(49))).hasMessageContaining("PT0.05S");
        assertThatThrownBy(() -> builder.commandTimeout(Duration.ofSeconds(5))).hasMessageContaining("PT4S");
        assertThatThrownBy(() -> builder.nodeName("a b")).hasMessageContaining("name");
        assertThatThrownBy(() -> RedisStore.connect("http://localhost")).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- clusters

    @Test
    @DisplayName("in a cluster the documented permissions are enough, with those that show its nodes")
    void theDocumentedPermissionsAreEnoughInACluster() throws Exception {
        List<String> rules = new ArrayList<>(RULES);
        rules.add("+cluster|nodes");
        try (RedisCluster cluster = RedisCluster.start(3, 0)) {
            cluster.nodes().forEach(node -> createUser(node, "enough", clusterRules(node, rules)));

            assertWorks(uriOf(cluster.nodes().get(0), "enough"));
        }
    }

    private static List<String> clusterRules(RedisProcess node, List<String> rules) {
        List<String> known = new ArrayList<>(rules);
        if (node.version().startsWith("6.")) {
            known.replaceAll(rule -> rule.equals("+cluster|nodes") ? "+cluster" : rule); // 6.2 takes it as well
        }
        return known;
    }

    @Test
    @DisplayName("a client for one server is no good in a cluster, and one for clusters is taken")
    void clientsForClusters() {
        RedisClient single = RedisClient.create();
        RedisClusterClient many = RedisClusterClient.create(SharedCluster.uri());
        try {
            assertThatThrownBy(() -> RedisStore.builder(single, RedisURI.create(SharedCluster.uri()))
                            .connect())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("RedisClusterClient");

            try (RedisStore store =
                    RedisStore.builder(many).commandTimeout(PATIENT).connect()) {
                firstSeen(caches.over(store), "for clusters").handle("response");
                assertThat(store.toString()).contains("Cluster");
            }
        } finally {
            single.shutdown();
            many.shutdown();
        }
    }
}
