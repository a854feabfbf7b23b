package io.apicache.redis;

import static io.apicache.redis.Expect.eventually;
import static io.apicache.redis.Expect.firstSeen;
import static io.apicache.redis.Expect.patient;
import static io.apicache.redis.Expect.replayed;
import static io.apicache.redis.Expect.response;
import static io.apicache.redis.Expect.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.CorruptRecordException;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.LeaseLostException;
import io.apicache.Receipt;
import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.RespConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers get when Redis dies, forgets, stops, is full, or holds what nobody of ours has written. */
@Execution(ExecutionMode.CONCURRENT)
class ServerFaultsTest {

    private static final Duration LONG = Expect.LONG;

    /** Less than a store may take: a waiter that is told by then did not wait for that. */
    private static final long IN_TIME_SECONDS = 50;

    private final Caches caches = new Caches();

    /** Of processes that give a call up when the store is silent. */
    private final Caches hasty =
            new Caches().commandTimeout(Duration.ofMillis(400)).storeTimeout(Duration.ofSeconds(1));

    private final String id = "id-" + UUID.randomUUID();
    private final String record = "ac:{faults:" + id + "}";
    private final RedisProcess redis = RedisProcess.start();
    private ApiCache<String> here;
    private ApiCache<String> there;

    @BeforeEach
    void open() {
        here = caches.at(redis.uri());
        there = caches.at(redis.uri());
    }

    @AfterEach
    void close() {
        try (redis) {
            hasty.close();
            caches.close();
            if (redis.isAlive()) {
                assertThat(redis.keysWithoutTtl()).isEmpty();
            }
        }
    }

    private CompletableFuture<Receipt<String>> waiter(ApiCache<String> cache) {
        CompletableFuture<Receipt<String>> waiter = cache.receiveAsync(id, LONG);
        eventually("joined", () -> (Long) redis.command("STRLEN", record) > StoredRecord.HEADER);
        return waiter;
    }

    private void assertUnavailable(ApiCache<String> cache, String id, Outcome... outcomes) {
        assertThatThrownBy(() -> cache.receiveAndWait(id, Duration.ofMillis(200)))
                .isInstanceOfSatisfying(
                        StoreUnavailableException.class,
                        e -> assertThat(e.outcome()).isIn((Object[]) outcomes));
    }

    // ---- it forgets

    @Test
    @DisplayName("C5 when Redis is killed and comes back empty, an old owner is refused, and exactly one takes over")
    void killedAndRestartedEmpty() throws Exception {
        FirstSeen<String> owner = firstSeen(here, id);
        CompletableFuture<Receipt<String>> waiter = waiter(there);

        redis.restart();

        FirstSeen<String> next = firstSeen(waiter);
        assertThat(next.token()).isGreaterThan(owner.token());
        assertThatThrownBy(() -> owner.handle("stale")).isInstanceOf(LeaseLostException.class);
        assertThat(owner.isLost()).isTrue();
        next.handle("of the next");
        assertThat(replayed(here, id)).isEqualTo("of the next");
    }

    @Test
    @DisplayName("C5 after FLUSHALL an owner is told, and exactly one of those who wait takes over")
    void flushAll() throws Exception {
        ApiCache<String> soonRenewed = caches.lease(Duration.ofSeconds(9)).at(redis.uri());
        FirstSeen<String> owner = firstSeen(soonRenewed, id);
        CompletableFuture<Receipt<String>> waiter = waiter(there);
        CompletableFuture<Receipt<String>> other = there.receiveAsync(id, LONG);

        redis.command("FLUSHALL");

        owner.lost().toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
        FirstSeen<String> next =
                (FirstSeen<String>) waiter.applyToEither(other, first -> first).get(LONG.toSeconds(), TimeUnit.SECONDS);
        assertThat(next.token()).isGreaterThan(owner.token());
        assertThat(waiter.isDone() && other.isDone()).isFalse();
        next.handle("of the next");
        CompletableFuture<Receipt<String>> last = told(waiter) instanceof FirstSeen ? other : waiter;
        assertThat(response(last)).isEqualTo("of the next");
    }

    @Test
    @DisplayName("H3 a handle after FLUSHALL is refused: nobody knows who else is at work")
    void handleAfterFlushAll() {
        FirstSeen<String> owner = firstSeen(here, id);
        redis.command("FLUSHALL");

        assertThatThrownBy(() -> owner.handle("response")).isInstanceOf(LeaseLostException.class);
        firstSeen(there, id).handle("of the next");
    }

