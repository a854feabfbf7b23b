package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Codec;
import io.apicache.redis.server.RedisServer;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Store;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.StoreContract;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The Redis store keeps the contract of stores, in real time, on a real server. */
class RedisStoreTest {

    @AfterAll
    static void everyKeyEndsByItself() {
        assertThat(RedisShared.keysWithoutTtl()).isEmpty();
        assertThat(SharedCluster.keysWithoutTtl()).isEmpty();
    }

    /** A process is a store with connections of its own. Time passes for the records by hand. */
    @Execution(ExecutionMode.CONCURRENT)
    abstract static class Contract extends StoreContract {

        private final String prefix = "t-" + UUID.randomUUID().toString().substring(0, 8);
        private final RedisTime time = new RedisTime(masters(), prefix);

        RedisStore.Builder builder() {
            return RedisStore.builder(RedisShared.uri());
        }

        List<? extends RedisServer> masters() {
            return List.of(RedisShared.server());
        }

        @Override
        protected Store<String> open() {
            return builder()
                    .prefix(prefix)
                    .time(time)
                    .commandTimeout(Duration.ofSeconds(4))
                    .connect()
                    .as(Codec.utf8());
        }

        /** Long against what a slow machine takes for a move. */
        @Override
        protected Duration lease() {
            return Duration.ofSeconds(8);
        }

        @Override
        protected void pass(Duration by) {
            time.pass(by);
        }

        @AfterEach
        void closeTime() {
            time.close();
        }
    }

    @Nested
    class Usual extends Contract {}

    /** Three masters with a replica each. One address leads to all of them. */
    @Nested
    class InACluster extends Contract {
        @Override
        RedisStore.Builder builder() {
            return RedisStore.builder(SharedCluster.uri());
        }

        @Override
        List<? extends RedisServer> masters() {
            return SharedCluster.masters();
        }
    }

    /** Nothing but notices, and responses kept so briefly that their records outlive them. */
    @Nested
    class OnlyNotices extends Contract {
        @Override
        RedisStore.Builder builder() {
            return super.builder().inlineLimit(0);
        }

        @Override
        protected Duration lease() {
            return Duration.ofSeconds(4);
        }
    }

    /** Every move is safe to repeat; those that answer the same the second time are asked for that answer. */
    @Nested
    class EveryMoveRepeated extends Contract {
        @Override
        protected Store<String> open() {
            FaultyStore<String> faulty = FaultyStore.around(super.open());
            for (Verb verb : List.of(Verb.HANDLE, Verb.RENEW, Verb.PEEK)) {
                faulty.every(1, verb, Fault.SENT_TWICE);
            }
            for (Verb verb : List.of(Verb.CLAIM, Verb.JOIN, Verb.RELEASE, Verb.INVALIDATE)) {
                faulty.every(1, verb, Fault.COPIED);
            }
            return faulty;
        }
    }
}
