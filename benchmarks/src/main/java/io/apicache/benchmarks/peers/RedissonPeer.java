package io.apicache.benchmarks.peers;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RBucket;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.config.Config;

/** Redisson: a lock that is renewed while it is held and tells those who wait, beside a bucket with the response. */
final class RedissonPeer implements Peer {

    private final RedissonClient redisson;

    RedissonPeer(String uri) {
        Config config = new Config();
        config.setLockWatchdogTimeout(LEASE.toMillis());
        config.useSingleServer().setAddress(uri);
        redisson = Redisson.create(config);
    }

    @Override
    public byte @Nullable [] answer(String id, Duration maxWait, Callable<byte[]> work) throws Exception {
        RBucket<byte[]> bucket = redisson.getBucket("response:" + id, ByteArrayCodec.INSTANCE);
        byte[] response = bucket.get();
        if (response != null) {
            return response;
        }
        RLock lock = redisson.getLock("lock:" + id);
        if (!lock.tryLock(maxWait.toMillis(), TimeUnit.MILLISECONDS)) {
            return bucket.get();
        }
        try {
            response = bucket.get();
            if (response == null) {
                response = work.call();
                bucket.set(response, KEEP);
            }
            return response;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        redisson.shutdown(0, 2, TimeUnit.SECONDS);
    }
}
