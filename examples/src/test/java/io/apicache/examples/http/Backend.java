package io.apicache.examples.http;

import io.apicache.codec.KryoCodec;
import io.apicache.memory.MemoryStore;
import io.apicache.redis.RedisStore;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Store;
import java.time.Duration;

/** Where the servers of a test keep their responses. */
interface Backend {

    /** {@return the store that all servers of a test share, which is never closed} */
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
            return Shared.REDIS.as(KryoCodec.of(StoredResponse.class, Header.class));
        }
    }

    /** One client for all tests of the JVM, each in a namespace of its own; nobody closes it. */
    final class Shared {

        private static final RedisStore REDIS = RedisStore.builder(RedisShared.uri())
                .commandTimeout(Duration.ofSeconds(4))
                .connect();

        private Shared() {}
    }
}
