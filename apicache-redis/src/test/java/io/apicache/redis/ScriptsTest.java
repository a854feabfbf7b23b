package io.apicache.redis;

import static io.apicache.redis.server.TcpProxy.command;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.server.Fault;
import io.apicache.redis.server.RedisServer;
import io.apicache.redis.server.RedisShared;
import io.apicache.redis.server.TcpProxy;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Claimed.Pending;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each script leaves in Redis, and what it refuses. */
class ScriptsTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final RedisServer server = RedisShared.server();
    private final TcpProxy network = TcpProxy.to(server);
    private final RedisStore here = store(network.uri());
    private final RedisStore there = store(RedisShared.uri());
    private final Key key = new Key("scripts", "id-" + UUID.randomUUID());
    private final String name = "ac:{scripts:" + key.id() + "}";

    private static RedisStore store(String uri) {
        return RedisStore.builder(uri).commandTimeout(Duration.ofSeconds(4)).connect();
    }

    @AfterEach
    void close() {
        here.close();
        there.close();
        network.close();
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static Attempt attempt() {
        return new Attempt(AttemptId.next(), null, MINUTE);
    }

    private Token claimed(RedisStore store) {
        return ((Granted<byte[]>) await(store.claim(key, attempt()))).token();
    }

    private long life() {
        return (Long) server.command("PTTL", name);
    }

    private void expire() {
        server.command("PEXPIRE", name, "4900"); // less than the grace: whatever it was, it is over
    }

    // ---- handle

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 4_096, 4_097, 5_000, 20_000, 1_000_000})
    @DisplayName("H1 M1 a response of any length lives for its keepFor, no longer and no shorter")
    void aResponseLivesForItsKeepFor(int length) {
        for (Duration keepFor : new Duration[] {Duration.ofSeconds(20), Duration.ofHours(2)}) {
            await(here.invalidate(key));
            assertThat(await(here.handle(key, claimed(here), new byte[length], keepFor)))
                    .isInstanceOf(Stored.Accepted.class);
            assertThat(life()).isBetween(keepFor.toMillis() - 19_000, keepFor.toMillis());
        }
        await(here.invalidate(key));
        await(here.handle(key, claimed(here), new byte[length], Duration.ZERO));
        assertThat(life()).isBetween(1L, 5_000L);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 10_000})
    @DisplayName("C4 a late owner is refused whatever the record says, and is never told that its response was stored")
    void aLateOwner(int length) {
        Token late = claimed(here);
        expire();
        Token next = claimed(there);
        assertThat(await(here.handle(key, late, new byte[length], MINUTE))).isInstanceOf(Stored.Stale.class);
        await(there.handle(key, next, new byte[] {7}, MINUTE));

        assertThat(await(here.handle(key, late, new byte[length], MINUTE))).isInstanceOf(Stored.Stale.class);

        assertThat(((Handled<byte[]>) await(here.claim(key, attempt()))).value())
                .containsExactly(7);
        await(there.invalidate(key));
        assertThat(await(here.handle(key, late, new byte[length], MINUTE))).isInstanceOf(Stored.Stale.class);
        assertThat(await(there.handle(key, next, new byte[length], MINUTE))).isInstanceOf(Stored.Lost.class);
        assertThat(await(there.renew(key, next, MINUTE))).isFalse();
        assertThat(await(there.release(key, next.owner()))).isFalse();
        assertThat((Long) server.command("EXISTS", name)).isOne();
        server.command("DEL", name);
        assertThat(await(there.handle(key, next, new byte[length], MINUTE))).isInstanceOf(Stored.Lost.class);
        assertThat(server.keysWithoutTtl()).isEmpty();
        assertThat((List<?>) server.command("KEYS", name + ":*"))
                .as("what was put beside the record")
                .isEmpty();
    }

    @Test
    @DisplayName(
            "C4 a response that was stored before is read; if it is another owner's by then, it is not called stored")
    void storedBefore() {
        Token owner = claimed(here);
        await(here.handle(key, owner, new byte[] {1}, MINUTE));
        network.once(command("GET"), Fault.run(() -> {
            server.command("DEL", name);
            await(there.handle(key, claimed(there), new byte[] {2}, MINUTE));
        }));

        assertThat(await(here.handle(key, owner, new byte[] {1}, MINUTE))).isInstanceOf(Stored.Lost.class);
    }

    @Test
    @DisplayName(
            "C4 of two claims of one attempt the earlier one's token cannot handle, renew or read what the later one stored")
    void oneAttemptTwice() {
        Attempt attempt = attempt();
        Token first = ((Granted<byte[]>) await(here.claim(key, attempt))).token();
        await(here.release(key, attempt.id()));
        Token second = ((Granted<byte[]>) await(here.claim(key, attempt))).token();
        assertThat(second.number()).isGreaterThan(first.number());

        assertThat(await(here.renew(key, first, MINUTE))).isFalse();
        assertThat(await(here.handle(key, first, new byte[1], MINUTE))).isInstanceOf(Stored.Stale.class);
        await(here.handle(key, second, new byte[] {2}, MINUTE));
        assertThat(await(here.handle(key, first, new byte[1], MINUTE))).isInstanceOf(Stored.Stale.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 10_000})
    @DisplayName("F1 the fingerprint of the claim stays with the response, in Redis and in what the owner gets")
    void theFingerprintStays(int length) {
        Digest fingerprint = new Digest(1, 2, 3, 4);
        Token token =
                ((Granted<byte[]>) await(here.claim(key, new Attempt(AttemptId.next(), fingerprint, MINUTE)))).token();
        Stored<byte[]> stored = await(here.handle(key, token, new byte[length], MINUTE));

        assertThat(((Stored.Accepted<byte[]>) stored).record().fingerprint()).isEqualTo(fingerprint);
        assertThat(((Handled<byte[]>) await(there.claim(key, attempt()))).fingerprint())
                .isEqualTo(fingerprint);
    }

    // ---- join, renew, release, invalidate

    @Test
    @DisplayName("L1 a renewal sets the lease to its length, and a late or foreign one changes nothing")
    void renewals() {
        Token owner = claimed(here);
        assertThat(await(here.renew(key, owner, Duration.ofHours(1)))).isTrue();
        assertThat(life()).isBetween(3_000_000L, 3_605_001L);

        Token foreign = new Token(owner.number(), AttemptId.next());
        assertThat(await(here.renew(key, foreign, MINUTE))).isFalse();
        assertThat(life()).isGreaterThan(3_000_000);
        await(here.handle(key, owner, new byte[1], Duration.ofHours(2)));
        assertThat(await(here.renew(key, owner, MINUTE))).isFalse();
        assertThat(life()).isGreaterThan(6_000_000);
    }

    @Test
    @DisplayName("W3 C5 who takes over a lapsed claim keeps those who wait, and gets a greater token")
    void takingOver() {
        Token owner = claimed(here);
        await(there.join(key, attempt()));
        await(there.join(key, attempt()));
        assertThat((Long) server.command("STRLEN", name))
                .as("one process is registered once")
                .isEqualTo(100);
        expire();

        Claimed<byte[]> next = await(here.join(key, attempt()));

        assertThat(next).isInstanceOfSatisfying(Granted.class, granted -> {
            assertThat(granted.takenOver()).isTrue();
            assertThat(granted.token().number()).isGreaterThan(owner.number());
        });
        assertThat((Long) server.command("STRLEN", name)).isEqualTo(100);
        assertThat(life()).isGreaterThan(50_000);
    }

    @Test
    @DisplayName("C1 L1 a lease that has not ended is not taken over, however little is left of it")
    void theLastOfALease() {
        boolean asked = false;
        while (!asked) { // until the machine is quick enough to ask within the lease
            server.command("DEL", name);
            claimed(here);
            long before = System.nanoTime();
            server.command("PEXPIRE", name, String.valueOf(Moves.GRACE_MILLIS + 900));
            Claimed<byte[]> claimed = await(there.claim(key, attempt()));
            Claimed<byte[]> joined = await(there.join(key, attempt()));
            asked = System.nanoTime() - before < Duration.ofMillis(890).toNanos();
            if (asked) {
                assertThat(claimed).isInstanceOf(Pending.class);
                assertThat(joined).isInstanceOf(Pending.class);
            }
        }
    }

    @Test
    @DisplayName("C5 a token is greater than that of a record from the future of this process")
    void aRecordFromTheFuture() {
        Token owner = claimed(here);
        long ahead = owner.number() + 3_600_000_000L;
        byte[] number = ByteBuffer.allocate(8).putLong(ahead).array();
        server.command("SETRANGE", name, "4", new String(number, ISO_8859_1));
        expire();

        assertThat(claimed(there).number()).isEqualTo(ahead + 1);
    }

    @Test
    @DisplayName("C3 a claim that does not wait is not registered, and reports what is left of the lease")
    void aClaimThatDoesNotWait() {
        Token owner = claimed(here);
        Claimed<byte[]> met = await(there.claim(key, attempt()));

        assertThat(met).isInstanceOfSatisfying(Pending.class, pending -> {
            assertThat(pending.number()).isEqualTo(owner.number());
            assertThat(pending.leaseLeft()).isBetween(Duration.ofSeconds(40), Duration.ofMillis(60_001));
        });
        assertThat((Long) server.command("STRLEN", name)).isEqualTo(StoredRecord.HEADER);
    }

    @Test
    @DisplayName("C5 M1 what release and invalidate leave lives for five seconds, is free, and its owner is fenced off")
    void tombstones() {
        Token first = claimed(here);
        assertThat(await(here.release(key, AttemptId.next()))).isFalse();
        assertThat(await(here.release(key, first.owner()))).isTrue();
        assertThat(life()).isBetween(1L, 5_000L);
        assertThat(await(here.renew(key, first, MINUTE))).isFalse();

        Token second = claimed(there);
        assertThat(second.number()).isGreaterThan(first.number());
        assertThat(await(here.invalidate(key))).isTrue();
        assertThat(life()).isBetween(1L, 5_000L);
        assertThat(await(there.handle(key, second, new byte[1], MINUTE))).isInstanceOf(Stored.Lost.class);
        assertThat(await(here.invalidate(key))).isFalse();
        assertThat(claimed(here).number()).isGreaterThan(second.number());
    }
}
