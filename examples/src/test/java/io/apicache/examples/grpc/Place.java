package io.apicache.examples.grpc;

import io.apicache.codec.KryoCodec;
import io.apicache.examples.Stores;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Store;
import java.util.List;

/** Where two servers keep their answers: in one memory, or in one Redis to which each has a connection of its own. */
enum Place {
    MEMORY {
        @Override
        List<Store<Answer>> twoStores() {
            Store<Answer> shared = Stores.open(null, KryoCodec.of(Answer.class));
            return List.of(shared, shared);
        }
    },
    REDIS {
        @Override
        List<Store<Answer>> twoStores() {
            return List.of(
                    Stores.open(RedisShared.uri(), KryoCodec.of(Answer.class)),
                    Stores.open(RedisShared.uri(), KryoCodec.of(Answer.class)));
        }
    };

    abstract List<Store<Answer>> twoStores();
}
