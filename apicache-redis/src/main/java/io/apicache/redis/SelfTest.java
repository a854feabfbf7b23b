package io.apicache.redis;

import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Token;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What is tried when a store connects, so that a server that does not fit is found then and not in the first request: its version, its
 * role, every permission that is needed, and whether it may throw records away.
 */
final class SelfTest {

    private static final Logger LOG = System.getLogger(RedisStore.class.getName());
    private static final long PATIENCE_MILLIS = 10_000;

    private SelfTest() {}

    /** Refuses a server on which the protocol cannot work. */
    static void requireFit(ServerInfo server) {
        if (server.isKnown() && server.isOlderThan(6, 2)) {
            throw new IllegalStateException("Redis " + server.major() + "." + server.minor()
                    + " is too old: 6.2 or later is needed, or any Valkey");
        }
        if (server.replica()) {
            throw new IllegalStateException(
                    "the Redis server is a read-only replica: connect to the master, or through Sentinel");
        }
    }

    /** Makes every move once on a record of its own. */
    static void tryEveryMove(RedisStore store, int longResponse)
            throws InterruptedException, ExecutionException, TimeoutException {
        AttemptId unique = AttemptId.next();
        Key key = new Key("selftest", Long.toHexString(unique.process()) + "." + Long.toHexString(unique.sequence()));
        Token token = granted(store.claim(key, asks(null)));
        await(store.claim(key, asks(null)));
        await(store.join(key, asks(null)));
        await(store.renew(key, token, Duration.ofSeconds(1)));
        await(store.handle(key, token, new byte[1], Duration.ZERO));
        await(store.join(key, asks(null)));
        await(store.peek(key));
        await(store.invalidate(key));
        token = granted(store.claim(key, asks(new Digest(1, 1, 1, 1))));
        await(store.join(key, asks(null)));
        await(store.handle(key, token, new byte[longResponse], Duration.ofMillis(1)));
        await(store.peek(key));
        await(store.invalidate(key));
        token = granted(store.claim(key, asks(null)));
        await(store.release(key, token.owner()));
        await(store.handle(
                key, token, new byte[longResponse], Duration.ofMillis(1))); // refused, and its response removed
    }

    private static Attempt asks(@Nullable Digest fingerprint) {
        return new Attempt(AttemptId.next(), fingerprint, Duration.ofSeconds(1));
    }

    private static Token granted(CompletionStage<Claimed<byte[]>> answer)
            throws InterruptedException, ExecutionException, TimeoutException {
        Claimed<byte[]> claimed = await(answer);
        if (claimed instanceof Claimed.Granted<byte[]> granted) {
            return granted.token();
        }
        throw new IllegalStateException("a record that nobody else knows was not granted: " + claimed);
    }

    private static <T> T await(CompletionStage<T> answer)
            throws InterruptedException, ExecutionException, TimeoutException {
        return answer.toCompletableFuture().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Warns if records may be evicted before they end. */
    static void warnOfEviction(String memory) {
        String policy = memory.lines()
                .filter(line -> line.startsWith("maxmemory_policy:"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("noeviction");
        if (!policy.equals("noeviction")) {
            LOG.log(
                    Level.WARNING,
                    "Redis has the eviction policy {0}: when its memory is full it drops records of requests that are being"
                            + " worked on, and they run twice. Set maxmemory-policy to noeviction.",
                    policy);
        }
    }
}
