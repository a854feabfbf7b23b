package io.apicache.examples.observability;

import io.apicache.Codec;
import io.apicache.examples.Stores;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Store;

/** Where responses are kept: what is promised is promised in both. */
enum Place {
    MEMORY,
    REDIS;

    Store<String> open() {
        return Stores.open(this == MEMORY ? null : RedisShared.uri(), Codec.utf8());
    }
}