    @Test
    @DisplayName("W1 SCRIPT FLUSH changes nothing")
    void scriptFlush() throws Exception {
        FirstSeen<String> owner = firstSeen(here, id);
        CompletableFuture<Receipt<String>> waiter = waiter(there);
        redis.command("SCRIPT", "FLUSH");

        owner.handle("x".repeat(20_000));

        assertThat(response(waiter)).hasSize(20_000);
        redis.command("SCRIPT", "FLUSH");
        there.invalidate(id);
        firstSeen(here, id).release();
    }

    // ---- it does not answer

    @Test
    @DisplayName("W2 H3 while Redis is paused the outcome is unknown, and afterwards nothing is stranded")
    void paused() {
        ApiCache<String> one = hasty.at(redis.uri());
        ApiCache<String> other = hasty.at(redis.uri());
        FirstSeen<String> owner = patient(() -> firstSeen(one, id));
        redis.pause();
        try {
            assertUnavailable(other, id + "-other", Outcome.UNKNOWN);
            assertThatThrownBy(() -> owner.handle("response"))
                    .isInstanceOfSatisfying(
                            StoreUnavailableException.class,
                            e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN));
        } finally {
            redis.resume();
        }

        // The handle was under way and is carried out now, or its lease was over by then.
        Receipt<String> receipt = there.receiveAndWait(id, LONG);
        if (receipt instanceof FirstSeen<String> next) {
            assertThat(next.token()).isGreaterThan(owner.token());
            next.handle("response");
        }
        assertThat(replayed(here, id)).isEqualTo("response");
        firstSeen(here, id + "-other").handle("of the other");
    }

    @Test
    @DisplayName("W2 a waiter is told in time while Redis is paused")
    void aWaiterIsToldWhileRedisIsPaused() throws Exception {
        firstSeen(here, id);
        CompletableFuture<Receipt<String>> waiter = there.receiveAsync(id, Duration.ofMillis(1_500));
        eventually("joined", () -> (Long) redis.command("STRLEN", record) > StoredRecord.HEADER);
        there.peek(id + "-other"); // the answer to the join came before this one

        redis.pause();
        try {
            assertThat(waiter.get(IN_TIME_SECONDS, TimeUnit.SECONDS)).isInstanceOf(InFlight.class);
        } finally {
            redis.resume();
        }
    }

    @Test
    @DisplayName("W2 a waiter is told of a live owner although Redis has been killed meanwhile")
    void aWaiterIsToldWhileRedisIsDead() throws Exception {
        firstSeen(here, id);
        CompletableFuture<Receipt<String>> waiter = there.receiveAsync(id, Duration.ofMillis(1_500));
        eventually("joined", () -> (Long) redis.command("STRLEN", record) > StoredRecord.HEADER);
        there.peek(id + "-other"); // the answer to the join came before this one

        redis.kill();

        assertThat(waiter.get(IN_TIME_SECONDS, TimeUnit.SECONDS)).isInstanceOf(InFlight.class);
    }

    @Test
    @DisplayName("W2 while Redis is dead calls fail in time and say whether they were executed; then all is well again")
    void dead() {
        ApiCache<String> mine = hasty.at(redis.uri());
        firstSeen(here, id).handle("response");
        redis.kill();

        assertUnavailable(mine, id, Outcome.NOT_EXECUTED, Outcome.UNKNOWN);
        eventually("the end of the connection is known", () -> {
            try {
                mine.receiveAndWait(id, Duration.ZERO);
                return false;
            } catch (StoreUnavailableException e) {
                return e.outcome() == Outcome.NOT_EXECUTED;
            }
        });

        redis.restart();
        patient(() -> firstSeen(mine, id)).handle("computed again");
        assertThat(replayed(there, id)).isEqualTo("computed again");
    }

    // ---- it refuses

    @Test
    @DisplayName(
            "H2 when Redis is full, responses are replayed, claims are refused and say so, and what was worked for is stored")
    void outOfMemory() {
        firstSeen(here, id).handle("response");
        caches.storeTimeout(Duration.ofSeconds(3)); // for as long is tried what is refused
        ApiCache<String> refused = caches.at(redis.uri());
        FirstSeen<String> owner = patient(() -> firstSeen(refused, id + "-open"));
        redis.command("CONFIG", "SET", "maxmemory", "100kb");
        redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");

        assertThat(replayed(there, id)).isEqualTo("response");
        assertThat(there.receiveAndWait(id + "-open", Duration.ZERO)).isInstanceOf(InFlight.class);
        assertThatThrownBy(() -> refused.receiveAndWait(id + "-new", Duration.ZERO))
                .isInstanceOfSatisfying(StoreUnavailableException.class, e -> {
                    assertThat(e.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
                    assertThat(e).hasMessageContaining("maxmemory");
                });

        boolean storesNevertheless = !redis.version().startsWith("6.");
        if (storesNevertheless) {
            owner.handle("of the open one");
        } else {
            assertThatThrownBy(() -> owner.handle("of the open one"))
                    .isInstanceOfSatisfying(
                            StoreUnavailableException.class,
                            e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_EXECUTED));
        }
        redis.command("CONFIG", "SET", "maxmemory", "0");
        if (!storesNevertheless) {
            owner.handle("of the open one");
        }
        assertThat(replayed(there, id + "-open")).isEqualTo("of the open one");
        firstSeen(there, id + "-new").handle("new");
    }

    @Test
    @DisplayName("H2 when the server turns into a replica, responses are replayed and claims are refused")
    void readOnlyReplica() {
        firstSeen(here, id).handle("response");
        try (RedisProcess master = RedisProcess.start()) {
            redis.command("CONFIG", "SET", "replica-serve-stale-data", "yes");
            redis.command("CONFIG", "SET", "repl-diskless-load", "disabled");
            master.command("CONFIG", "SET", "requirepass", "nobody-knows");
            redis.command("REPLICAOF", master.host(), "" + master.port());

            eventually(
                    "refused as a replica refuses",
                    () -> { // connections are closed first
                        try {
                            there.receiveAndWait(id + "-new", Duration.ZERO);
                            return false;
                        } catch (StoreUnavailableException e) {
                            return e.getMessage().contains("replica") && e.outcome() == Outcome.NOT_EXECUTED;
                        }
                    });
            assertThat(replayed(there, id)).isEqualTo("response");
        }
        redis.command("REPLICAOF", "NO", "ONE");
        eventually("a master again", () -> {
            try {
                firstSeen(there, id + "-new").release();
                return true;
            } catch (StoreUnavailableException e) {
                return false;
            }
        });
    }

    // ---- it holds what is not ours

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET garbage",
                "SET ",
                "SET P",
                "SET P\u0002\u0000\u0000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "SET D\u0001\u0000\u0000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "SET Q\u0001\u0000\u0000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "LPUSH an element",
                "HSET field value",
                "SADD member"
            })
    @DisplayName("B1 B2 what is not a record of ours is named, left alone, and removed by invalidate alone")
    void foreignRecords(String command) throws IOException {
        String[] words = command.split(" ", -1);
        try (RespConnection connection = redis.connect()) {
            switch (words.length) {
                case 2 -> connection.command(words[0], record, words[1]);
                default -> connection.command(words[0], record, words[1], words[2]);
            }
            connection.command("EXPIRE", record, "100");
            String before = (String) connection.command("DUMP", record);

            assertThatThrownBy(() -> here.receiveAndWait(id, Duration.ofMillis(500)))
                    .isInstanceOf(CorruptRecordException.class)
                    .hasMessageContaining("faults/");
            assertThatThrownBy(() -> here.peek(id)).isInstanceOf(CorruptRecordException.class);
            assertThat(connection.command("DUMP", record)).isEqualTo(before);
        }

        assertThat(here.invalidate(id)).isTrue();
        firstSeen(there, id).handle("response");
        assertThat(replayed(here, id)).isEqualTo("response");
    }

    @Test
    @DisplayName("S1 the record of another id, copied here, is not taken for this one's")
    void theRecordOfAnotherId() {
        firstSeen(here, id + "-other").handle("of the other");
        redis.command("COPY", "ac:{faults:" + id + "-other}", record);

        assertThatThrownBy(() -> here.receiveAndWait(id, Duration.ZERO)).isInstanceOf(CorruptRecordException.class);
        here.invalidate(id);
    }

    @Test
    @DisplayName("C4 an owner whose record was overwritten by something foreign cannot handle, and is told")
    void theRecordIsOverwrittenMeanwhile() {
        FirstSeen<String> owner = firstSeen(here, id);
        redis.command("SET", record, "garbage", "PX", "100000");

        assertThatThrownBy(() -> owner.handle("response")).isInstanceOf(CorruptRecordException.class);
        assertThat(redis.command("GET", record)).isEqualTo("garbage");
    }
}
