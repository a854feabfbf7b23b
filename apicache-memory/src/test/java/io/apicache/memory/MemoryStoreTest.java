package io.apicache.memory;

import io.apicache.spi.Store;
import io.apicache.tck.ManualTime;
import io.apicache.tck.StoreContract;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

/** The memory store keeps the contract of stores, however it is set. */
class MemoryStoreTest {

    /** One store on a clock that is moved by hand. */
    abstract static class Contract extends StoreContract {

        final ManualTime time = new ManualTime();
        private final Store<String> store = store();

        abstract Store<String> store();

        @Override
        protected Store<String> open() {
            return store;
        }

        @Override
        protected void pass(Duration by) {
            time.advance(by);
        }
    }

    @Nested
    class Refusing extends Contract {
        @Override
        Store<String> store() {
            return MemoryStore.<String>builder().time(time).build();
        }
    }

    @Nested
    class Evicting extends Contract {
        @Override
        Store<String> store() {
            return MemoryStore.<String>builder().time(time).evictWhenFull().build();
        }
    }

    @Nested
    class Copying extends Contract {
        @Override
        Store<String> store() {
            MemoryStore<byte[]> bytes = MemoryStore.<byte[]>builder().time(time).build();
            return bytes.as(
                    (key, text) -> text.getBytes(StandardCharsets.UTF_8),
                    (key, kept) -> new String(kept, StandardCharsets.UTF_8));
        }
    }
}
