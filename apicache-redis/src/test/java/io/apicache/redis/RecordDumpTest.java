package io.apicache.redis;

import static io.apicache.redis.Expect.eventually;
import static io.apicache.redis.Expect.firstSeen;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.Request;
import io.apicache.redis.server.RedisProcess;
import io.apicache.spi.Key;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RecordDumpTest {

    private static final String KEY = "ac:{faults:id}";
    private static final Pattern BRIEFLY = Pattern.compile("handled, (retained for \\d+ ms|no longer retained)");

    private static RedisProcess redis;
    private final Caches caches = new Caches().lease(Duration.ofMinutes(10));
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

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
        caches.close();
        redis.command("FLUSHALL");
    }

    private int dump(String... args) {
        return RecordDump.run(args, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    }

    private String printed() {
        String text = out.toString(UTF_8);
        out.reset();
        return text;
    }

    @Test
    void everyStateIsShown() {
        ApiCache<String> cache = caches.at(redis.uri());
        assertThat(dump(redis.uri(), KEY)).isZero();
        assertThat(printed()).contains(KEY, "absent");

        FirstSeen<String> owner = firstSeen(cache, "id");
        var unused = caches.at(redis.uri()).receiveAsync("id", Expect.LONG);
        eventually("joined", () -> (Long) redis.command("STRLEN", KEY) > StoredRecord.HEADER);
        assertThat(dump(redis.uri(), KEY)).isZero();
        assertThat(printed())
                .contains(
                        "pending, the lease ends in", "number      " + owner.token(), "none", "matches", "1 processes");

        owner.handle("response", Duration.ofHours(1));
        assertThat(dump(redis.uri(), KEY)).isZero();
        assertThat(printed()).contains("handled, retained for 3", "response    8 bytes");

        try (FirstSeen<String> claim = firstSeen(cache, "marked")) {
            assertThatThrownBy(() -> claim.handle(null)).isInstanceOf(NullPointerException.class);
        }
        assertThat(dump(redis.uri(), "--namespace", "faults", "--id", "marked")).isZero();
        assertThat(printed()).contains("not kept, a marker stands for it: it was null");

        cache.invalidate("id");
        assertThat(dump(redis.uri(), KEY)).isZero();
        assertThat(printed()).contains("released or invalidated");

        // What is kept for a few seconds only may be gone before it is shown: then once more.
        eventually("a brief retention is shown", () -> {
            cache.invalidate("id");
            firstSeen(cache, "id").handle("response", Duration.ofSeconds(1));
            dump(redis.uri(), KEY);
            return BRIEFLY.matcher(printed()).find();
        });
        eventually("a response that is handed over is shown", () -> {
            cache.invalidate("id");
            firstSeen(cache, "id").handle("response", Duration.ZERO);
            dump(redis.uri(), KEY);
            return printed().contains("not retained: for those who had joined");
        });
    }

    @Test
    void aLeaseThatIsOverIsShown() {
        firstSeen(caches.at(redis.uri()), "id");
        String record = (String) redis.command("GET", KEY);

        // It is kept for a few seconds more: a machine that stands still for that long is given another chance.
        eventually("a lease that is over is shown", () -> {
            redis.command("SET", KEY, record, "PX", "4000");
            dump(redis.uri(), KEY);
            return printed().contains("the lease is over");
        });
    }

    @Test
    void whatIsNoRecordIsSaidToBeNone() {
        redis.command("SET", KEY, "garbage");
        firstSeen(caches.at(redis.uri()), "other");
        redis.command("COPY", "ac:{faults:other}", "ac:{faults:copy}");

        assertThat(dump(redis.uri(), KEY)).isOne();
        assertThat(printed()).contains("not a record of format version 1: 7 bytes");
        assertThat(dump(redis.uri(), "ac:{faults:copy}")).isOne();
        assertThat(printed()).contains("is that of another key");
    }

    @Test
    void aRecordIsFoundByThePartsOfItsId() {
        ApiCache<String> cache = caches.at(redis.uri());
        String id = Request.idOf("charge", "acme/north", "7f3c");
        firstSeen(cache, id).handle("response", Duration.ofHours(1));
        firstSeen(cache, "a/b").handle("response", Duration.ofHours(1));
        firstSeen(cache, "id").handle("response", Duration.ofHours(1));

        assertThat(dump(redis.uri(), "--namespace", "faults", "--id", "charge", "acme/north", "7f3c"))
                .isZero();
        assertThat(printed()).contains("shown as    " + new Key("faults", id), "handled, retained", "matches");
        assertThat(dump(redis.uri(), "--prefix", "ac", "--namespace", "faults", "--id", "id"))
                .isZero();
        assertThat(printed()).contains(KEY, "shown as    " + new Key("faults", "id"), "handled, retained");
        assertThat(dump(redis.uri(), "--namespace", "faults", "--id", "a/b")).isZero();
        assertThat(printed()).contains("handled, retained", "absent"); // the whole id, and a part that holds a slash
        assertThat(dump(redis.uri(), "--id", "id")).isZero();
        assertThat(printed()).contains("ac:{default:id}", "absent");
        assertThat(dump(redis.uri(), "--prefix", "no prefix", "--id", "id")).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("prefix must be");
    }

    @Test
    void aRecordIsFoundByWhatMessagesShow() {
        ApiCache<String> cache = caches.at(redis.uri());
        for (String id : List.of("id", "other", Request.idOf("charge", "7f3c"), "x".repeat(200))) {
            firstSeen(cache, id).handle("response", Duration.ofHours(1));
            String shown = new Key("faults", id).toString();

            String withoutNamespace = shown.substring(shown.indexOf('#'));
            assertThat(dump(redis.uri(), "--shown", withoutNamespace)).isZero();
            assertThat(printed()).contains("  shown as    " + shown);
            assertThat(dump(redis.uri(), "--shown", shown)).isZero();

            assertThat(printed().lines().filter(line -> line.startsWith("  shown as")))
                    .containsExactly("  shown as    " + shown);
        }
        assertThat(dump(redis.uri(), "--shown", "faults/#nothing")).isOne();
        assertThat(printed()).contains("no record is shown as faults/#nothing");
        assertThat(printed()).isEmpty();
    }

    @Test
    void aWrongCallIsExplained() {
        assertThat(dump(redis.uri(), "--id")).isEqualTo(2);
        assertThat(dump(redis.uri(), "--shown")).isEqualTo(2);
        assertThat(dump(redis.uri(), "--namespace", "n")).isEqualTo(2);
        assertThat(dump(redis.uri(), "--other", "n")).isEqualTo(2);
        assertThat(dump()).isEqualTo(2);
        assertThat(dump(redis.uri())).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("Usage");
        assertThat(dump("no address", KEY)).isEqualTo(2);
        assertThat(dump("redis://127.0.0.1:1", KEY)).isOne();
        assertThat(err.toString(UTF_8)).contains("Connection refused");
    }
}
