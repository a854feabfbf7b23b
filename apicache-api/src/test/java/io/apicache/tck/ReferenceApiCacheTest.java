package io.apicache.tck;

import io.apicache.spi.Store;
import io.apicache.spi.Time;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Nested;

/** The engine keeps its promises on the store that is plain to see right, whatever happens to hints. */
class ReferenceApiCacheTest {

    /** Everything on one clock that is moved by hand. */
    abstract static class Contract extends ApiCacheContract {

        private final ManualTime time = new ManualTime();
        private final ReferenceStore<String> records = new ReferenceStore<>(time);

        Store<String> view(Store<String> store) {
            return store;
        }

        @Override
        protected Store<String> open() {
            return view(records);
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
    class Bare extends Contract {}

    @Nested
    class HintsDropped extends Contract {
        @Override
        Store<String> view(Store<String> store) {
            return FaultyStore.around(store).hints(FaultyStore.HintFault.DROPPED);
        }
    }

    @Nested
    class HintsRepeated extends Contract {
        @Override
        Store<String> view(Store<String> store) {
            return FaultyStore.around(store).hints(FaultyStore.HintFault.REPEATED);
        }
    }
}
