package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Codec;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.RedisServer;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.StoreContract;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
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
            return Duration.ofSeconds(10);
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

    /** A server without HELLO speaks the older protocol only, and tells its version by INFO. */
    @Nested
    class OverResp2 extends Contract {

        private static RedisProcess old;

        @BeforeAll
        static void start() {
            old = RedisProcess.start("--rename-command", "HELLO", "");
        }

        @AfterAll
        static void stop() {
            assertThat(old.keysWithoutTtl()).isEmpty();
            old.close();
        }

        @Override
        RedisStore.Builder builder() {
            return RedisStore.builder(old.uri());
        }

        @Override
        List<? extends RedisServer> masters() {
            return List.of(old);
        }
    }

    @Nested
    class OnlyNotices extends Contract {
        @Override
        RedisStore.Builder builder() {
            return super.builder().inlineLimit(0);
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

    /** A response that is kept for less than five seconds lies in a record that outlives it. */
    @Nested
    class KeptBriefly {

        private static final int TRIES = 20;

        private final String prefix = "t-" + UUID.randomUUID().toString().substring(0, 8);
        private final RedisTime time = new RedisTime(List.of(RedisShared.server()), prefix);
        private final Store<String> store = RedisStore.builder(RedisShared.uri())
                .prefix(prefix)
                .time(time)
                .commandTimeout(Duration.ofSeconds(4))
                .connect()
                .as(Codec.utf8());

        @AfterEach
        void close() {
            store.close();
            time.close();
        }

        private Attempt attempt() {
            return new Attempt(AttemptId.next(), null, Duration.ofMinutes(1));
        }

        private static <T> T await(CompletionStage<T> stage) {
            return stage.toCompletableFuture().join();
        }

        @Test
        @DisplayName("H1 a response is kept for as long as it should be, however briefly, and then the id is free")
        void keptBriefly() {
            boolean kept = false;
            for (int tries = 1; !kept; tries++) {
                long start = System.nanoTime();
                try {
                    keptBriefly(new Key("brief", "id " + tries));
                    kept = true;
                } catch (AssertionError e) { // a machine that stood still for as long is given another chance
                    if (tries == TRIES
                            || System.nanoTime() - start < Duration.ofSeconds(4).toNanos()) {
                        throw e;
                    }
                }
            }
        }

        private void keptBriefly(Key key) {
            Granted<String> owner = (Granted<String>) await(store.claim(key, attempt()));
            await(store.handle(key, owner.token(), "response", Duration.ofMillis(4_900)));

            assertThat(await(store.claim(key, attempt()))).isInstanceOf(Handled.class);
            assertThat(await(store.peek(key))).isPresent();
            assertThat(await(store.handle(key, owner.token(), "response", Duration.ofMillis(4_900))))
                    .isInstanceOf(Stored.Accepted.class);

            time.pass(Duration.ofMillis(4_901)); // Redis counts in whole milliseconds

            assertThat(await(store.peek(key))).isEmpty();
            // A repetition that comes late is told what has been: it was stored.
            assertThat(await(store.handle(key, owner.token(), "response", Duration.ofMillis(4_900))))
                    .isInstanceOf(Stored.Accepted.class);
            assertThat(await(store.invalidate(key))).isFalse();
            assertThat(await(store.handle(key, owner.token(), "response", Duration.ofMillis(4_900))))
                    .isInstanceOf(Stored.Lost.class);
            Granted<String> next = (Granted<String>) await(store.claim(key, attempt()));
            assertThat(next.takenOver()).isFalse();
            assertThat(next.token().number()).isGreaterThan(owner.token().number());
        }
    }
}
