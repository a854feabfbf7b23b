package io.apicache.redis;

import static io.apicache.redis.Expect.eventually;
import static io.apicache.redis.Expect.firstSeen;
import static io.apicache.redis.Expect.replayed;
import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.redis.server.RedisProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Real JVMs behind one Redis: some are killed, some stand still, and a herd of them wants the same. */
class ProcessesTest {

    /** Of owners that live, however slow the machine is. */
    private static final Duration LEASE = Duration.ofMinutes(5);

    /** Of an owner that stands still: other owners need not wait for long. */
    private static final Duration SHORT_LEASE = Duration.ofSeconds(2);

    private static RedisProcess redis;
    private final Caches caches = new Caches();
    private final List<ChildJvm> others = new ArrayList<>();

    @BeforeAll
    static void startServer() {
        redis = RedisProcess.start();
    }

    @AfterAll
    static void stopServer() {
        assertThat(redis.keysWithoutTtl()).isEmpty();
        redis.close();
    }

    @AfterEach
    void close() {
        caches.close();
        others.forEach(ChildJvm::close);
    }

    private ChildJvm another(Duration lease) {
        ChildJvm other = ChildJvm.start(Participant.class, redis.uri(), String.valueOf(lease.toMillis()));
        others.add(other);
        return other;
    }

    private static long inboxesIn(String id) {
        long length = (Long) redis.command("STRLEN", "ac:{faults:" + id + "}");
        return Math.max(0, length - StoredRecord.HEADER) / Inbox.ID_BYTES;
    }

    @Test
    @DisplayName(
            "W3 L1 an owner's JVM is killed: exactly one waiter elsewhere takes over, when the lease is over and not before")
    void theOwnerIsKilled() throws Exception {
        ChildJvm owner = another(LEASE);
        owner.answer("ready");
        owner.order("herd killed 1");
        long token = Long.parseLong(owner.answer("first"));
        RedisTime time = new RedisTime(List.of(redis), "ac");
        ApiCache<String> here = caches.lease(LEASE).serverTime(time).at(redis.uri());
        CompletableFuture<Receipt<String>> one = here.receiveAsync("killed", Expect.LONG);
        CompletableFuture<Receipt<String>> two = here.receiveAsync("killed", Expect.LONG);
        eventually("joined", () -> inboxesIn("killed") == 1);

        owner.kill();
        assertThat(one.isDone() || two.isDone()).isFalse();
        time.pass(LEASE);

        FirstSeen<String> next = (FirstSeen<String>)
                one.applyToEither(two, first -> first).get(Expect.LONG.toSeconds(), TimeUnit.SECONDS);
        assertThat(next.token()).isGreaterThan(token);
        assertThat(one.isDone() && two.isDone()).isFalse();
        next.handle("response");
        CompletableFuture.allOf(one, two).get(Expect.LONG.toSeconds(), TimeUnit.SECONDS);
        assertThat(replayed(here, "killed")).isEqualTo("response");
        time.close();
    }

    @Test
    @DisplayName(
            "C4 L2 an owner's JVM stands still past its lease: another takes over, and the first is told and refused")
    void theOwnerStandsStill() throws Exception {
        ChildJvm owner = another(SHORT_LEASE);
        owner.answer("ready");
        owner.order("herd stopped 1");
        long token = Long.parseLong(owner.answer("first"));

        owner.signal("STOP");
        ApiCache<String> here = caches.lease(LEASE).at(redis.uri());
        FirstSeen<String> next = firstSeen(here, "stopped");
        owner.signal("CONT");

        owner.answer("lost");
        owner.order("handle stale");
        assertThat(owner.answer("refused")).isEqualTo("true");
        assertThat(next.token()).isGreaterThan(token);
        next.handle("of the next");
        assertThat(replayed(here, "stopped")).isEqualTo("of the next");
    }

    @Test
    @DisplayName("C1 W1 a thousand duplicates in four JVMs cause one execution, and at most three commands of each")
    void aThousandDuplicatesInFourProcesses() throws Exception {
        for (int i = 0; i < 4; i++) {
            another(LEASE);
        }
        for (ChildJvm each : others) {
            each.answer("ready");
        }
        redis.command("CONFIG", "RESETSTAT");

        long start = System.nanoTime();
        redis.pause(); // until all have called: a caller that comes later than an answer has a right to another look
        others.forEach(each -> each.order("herd many 250"));
        for (ChildJvm each : others) {
            each.answer("asked");
        }
        redis.resume();
        eventually("three JVMs wait", () -> inboxesIn("many") == 3);
        others.forEach(each -> each.order("handle response"));

        int firsts = 0;
        int cached = 0;
        for (ChildJvm each : others) {
            String[] counts = each.answer("herd").split(" ", -1);
            firsts += Integer.parseInt(counts[0]);
            cached += Integer.parseInt(counts[1]);
        }
        assertThat(firsts).isEqualTo(1);
        assertThat(cached).isEqualTo(999);
        Map<String, Long> counts = redis.commandCounts();
        // Each claims by SET (before 7.0 with GET in one flush), three join, one handles, which is a SET inside the
        // script.
        // On a slow machine they wait for longer than a second, and look again: after a second, after two more, ...
        long looks = 3 * TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        assertThat(counts.get("set") - 1 + counts.get("evalsha"))
                .as("%s", counts)
                .isLessThanOrEqualTo(4 * 3 + looks);
        assertThat(counts.get("publish")).isEqualTo(3);
    }
}
