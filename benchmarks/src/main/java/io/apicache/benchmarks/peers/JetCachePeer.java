package io.apicache.benchmarks.peers;

import com.alicp.jetcache.Cache;
import com.alicp.jetcache.CacheLoader;
import com.alicp.jetcache.redis.lettuce.RedisLettuceCacheBuilder;
import com.alicp.jetcache.support.JavaValueDecoder;
import com.alicp.jetcache.support.JavaValueEncoder;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * JetCache over Lettuce. Its protection against penetration lets one loader of a process load, and the other callers wait for that
 * loader; it reaches no farther than one process, so that the loader takes the lock that JetCache has for more, as JetCache itself does
 * to refresh: with a key of its own. Nobody is told when the lock is free; a loader that did not get it looks again.
 *
 * <p>Callers in one process wait as long as the loader does, which is as long as the first of them is ready to: the protection knows one
 * limit for a cache, not one for each call.
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
                .cachePenetrateProtect(true)
                .buildCache();
    }

    @Override
    public byte @Nullable [] answer(String id, Duration maxWait, Callable<byte[]> work) throws Exception {
        long deadline = System.nanoTime() + maxWait.toNanos();
        Loader loader = new Loader(work, deadline);
        while (true) {
            byte[] response = cache.computeIfAbsent(id, loader);
            if (loader.failure != null) {
                throw loader.failure;
            }
            if (response != null || deadline - System.nanoTime() <= 0) {
                return response;
            }
        }
    }

    @Override
    public void close() {
        cache.close();
        client.shutdown();
    }

    /** Takes the lock, works and stores; or looks until somebody else has stored, or it is too late. */
    private final class Loader implements CacheLoader<String, byte[]> {
        private final Callable<byte[]> work;
        private final long deadline;
        private byte @Nullable [] response;
        private @Nullable Exception failure;

        Loader(Callable<byte[]> work, long deadline) {
            this.work = work;
            this.deadline = deadline;
        }

        @Override
        @SuppressWarnings("NullAway") // nothing is what JetCache's loaders return when they have found nothing
        public byte[] load(String id) throws InterruptedException {
            while (true) {
                cache.tryLockAndRun(id + "#lock", LEASE.toMillis(), TimeUnit.MILLISECONDS, () -> underLock(id));
                if (response != null || failure != null || deadline - System.nanoTime() <= 0) {
                    return response;
                }
                Thread.sleep(INTERVAL.toMillis());
                response = cache.get(id);
                if (response != null) {
                    return response;
                }
            }
        }

        private void underLock(String id) {
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

        /** It has been stored under the lock, or others in the cluster could not see it when that is free. */
        @Override
        public boolean vetoCacheUpdate() {
            return true;
        }
    }
}
