package io.apicache.benchmarks.peers;

import java.time.Duration;

/** Those who are compared. */
enum Peers {
    APICACHE("apicache"),
    REDISSON("Redisson RLock + RBucket"),
    SPRING("Spring RedisLockRegistry + RedisTemplate"),
    JETCACHE("JetCache, one loader looks every 10 ms"),
    POLLING_10("SET NX, looks every 10 ms"),
    POLLING_50("SET NX, looks every 50 ms");

    private final String title;

    Peers(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** {@return whether a claim or a lock lives on for as long as its owner does} */
    boolean renews() {
        return switch (this) {
            case APICACHE, REDISSON, SPRING -> true;
            case JETCACHE, POLLING_10, POLLING_50 -> false;
        };
    }

    /** Connects one process. */
    Peer open(String uri) {
        return switch (this) {
            case APICACHE -> new ApicachePeer(uri);
            case REDISSON -> new RedissonPeer(uri);
            case SPRING -> new SpringPeer(uri);
            case JETCACHE -> new JetCachePeer(uri);
            case POLLING_10 -> new PollingPeer(uri, Duration.ofMillis(10));
            case POLLING_50 -> new PollingPeer(uri, Duration.ofMillis(50));
        };
    }
}
