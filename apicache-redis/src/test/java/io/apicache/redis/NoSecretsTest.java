package io.apicache.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.TlsFiles;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Key;
import io.apicache.spi.Token;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything that the module can be made to throw, log or print, with secrets, ids and payloads planted. No four characters of any of them may show. They
 * are of letters that no word and no name of a class has four of in a row, so that nothing is found by chance.
 */
class NoSecretsTest {

    private static final String LETTERS = "QXZJqxzj";
    private static final int SHOWN = 4;
    private static final Random RANDOM = new Random();

    private static RedisProcess redis;
    private final String secret = planted();
    private final String user = planted();
    private final String id = planted();
    private final String payload = planted();
    private final List<String> logged = Collections.synchronizedList(new ArrayList<>());
    private final Caches caches = new Caches();
    private final Handler handler = new Recorder();

    @BeforeAll
    static void startServer() {
        redis = RedisProcess.start();
    }

    @AfterAll
    static void stopServer() {
        redis.close();
    }

    @BeforeEach
    void listen() {
        handler.setLevel(Level.ALL);
        Logger.getLogger("").addHandler(handler);
    }

    @AfterEach
    void nothingWasLogged() {
        caches.close();
        Logger.getLogger("").removeHandler(handler);
        assertClean("log", String.join("\n", logged));
        assertClean("threads", Thread.getAllStackTraces().keySet().toString());
    }

    private static String planted() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            text.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    private void assertClean(String where, String shown) {
        for (String hidden : List.of(secret, user, id, payload)) {
            for (int i = 0; i + SHOWN <= hidden.length(); i++) {
                assertThat(shown).as(where).doesNotContain(hidden.substring(i, i + SHOWN));
            }
        }
    }

    /** All that can be read off an exception: messages, causes, what was suppressed, stack traces. */
    private Throwable assertClean(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        assertClean(thrown.getClass().getSimpleName(), text.toString());
        assertThat(text.toString()).doesNotContain("redis://127", "rediss://127", "sentinel://127", "@127");
        return thrown;
    }

