package io.apicache.examples;

import io.apicache.ApiCacheException;
import io.apicache.Codec;
import io.apicache.memory.MemoryStore;
import io.apicache.redis.RedisStore;
import io.apicache.spi.Store;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Opens what the examples keep their answers in. */
public final class Stores {

    private static final Duration PATIENT = Duration.ofSeconds(4); // a slow machine is not to count as a failed store

    private Stores() {}

    /**
     * Opens a store in memory, or in the Redis at this address, which any number of processes may share.
     *
     * @param redis an address such as {@code redis://localhost:6379}, or null for memory
     * @param codec what makes bytes of responses; not used in memory
     * @throws IllegalArgumentException if Redis cannot be used; the message says why
     */
    public static <R> Store<R> open(@Nullable String redis, Codec<R> codec) {
        if (redis == null) {
            return new MemoryStore<>();
        }
        try {
            return RedisStore.builder(redis).commandTimeout(PATIENT).connect().as(codec);
        } catch (ApiCacheException | IllegalStateException | IllegalArgumentException e) {
            throw new IllegalArgumentException("--redis cannot be used: " + e.getMessage(), e);
        }
    }
}
