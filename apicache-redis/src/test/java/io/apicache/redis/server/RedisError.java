package io.apicache.redis.server;

/** An error reply of Redis, such as {@code WRONGTYPE ...}: the message is the reply. */
public final class RedisError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RedisError(String message) {
        super(message);
    }
}
