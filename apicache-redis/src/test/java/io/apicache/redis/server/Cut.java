package io.apicache.redis.server;

/** How a connection ends: with a reset, or in good order. */
public enum Cut {
    RST,
    FIN
}
