package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Codec;
import io.apicache.redis.server.RedisServer;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Store;
import io.apicache.spi.Time;
import io.apicache.tck.ApiCacheContract;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Caches over Redis keep the contract, whatever happens to messages. */
class RedisApiCacheTest {

    @AfterAll
    static void everyKeyEndsByItself() {
        assertThat(RedisShared.keysWithoutTtl()).isEmpty();
        assertThat(SharedCluster.keysWithoutTtl()).isEmpty();
    }

    /** A process is a cache on a store with connections of its own. Time passes by hand, for the caches and for the records. */
    @Execution(ExecutionMode.CONCURRENT)
    abstract static class Contract extends ApiCacheContract {

        private static final Duration STEP = Duration.ofSeconds(1);

        private final String prefix = "t-" + UUID.randomUUID().toString().substring(0, 8);
        private final ManualTime time = new ManualTime();
        private final List<Store<String>> stores = new ArrayList<>();
        private final RedisTime serverTime = new RedisTime(masters(), prefix);

        String uri() {
            return RedisShared.uri();
        }

        List<? extends RedisServer> masters() {
            return List.of(RedisShared.server());
        }

        @Override
        protected Store<String> open() {
            Store<String> store = RedisStore.builder(uri())
                    .prefix(prefix)
                    .time(serverTime)
                    .commandTimeout(Duration.ofSeconds(4))
                    .connect()
                    .as(Codec.utf8());
            stores.add(store);
            return store;
        }

        @Override
        protected Time time() {
            return time;
        }

        @Override
        protected ScheduledExecutorService scheduler() {
            return time.scheduler();
        }

        /** Long against what a slow machine takes for a thousand callers. */
        @Override
        protected Duration lease() {
            return Duration.ofSeconds(40);
        }

        /** In steps: what the caches ask when a timer runs is answered before more time passes. */
        @Override
        protected void pass(Duration by) {
            for (Duration left = by; !left.isZero(); left = left.minus(step(left))) {
                serverTime.pass(step(left));
                time.advance(step(left));
                settle();
            }
        }

        private static Duration step(Duration left) {
            return left.compareTo(STEP) < 0 ? left : STEP;
        }

        @AfterEach
        void closeStores() {
            stores.forEach(Store::close);
            serverTime.close();
        }
    }

    @Nested
    class Usual extends Contract {}

    @Nested
    @Tag("exhaustive")
    class InACluster extends Contract {
        @Override
        String uri() {
            return SharedCluster.uri();
        }

        @Override
        List<? extends RedisServer> masters() {
            return SharedCluster.masters();
        }
    }

    @Nested
    class MessagesDropped extends Contract {
        @Override
        protected Store<String> open() {
            return FaultyStore.around(super.open()).hints(FaultyStore.HintFault.DROPPED);
        }
    }

    @Nested
    class MessagesRepeated extends Contract {
        @Override
        protected Store<String> open() {
            return FaultyStore.around(super.open()).hints(FaultyStore.HintFault.REPEATED);
        }
    }
}
