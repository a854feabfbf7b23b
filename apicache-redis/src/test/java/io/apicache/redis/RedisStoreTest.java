package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Codec;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Store;
import io.apicache.tck.StoreContract;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The Redis store keeps the contract of stores, in real time, on a real server. */
class RedisStoreTest {

    @AfterAll
    static void everyKeyEndsByItself() {
        assertThat(RedisShared.keysWithoutTtl()).isEmpty();
    }

    /** A process is a store with connections of its own. */
    @Execution(ExecutionMode.CONCURRENT)
    abstract static class Contract extends StoreContract {

        RedisStore.Builder builder() {
            return RedisStore.builder(RedisShared.uri());
        }

        @Override
        protected Store<String> open() {
            return builder().connect().as(Codec.utf8());
        }

        @Override
        protected void pass(Duration by) throws InterruptedException {
            Thread.sleep(by.toMillis());
        }
    }

    @Nested
    class Usual extends Contract {}

    @Nested
    class OnlyNotices extends Contract {
        @Override
        RedisStore.Builder builder() {
            return super.builder().inlineLimit(0);
        }
    }
}
