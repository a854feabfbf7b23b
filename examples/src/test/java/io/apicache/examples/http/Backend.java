package io.apicache.examples.http;

import io.apicache.codec.KryoCodec;
import io.apicache.memory.MemoryStore;
import io.apicache.redis.RedisStore;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Store;

/** Where the servers of a test keep their responses. */
interface Backend {

    /** Opens the store that all servers of a test share. */
    Store<StoredResponse> open();

    interface Memory extends Backend {
        @Override
        default Store<StoredResponse> open() {
            return new MemoryStore<>();
        }
    }

    interface Redis extends Backend {
        @Override
        default Store<StoredResponse> open() {
            return RedisStore.connect(RedisShared.uri()).as(KryoCodec.of(StoredResponse.class, Header.class));
        }
    }
}
