package io.apicache.benchmarks.peers;

import com.alicp.jetcache.Cache;
import com.alicp.jetcache.redis.lettuce.RedisLettuceCacheBuilder;
import com.alicp.jetcache.support.JavaValueDecoder;
import com.alicp.jetcache.support.JavaValueEncoder;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * JetCache over Lettuce. Its protection against penetration reaches no farther than one process, so that the lock it has for more is used
 * as it uses it itself to refresh: with a key of its own. Nobody is told when the lock is free; whoever did not get it looks again.
 */
final class JetCachePeer implements Peer {

    /** How often its own loader looks again is not for several processes; this is what people write. */
    private static final Duration INTERVAL = Duration.ofMillis(10);

    private final RedisClient client;
    private final Cache<String, byte[]> cache;

    JetCachePeer(String uri) {
        client = RedisClient.create(uri);
        cache = RedisLettuceCacheBuilder.createRedisLettuceCacheBuilder()
                .redisClient(client)
                .keyPrefix("jetcache:")
                .keyConvertor(key -> key)
                .valueEncoder(JavaValueEncoder.INSTANCE)
                .valueDecoder(JavaValueDecoder.INSTANCE)
                .expireAfterWrite(KEEP.toMillis(), TimeUnit.MILLISECONDS)
                .buildCache();
    }

    @Override
    public byte @Nullable [] answer(String id, Duration maxWait, Callable<byte[]> work) throws Exception {
        long deadline = System.nanoTime() + maxWait.toNanos();
        Attempt attempt = new Attempt(id, work);
        while (true) {
            byte[] response = cache.get(id);
            if (response != null) {
                return response;
            }
            cache.tryLockAndRun(id + "#lock", LEASE.toMillis(), TimeUnit.MILLISECONDS, attempt);
            if (attempt.failure != null) {
                throw attempt.failure;
            }
            if (attempt.response != null || deadline - System.nanoTime() <= 0) {
                return attempt.response;
            }
            Thread.sleep(INTERVAL.toMillis());
        }
    }

    @Override
    public void close() {
        cache.close();
        client.shutdown();
    }

    /** What is done under the lock. */
    private final class Attempt implements Runnable {
        private final String id;
        private final Callable<byte[]> work;
        private byte @Nullable [] response;
        private @Nullable Exception failure;

        Attempt(String id, Callable<byte[]> work) {
            this.id = id;
            this.work = work;
        }

        @Override
        public void run() {
            try {
                byte[] found = cache.get(id);
                if (found == null) {
                    found = work.call();
                    cache.put(id, found);
                }
                response = found;
            } catch (Exception e) {
                failure = e;
            }
        }
    }
}
