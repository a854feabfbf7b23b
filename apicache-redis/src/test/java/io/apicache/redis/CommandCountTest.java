package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.Codec;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.redis.server.RedisProcess;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a call costs the server, as the server counts it. Commands inside scripts are counted by Redis as well, and listed here. */
class CommandCountTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private static RedisProcess redis;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<FaultyStore<byte[]>> stores = new ArrayList<>();
    private final String id = "id";
    private ApiCache<byte[]> here;
    private ApiCache<byte[]> there;

    @BeforeAll
    static void startServer() {
        redis = RedisProcess.start();
    }

    @AfterAll
    static void stopServer() {
        redis.close();
    }

    @BeforeEach
    void open() {
        redis.command("FLUSHALL");
        here = process();
        there = process();
        here.receiveAndWait("warm-up", Duration.ZERO); // scripts are known from here on
        redis.command("CONFIG", "RESETSTAT");
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    /** Its time stands still: no renewal and no second look is counted, however long the test takes. */
    private ApiCache<byte[]> process() {
        RedisStore store = RedisStore.builder(redis.uri())
                .commandTimeout(Duration.ofSeconds(4))
                .connect();
        open.add(store);
        ManualTime time = new ManualTime();
        FaultyStore<byte[]> counted = FaultyStore.around(store.as(Codec.bytes()));
        stores.add(counted);
        ApiCache<byte[]> cache = ApiCache.over(counted)
                .time(time)
                .scheduler(time.scheduler())
                .executor(Runnable::run)
                .lease(Duration.ofMinutes(10))
                .build();
        open.add(cache);
        return cache;
    }

    /** Calls since the statistics were reset, without those that the test itself or the upkeep of connections makes. */
    private static Map<String, Long> commands() {
        Map<String, Long> counts = new TreeMap<>(redis.commandCounts());
        counts.keySet()
                .removeIf(name -> name.startsWith("config")
                        || List.of("info", "time", "ping", "hello", "client|setinfo")
                                .contains(name));
        return counts;
    }

    private static boolean takesAndReadsAtOnce() {
        return !redis.version().startsWith("6.");
    }

    /** What a claim costs: one command since 7.0, before that two in one flush. */
    private static Map<String, Long> claims(long claims, Map<String, Long> others) {
        Map<String, Long> expected = new TreeMap<>(others);
        expected.merge("set", claims, Long::sum);
        if (!takesAndReadsAtOnce()) {
            expected.merge("get", claims, Long::sum);
        }
        return expected;
    }

    private FirstSeen<byte[]> firstSeen(ApiCache<byte[]> cache) {
        return (FirstSeen<byte[]>) cache.receiveAndWait(id, Duration.ZERO);
    }

    @Test
    @DisplayName("H2 a replay is one command that writes nothing")
    void aReplayIsOneCommand() {
        firstSeen(here).handle(new byte[10]);
        long changes = Long.parseLong(redis.info("persistence").get("rdb_changes_since_last_save"));
        redis.command("CONFIG", "RESETSTAT");

        for (int i = 0; i < 10; i++) {
            assertThat(there.receiveAndWait(id, LONG)).isInstanceOf(Cached.class);
        }

        assertThat(commands()).isEqualTo(claims(10, Map.of()));
        assertThat(Long.parseLong(redis.info("persistence").get("rdb_changes_since_last_save")))
                .isEqualTo(changes);
    }

    @Test
    @DisplayName("H1 a first call and its handle are two commands, and nothing is published if nobody waits")
    void aFirstCallAndItsHandleAreTwoCommands() {
        firstSeen(here).handle(new byte[10]);

        assertThat(commands()).isEqualTo(claims(1, Map.of("evalsha", 1L, "getrange", 1L, "set", 1L)));
    }

    @Test
    @DisplayName("W1 a wait is one claim and one join, and nothing more when the message comes")
    void aWaitIsOneJoin() throws Exception {
        FirstSeen<byte[]> owner = firstSeen(here);
        CompletableFuture<Receipt<byte[]>> waiter = waits(there);
        Map<String, Long> waiting = commands();

        owner.handle(new byte[10]);

        assertThat(waiter.get(Expect.LONG.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(Cached.class);
        assertThat(waiting).isEqualTo(claims(2, Map.of("evalsha", 1L, "getrange", 2L, "pttl", 1L, "append", 1L)));
        assertThat(commands())
                .isEqualTo(claims(
                        2,
                        Map.of(
                                "evalsha",
                                2L,
                                "getrange",
                                3L,
                                "pttl",
                                1L,
                                "append",
                                1L,
                                "set",
                                1L,
                                "strlen",
                                1L,
                                "publish",
                                1L)));
    }

    @Test
    @DisplayName("W1 a long response is fetched once by each process that waits for it")
    void aLongResponseIsFetchedOnce() throws Exception {
        FirstSeen<byte[]> owner = firstSeen(here);
        List<CompletableFuture<Receipt<byte[]>>> waiters = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waiters.add(waits(there));
        }
        settle();
        long gets = commands().getOrDefault("get", 0L);

        owner.handle(new byte[100_000]);

        for (CompletableFuture<Receipt<byte[]>> waiter : waiters) {
            assertThat(((Cached<byte[]>) waiter.get(Expect.LONG.toSeconds(), TimeUnit.SECONDS)).response())
                    .hasSize(100_000);
        }
        assertThat(commands().get("get")).as("%s", commands()).isEqualTo(gets + 1);
        assertThat(commands().get("publish")).isEqualTo(1);
        assertThat(commands().get("rename")).isEqualTo(1);
    }

    @Test
    @DisplayName("W1 a thousand waiters of one process cost what one costs")
    void aThousandWaitersCostWhatOneCosts() throws Exception {
        FirstSeen<byte[]> owner = firstSeen(here);
        List<CompletableFuture<Receipt<byte[]>>> waiters = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            waiters.add(there.receiveAsync(id, LONG));
        }
        waiters.add(waits(there));

        owner.handle(new byte[10]);

        for (CompletableFuture<Receipt<byte[]>> waiter : waiters) {
            assertThat(waiter.get(Expect.LONG.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(Cached.class);
        }
        // The claim and the handle of the owner, and at most three of those who wait: claim, join, and one look more
        // for callers
        // that came while a look was on its way.
        assertThat(commands().get("evalsha")).isBetween(2L, 3L);
        assertThat(commands().get("publish")).isEqualTo(1);
    }

    @Test
    @DisplayName("H2 who does not wait costs one look at the lease")
    void whoDoesNotWaitLooksAtTheLease() {
        firstSeen(here);

        there.receiveAndWait(id, Duration.ZERO);

        assertThat(commands()).isEqualTo(claims(2, Map.of("evalsha", 1L, "getrange", 2L, "pttl", 1L)));
    }

    /** Waits until all looks have been answered: none of them is counted later. */
    private void settle() {
        Expect.eventually(
                "the stores answer",
                () -> stores.stream().mapToInt(FaultyStore::unanswered).sum() == 0);
    }

    /** A caller that has joined: its inbox is in the record. */
    private CompletableFuture<Receipt<byte[]>> waits(ApiCache<byte[]> cache) {
        CompletableFuture<Receipt<byte[]>> waiter = cache.receiveAsync(id, LONG);
        Expect.eventually("joined", () -> commands().getOrDefault("append", 0L) > 0);
        settle();
        return waiter;
    }
}
