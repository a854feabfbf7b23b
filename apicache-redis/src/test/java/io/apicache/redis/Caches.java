package io.apicache.redis;

import io.apicache.ApiCache;
import io.apicache.Codec;
import io.apicache.StoreUnavailableException;
import io.apicache.spi.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Caches over Redis as an application has them, in real time. Each plays one process. Nothing ends by itself, however slow the machine is: a test
 * in which a lease, a command or a call shall end sets it shorter.
 */
final class Caches implements AutoCloseable {

    private static final int TRIES = 4;

    private final List<AutoCloseable> open = new ArrayList<>();
    private Duration lease = Duration.ofMinutes(1);
    private Duration commandTimeout = Duration.ofSeconds(4);
    private Duration storeTimeout = Duration.ofMinutes(1);
    private Time time = Time.system();

    Caches lease(Duration lease) {
        this.lease = lease;
        return this;
    }

    Caches commandTimeout(Duration commandTimeout) {
        this.commandTimeout = commandTimeout;
        return this;
    }

    Caches storeTimeout(Duration storeTimeout) {
        this.storeTimeout = storeTimeout;
        return this;
    }

    /** What the stores reckon the time at the server by. */
    Caches serverTime(Time time) {
        this.time = time;
        return this;
    }

    ApiCache<String> at(String uri) {
        return over(store(uri));
    }

    ApiCache<String> over(RedisStore store) {
        ApiCache<String> cache = ApiCache.over(store.as(Codec.utf8()))
                .namespace("faults")
                .lease(lease)
                .storeTimeout(storeTimeout)
                .build();
        open.add(cache);
        return cache;
    }

    /** Opens a store. A machine that stands still for as long as a command may take is given another chance. */
    RedisStore store(String uri) {
        RedisStore.Builder builder =
                RedisStore.builder(uri).commandTimeout(commandTimeout).time(time);
        for (int tries = 1; ; tries++) {
            try {
                RedisStore store = builder.connect();
                open.add(store);
                return store;
            } catch (StoreUnavailableException e) {
                if (tries == TRIES) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() {
        for (int i = open.size() - 1; i >= 0; i--) {
            try {
                open.get(i).close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        open.clear();
    }
}
