package io.apicache.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.CorruptRecordException;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.RespConnection;
import io.apicache.spi.Key;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of the right format with fields that this library never writes, put there by another program. */
class ForgedRecordsTest {

    private static final long TWO_TO_53 = 1L << 53;
    private static final long YEARS = Duration.ofDays(3_650).toMillis();

    private static RedisProcess redis;
    private final Caches caches = new Caches();
    private final String id = "id-" + UUID.randomUUID();
    private final String name = "ac:{faults:" + id + "}";
    private ApiCache<String> here;
    private RespConnection connection;

    @BeforeAll
    static void startServer() {
        redis = RedisProcess.start();
    }

    @AfterAll
    static void stopServer() {
        redis.close();
    }

    @BeforeEach
    void open() throws IOException {
        here = caches.at(redis.uri());
        connection = redis.connect();
    }

    @AfterEach
    void close() throws IOException {
        connection.close();
        caches.close();
    }

    /**
     * A record as it lies in Redis, but for some fields.
     *
     * @param field which one is wrong
     * @param lifeMillis how long it lives, 0 for ever
     */
    record Forged(String field, char state, int flags, long number, long millis, String body, long lifeMillis) {

        static Forged pending(String field, long number, long grace, String body, long lifeMillis) {
            return new Forged(field, 'P', 0, number, grace, body, lifeMillis);
        }

        static Forged handled(String field, int flags, long number, long millis, long lifeMillis) {
            return new Forged(field, 'D', flags, number, millis, "response", lifeMillis);
        }

        byte[] header(Key key) {
            byte[] hash = new KeyLayout("ac").record(key).hash();
            return ByteBuffer.allocate(StoredRecord.HEADER)
                    .put((byte) state)
                    .put((byte) 1)
                    .putShort((short) (flags << 8))
                    .putLong(number)
                    .putLong(4711)
                    .putLong(4712)
                    .put(hash)
                    .position(76)
                    .putLong(millis)
                    .array();
        }

        void put(RespConnection connection, String id) throws IOException {
            Key key = new Key("faults", id);
            String record = new String(header(key), ISO_8859_1) + body;
            connection.command("SET", "ac:{faults:" + id + "}", record);
            if (lifeMillis > 0) {
                connection.command("PEXPIRE", "ac:{faults:" + id + "}", String.valueOf(lifeMillis));
            }
        }

        @Override
        public String toString() {
            return field + " " + state + flags + " " + number + " " + millis + " " + body.length() + " " + lifeMillis;
        }
    }

    private static LongStream badNumbers() {
        return LongStream.of(0, -1, Long.MIN_VALUE, TWO_TO_53 - 1, TWO_TO_53, TWO_TO_53 + 1, Long.MAX_VALUE);
    }

    /** Those that every caller finds out. */
    static Stream<Forged> forgedHeaders() {
        return Stream.of(
                        badNumbers().mapToObj(n -> Forged.pending("number", n, 5_000, "", 60_000)),
                        badNumbers().mapToObj(n -> Forged.handled("number", 0, n, 1, 60_000)),
                        badNumbers().mapToObj(n -> Forged.handled("number", 4, n, 1, 4_000)),
                        LongStream.of(0, -1, 60_001, Long.MAX_VALUE, Long.MIN_VALUE)
                                .mapToObj(grace -> Forged.pending("", 7, grace, "", 60_000)),
                        LongStream.of(0, -1, 253_402_300_800_000L, Long.MAX_VALUE, Long.MIN_VALUE)
                                .mapToObj(at -> Forged.handled("time", 0, 7, at, 60_000)),
                        IntStream.of(1, 3, 6, 8, 10, 12, 64, 255)
                                .mapToObj(flags -> Forged.handled("flags", flags, 7, 1, 60_000)),
                        IntStream.of(1, 15, 17, 16 * 1024 + 1, 16 * 1025)
                                .mapToObj(n -> Forged.pending("inboxes", 7, 5_000, "x".repeat(n), 60_000)))
                .flatMap(forged -> forged);
    }

    /** What only the time to live shows: only a caller who must know it finds that out. */
    static Stream<Forged> forgedLives() {
        return Stream.of(
                Forged.pending("lease", 7, 5_000, "", YEARS),
                Forged.pending("lease", 7, 5_000, "", 0),
                Forged.pending("lease", 7, 5_000, "y".repeat(16), YEARS),
                Forged.pending("lease", 7, 1, "", 0),
                Forged.handled("retention", 2, 7, 1, YEARS),
                Forged.handled("retention", 2, 7, 1, 0),
                Forged.handled("retention", 4, 7, 1, YEARS),
                Forged.handled("retention", 4, 7, 1, 0));
    }

