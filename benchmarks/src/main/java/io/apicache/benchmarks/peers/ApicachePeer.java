package io.apicache.benchmarks.peers;

import io.apicache.ApiCache;
import io.apicache.Codec;
import io.apicache.StillInFlightException;
import io.apicache.redis.RedisStore;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** This library, with its usual settings. */
final class ApicachePeer implements Peer {

    private final RedisStore store;
    private final ApiCache<byte[]> cache;

    ApicachePeer(String uri) {
        store = RedisStore.connect(uri);
        cache = ApiCache.over(store.as(Codec.bytes()))
                .keepFor(KEEP)
                .lease(LEASE)
                .build();
    }

    @Override
    public byte @Nullable [] answer(String id, Duration maxWait, Callable<byte[]> work) throws Exception {
        try {
            return cache.execute(id, maxWait, work);
        } catch (StillInFlightException e) {
            return null;
        }
    }

    @Override
    public void close() {
        cache.close();
        store.close();
    }
}
