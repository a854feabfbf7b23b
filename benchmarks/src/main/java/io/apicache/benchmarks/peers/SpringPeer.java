package io.apicache.benchmarks.peers;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.core.ValueOperations;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.integration.redis.util.RedisLockRegistry;
import org.springframework.integration.redis.util.RedisLockRegistry.RedisLockType;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/**
 * Spring Integration: a registry of locks that are renewed while they are held and whose release is published, beside a value with the
 * response. A process asks for a lock with one thread at a time; that the owner died, nobody publishes.
 */
final class SpringPeer implements Peer {

    private final LettuceConnectionFactory connections;
    private final ThreadPoolTaskScheduler renewals = new ThreadPoolTaskScheduler();
    private final RedisLockRegistry locks;
    private final ValueOperations<String, byte[]> responses;

    SpringPeer(String uri) {
        RedisURI address = RedisURI.create(uri);
        connections = new LettuceConnectionFactory(address.getHost(), address.getPort());
        connections.setEagerInitialization(true); // as the others do
        connections.afterPropertiesSet();
        connections.start();
        renewals.initialize();
        locks = new RedisLockRegistry(connections, "lock", LEASE);
        locks.setRedisLockType(RedisLockType.PUB_SUB_LOCK);
        locks.setRenewalTaskScheduler(renewals);
        responses = template(connections).opsForValue();
    }

    private static RedisTemplate<String, byte[]> template(LettuceConnectionFactory connections) {
        RedisTemplate<String, byte[]> template = new RedisTemplate<>();
        template.setConnectionFactory(connections);
        template.setKeySerializer(RedisSerializer.string());
        template.setValueSerializer(RedisSerializer.byteArray());
        template.afterPropertiesSet();
        return template;
    }

    @Override
    public byte @Nullable [] answer(String id, Duration maxWait, Callable<byte[]> work) throws Exception {
        String key = "response:" + id;
        byte[] response = responses.get(key);
        if (response != null) {
            return response;
        }
        Lock lock = locks.obtain(id);
        if (!lock.tryLock(maxWait.toMillis(), TimeUnit.MILLISECONDS)) {
            return responses.get(key);
        }
        try {
            response = responses.get(key);
            if (response == null) {
                response = work.call();
                responses.set(key, response, KEEP);
            }
            return response;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        locks.destroy();
        renewals.shutdown();
        connections.destroy();
    }
}