    private Throwable assertThrowsClean(ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown).isNotNull();
        return assertClean(thrown);
    }

    // ---- addresses

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://USER:SEC@RET/x@127.0.0.1:1",
                "redis://:SEC/RET@127.0.0.1:1",
                "redis://:SEC#RET@127.0.0.1:1",
                "redis://:SEC?RET@127.0.0.1:1",
                "redis://:SEC%RET@127.0.0.1:1",
                "redis://:SEC%zzRET@127.0.0.1:1",
                "redis://:SEC RET@127.0.0.1:1",
                "redis://:SEC[RET@127.0.0.1:1",
                "redis://:SEC]RET@127.0.0.1:1",
                "redis://:SEC^RET@127.0.0.1:1",
                "redis://:SEC\\RET@127.0.0.1:1",
                "redis://:SEC|RET@127.0.0.1:1",
                "redis://:SEC\"RET@127.0.0.1:1",
                "redis://:SEC<RET>@127.0.0.1:1",
                "redis://:SEC{RET}@127.0.0.1:1",
                "redis://:SEC:RET@127.0.0.1:1",
                "redis://:SEC\u0000RET@127.0.0.1:1",
                "redis://:SEC\u00e4RET@127.0.0.1:1",
                "redis://USER:SECRET@127.0.0.1:SECRET",
                "redis://USER:SECRET@127.0.0.1:99999",
                "redis://USER:SECRET@127.0.0.1:-1",
                "redis://USER:SECRET@",
                "redis://USER:SECRET@:6379",
                "redis://USER:SECRET@127.0.0.1:1/SECRET",
                "redis://USER:SECRET@127.0.0.1:1?timeout=SECRET",
                "redis://USER:SECRET@127.0.0.1:1?database=SECRET",
                "redis://USER:SECRET@127.0.0.1:1",
                "rediss://USER:SECRET@127.0.0.1:1",
                "http://USER:SECRET@127.0.0.1:1",
                "USER:SECRET@127.0.0.1:1",
                "SECRET",
                "redis:USER:SECRET@127.0.0.1:1",
                "redis-sentinel://USER:SECRET@127.0.0.1:1",
                "redis-sentinel://USER:SECRET@127.0.0.1:1,127.0.0.1:2#SECRET",
                "redis-sentinel://USER:SEC@RET@127.0.0.1:1#master",
                "redis-sentinel://:SEC/RET@127.0.0.1:1#master",
                "redis-socket://USER:SECRET@/no/such/socket"
            })
    @DisplayName("S1 no address, user name or password is repeated, however the address is wrong")
    void addresses(String shape) {
        String uri = shape.replace("USER", user)
                .replace("SECRET", secret)
                .replace("SEC", secret.substring(0, 12))
                .replace("RET", secret.substring(12));

        Throwable thrown = assertThrowsClean(() -> RedisStore.connect(uri));
        assertThat(thrown.getMessage()).isNotBlank();

        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(printed, true, UTF_8);
        assertThat(RecordDump.run(new String[] {uri, "ac:{n:i}"}, stream, stream))
                .isPositive();
        assertClean("dump", printed.toString(UTF_8));
    }

    @Test
    @DisplayName("S1 nothing of a refused login is repeated")
    void login() {
        String address = "127.0.0.1:" + redis.port();
        assertThrowsClean(() -> RedisStore.connect("redis://" + user + ":" + secret + "@" + address));
        assertThrowsClean(() -> RedisStore.connect("rediss://" + user + ":" + secret + "@" + address));
        redis.command(
                "ACL",
                "SETUSER",
                user,
                "reset",
                "on",
                ">" + secret,
                "~ac:*",
                "resetchannels",
                "&ac:in:*",
                "+@all",
                "-get");
        assertThrowsClean(() -> RedisStore.connect("redis://" + user + ":" + secret + "@" + address));
        redis.command("ACL", "SETUSER", user, "+get", "-select");
        assertThrowsClean(() -> RedisStore.connect("redis://" + user + ":" + secret + "@" + address + "/1"));
        redis.command("ACL", "DELUSER", user);
    }

    @Test
    @DisplayName("S1 nothing of the address is repeated when a certificate is not trusted")
    void tls() throws Exception {
        try (TlsFiles files = TlsFiles.create();
                RedisProcess secured = RedisProcess.tls(files, "--requirepass", secret)) {
            assertThrowsClean(() -> RedisStore.connect(secured.uri()));
        }
    }

    @Test
    @DisplayName("S1 a server without a command that is needed quotes what it was sent, and is not quoted")
    void aCommandThatIsNotThere() {
        for (String command : List.of("SET", "EVALSHA", "SUBSCRIBE", "TIME", "GETRANGE")) {
            try (RedisProcess less = RedisProcess.start("--rename-command", command, "\"\"")) {
                Throwable thrown = assertThrowsClean(() -> RedisStore.connect(less.uri()));
                assertThat(thrown).hasMessageNotContaining("selftest:").hasMessageNotContaining("ac:{");
            }
        }
    }

    // ---- settings, and what is printed of the store

    @Test
    @DisplayName("S1 a setting that is refused is not repeated")
    void settings() {
        RedisStore.Builder builder = RedisStore.builder("redis://" + user + ":" + secret + "@127.0.0.1:1");
        assertThrowsClean(() -> builder.prefix(secret + "}"));
        assertThrowsClean(() -> builder.nodeName(secret + " "));
        assertThrowsClean(() -> builder.nodeName(secret.repeat(9)));
        assertThrowsClean(builder::connect);
        RedisURI uri = RedisURI.create("redis://" + user + ":" + secret + "@127.0.0.1:1");
        Topology single = OwnClient.single(uri, Duration.ofSeconds(1), 1_000);
        Topology cluster = OwnClient.cluster(uri, Duration.ofSeconds(1), 1_000);
        assertClean("topologies", single + " " + cluster);
        single.close();
        cluster.close();
    }

    // ---- records

    @Test
    @DisplayName("S1 B1 no id and no payload is repeated, whatever lies under the name of a record")
    void records() {
        try (RedisStore store =
                RedisStore.builder(redis.uri()).largestResponse(100_000).connect()) {
            ApiCache<String> cache = caches.over(store);
            assertClean("store", store + " " + new Key("faults", id));
            String name = "ac:{faults:" + id + "}";
            FirstSeen<String> owner = Expect.firstSeen(cache, id);
            assertThrowsClean(() -> owner.handle(payload.repeat(10_000)));
            RecordName record = new KeyLayout("ac").record(new Key("faults", id));
            byte[] whole = StoredRecord.handled(
                    record, new Token(7, AttemptId.next()), (byte) 0, 1, payload.getBytes(ISO_8859_1));
            for (int field = 0; field < StoredRecord.HEADER; field++) {
                byte[] forged = whole.clone();
                forged[field] ^= (byte) 0x80;
                redis.command("SET", name, new String(forged, ISO_8859_1), "PX", "60000");
                assertCallsAreClean(cache);
            }
            redis.command("SET", name, payload, "PX", "60000");
            assertCallsAreClean(cache);
            assertThrowsClean(() -> owner.handle(payload));
            redis.command("SET", name, new String(whole, ISO_8859_1) + payload.repeat(10_000), "PX", "60000");
            assertCallsAreClean(cache);
            assertCallsAreClean(cache);
            redis.command("DEL", name);
            redis.command("LPUSH", name, payload);
            assertCallsAreClean(cache);
            redis.command("DEL", name);
        }
    }

    private void assertCallsAreClean(ApiCache<String> cache) {
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> cache.receiveAndWait(id, Duration.ZERO), // a claim with a look at the lease
                () -> cache.receiveAndWait(id, Duration.ofMillis(20)),
                () -> cache.peek(id))) {
            Throwable thrown = catchThrowable(call);
            if (thrown != null) {
                assertClean(thrown);
            }
        }
    }

    @Test
    @DisplayName("S1 nothing of a call is repeated when the user may no longer make it, or the server is gone")
    void refusedCalls() {
        try (RedisProcess other = RedisProcess.start()) {
            other.command("ACL", "SETUSER", user, "reset", "on", ">" + secret, "allkeys", "allchannels", "+@all");
            caches.storeTimeout(Duration.ofSeconds(1)); // for as long is tried what is refused
            ApiCache<String> cache = caches.at("redis://" + user + ":" + secret + "@127.0.0.1:" + other.port());
            FirstSeen<String> owner = Expect.patient(() -> Expect.firstSeen(cache, id));
            for (List<String> less : List.of(
                    List.of("-get"), List.of("-set"), List.of("-evalsha"), List.of("resetkeys"), List.of("-@all"))) {
                List<String> words = new ArrayList<>(List.of("ACL", "SETUSER", user));
                words.addAll(less);
                other.command(words.toArray(String[]::new));
                assertCallsAreClean(cache);
            }
            assertThrowsClean(() -> owner.handle(payload));
            other.kill();
            assertThrowsClean(() -> cache.receiveAndWait(id + "-", Duration.ZERO));
            assertThrowsClean(() -> owner.handle(payload));
            assertThrowsClean(() -> cache.invalidate(id));
        }
    }

    // ---- what the client may come up with

    Stream<Throwable> failures() {
        String uri = "redis://" + user + ":" + secret + "@127.0.0.1:6379";
        String quoted = "'" + id + "' '" + payload + "' " + uri;
        Exception deep = new RedisConnectionException("Unable to connect to " + uri, new ConnectException(quoted));
        deep.addSuppressed(new UnknownHostException(secret));
        return Stream.of(
                new RedisCommandExecutionException("ERR unknown command `x`, with args beginning with: " + quoted),
                new RedisCommandExecutionException(
                        "NOPERM User " + user + " has no permissions to access the '" + id + "' key"),
                new RedisCommandExecutionException("WRONGTYPE " + quoted),
                new RedisCommandExecutionException("OOM " + quoted),
                new RedisCommandExecutionException(secret),
                new RedisCommandExecutionException(quoted + ": -" + secret + " "),
                new RedisCommandTimeoutException(quoted),
                new RedisException(quoted),
                new RedisException("Currently not connected " + quoted),
                new RedisException("Request queue size exceeded " + quoted),
                new RedisException("Connection is closed " + quoted),
                new SSLHandshakeException("No name matching " + secret),
                new IllegalStateException(quoted, new RuntimeException(quoted, deep)),
                new NumberFormatException(quoted),
                new OutOfMemoryError(quoted),
                new CompletionException(quoted, deep),
                deep);
    }

    @Test
    @DisplayName("S1 no words of the client or the server get into an exception, nor into its causes")
    void wordsOfOthers() {
        RecordName record = new KeyLayout("ac").record(new Key("faults", id));
        failures().forEach(failure -> {
            Throwable shown = assertClean(RedisFailures.translated("claim", record, failure));
            assertThat(shown).hasMessageContaining("faults/");
            assertThat(shown.getCause().getStackTrace())
                    .isEqualTo(RedisFailures.unwrap(failure).getStackTrace());
        });
    }

    /** Keeps what is logged at a level that is on by default. */
    private final class Recorder extends Handler {
        @Override
        public void publish(LogRecord line) {
            StringWriter text = new StringWriter();
            text.append(line.getMessage()).append(Arrays.toString(line.getParameters()));
            if (line.getThrown() != null) {
                line.getThrown().printStackTrace(new PrintWriter(text));
            }
            logged.add(text.toString());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
