package io.apicache.memory;

import io.apicache.spi.Store;
import io.apicache.spi.Time;
import io.apicache.tck.ApiCacheContract;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.ManualTime;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Nested;

/** Caches over the memory store keep the contract, however the store is set and whatever happens to hints. */
class MemoryApiCacheTest {

    /** Everything on one clock that is moved by hand. */
    abstract static class Contract extends ApiCacheContract {

        final ManualTime time = new ManualTime();
        private final Store<String> store = store();

        Store<String> store() {
            return MemoryStore.<String>builder().time(time).build();
        }

        @Override
        protected Store<String> open() {
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

        @Override
        protected void pass(Duration by) {
            time.advance(by);
        }
    }

    @Nested
    class Refusing extends Contract {}

    @Nested
    class Evicting extends Contract {
        @Override
        Store<String> store() {
            return MemoryStore.<String>builder().time(time).evictWhenFull().build();
        }
    }

    @Nested
    class HintsDropped extends Contract {
        @Override
        protected Store<String> open() {
            return FaultyStore.around(super.open()).hints(FaultyStore.HintFault.DROPPED);
        }
    }
}
