package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Codec;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Store;
import io.apicache.spi.Time;
import io.apicache.tck.ApiCacheContract;
import io.apicache.tck.FaultyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Caches over Redis keep the contract, whatever happens to messages. */
class RedisApiCacheTest {

    @AfterAll
    static void everyKeyEndsByItself() {
        assertThat(RedisShared.keysWithoutTtl()).isEmpty();
    }

    /** A process is a cache on a store with connections of its own. */
    @Execution(ExecutionMode.CONCURRENT)
    abstract static class Contract extends ApiCacheContract {

        private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(2);
        private final List<Store<String>> stores = new ArrayList<>();

        @Override
        protected Store<String> open() {
            Store<String> store = RedisStore.connect(RedisShared.uri()).as(Codec.utf8());
            stores.add(store);
            return store;
        }

        @Override
        protected Time time() {
            return Time.system();
        }

        @Override
        protected ScheduledExecutorService scheduler() {
            return scheduler;
        }

        /** Long enough for a thousand callers to arrive within it on a slow machine. */
        @Override
        protected Duration lease() {
            return Duration.ofSeconds(2);
        }

        @Override
        protected void pass(Duration by) {
            try {
                Thread.sleep(by.toMillis());
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts a test", e);
            }
        }

        @AfterEach
        void closeStores() {
            stores.forEach(Store::close);
            scheduler.shutdownNow();
        }
    }

    @Nested
    class Usual extends Contract {}

    @Nested
    class MessagesDropped extends Contract {
        @Override
        protected Store<String> open() {
            return FaultyStore.around(super.open()).hints(FaultyStore.HintFault.DROPPED);
        }
    }
}