    private void assertRefused(Forged forged, Runnable call) throws IOException {
        Object before = connection.command("DUMP", name);
        assertThatThrownBy(call::run)
                .as("%s", forged)
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining(forged.field);
        assertThat(connection.command("DUMP", name)).isEqualTo(before);
    }

    private void assertInvalidateHelps(boolean counted) {
        assertThat(here.invalidate(id) || !counted).isTrue();
        here.receiveAndWait(id, Duration.ZERO);
        here.invalidate(id);
        FirstSeen<String> owner = Expect.firstSeen(here, id);
        assertThat(owner.token()).isBetween(1L, TWO_TO_53 - 2);
        owner.handle("response");
        assertThat(Expect.replayed(here, id)).isEqualTo("response");
    }

    @ParameterizedTest
    @MethodSource("forgedHeaders")
    @DisplayName("B1 B2 S1 a field out of its range is named, the record left alone, and removed by invalidate")
    void outOfRange(Forged forged) throws IOException {
        forged.put(connection, id);

        assertRefused(forged, () -> here.receiveAndWait(id, Duration.ZERO));
        assertRefused(forged, () -> here.receiveAndWait(id, Duration.ofSeconds(5)));
        assertRefused(forged, () -> here.peek(id));

        assertInvalidateHelps(false);
    }

    @ParameterizedTest
    @MethodSource("forgedLives")
    @DisplayName(
            "B1 B2 S1 a lease or retention that no record has is named, the record left alone, and removed by invalidate")
    void outOfTime(Forged forged) throws IOException {
        forged.put(connection, id);

        assertRefused(forged, () -> here.receiveAndWait(id, Duration.ZERO));
        if (forged.state == 'P') {
            assertRefused(forged, () -> here.receiveAndWait(id, Duration.ofSeconds(5)));
        }
        assertRefused(forged, () -> here.peek(id));

        assertInvalidateHelps(false);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, TWO_TO_53 - 1, TWO_TO_53, Long.MAX_VALUE, Long.MIN_VALUE})
    @DisplayName("B1 C5 a tombstone whose number is out of range is named, and removed by invalidate")
    void tombstones(long number) throws IOException {
        Forged forged = new Forged("number", 'R', 0, number, 0, "", 60_000);
        forged.put(connection, id);

        assertRefused(forged, () -> here.receiveAndWait(id, Duration.ZERO));

        assertInvalidateHelps(true);
    }

    @Test
    @DisplayName("C5 the last number that may be in a record still has a successor, which is exact")
    void theLastNumber() throws IOException {
        for (long number : List.of(1L, TWO_TO_53 - 4, TWO_TO_53 - 3)) {
            new Forged("", 'R', 0, number, 0, "", 60_000).put(connection, id);
            FirstSeen<String> next = Expect.firstSeen(here, id);
            assertThat(next.token()).isGreaterThan(number).isLessThan(TWO_TO_53 - 1);
            next.handle("response");
            assertThat(here.invalidate(id)).isTrue();
        }
    }

    @Test
    @DisplayName(
            "C5 a last number without a successor is named, and no record is written that this library could not read")
    void noNumberIsLeft() throws IOException {
        new Forged("", 'R', 0, TWO_TO_53 - 2, 0, "", 60_000).put(connection, id);
        assertThatThrownBy(() -> here.receiveAndWait(id, Duration.ZERO))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining("number");
        assertThat(here.invalidate(id)).isTrue();
    }

    @Test
    @DisplayName("B2 a clock of a server that was set back by some seconds makes no record corrupt")
    void aClockThatWasSetBack() throws IOException {
        Forged.handled("", 2, 7, 1, 15_000).put(connection, id);
        assertThat(Expect.replayed(here, id)).isEqualTo("response");
        Forged.pending("", 7, 5_000, "", Duration.ofDays(1).toMillis() + 15_000).put(connection, id);
        assertThat(here.receiveAndWait(id, Duration.ZERO)).isInstanceOf(InFlight.class);
    }

    @Test
    @DisplayName("L1 C1 the longest lease there is, and the longest life of a brief response, are no forgeries")
    void theLongest() throws IOException {
        Forged.pending("", 7, 5_000, "", Duration.ofDays(1).toMillis() + 5_001).put(connection, id);
        assertThat(here.receiveAndWait(id, Duration.ZERO)).isInstanceOf(InFlight.class);
        Forged.handled("", 2, 7, 1, 10_000).put(connection, id);
        assertThat(Expect.replayed(here, id)).isEqualTo("response");
    }
}
