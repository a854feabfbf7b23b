package io.apicache.redis;

import io.lettuce.core.RedisException;

/** A command was refused because there is no connection, and why there is none. */
final class NotConnectedException extends RedisException {

    private static final long serialVersionUID = 1;

    /**
     * Adds the reason.
     *
     * @param refusal what the client said of the command
     * @param reason why the last attempt to connect again failed
     */
    NotConnectedException(Throwable refusal, Throwable reason) {
        super(refusal.getMessage(), reason);
    }
}
