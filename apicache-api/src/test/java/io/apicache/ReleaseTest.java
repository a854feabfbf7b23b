package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.AttemptId;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Releases during which something else goes wrong. */
@EndsInTime
class ReleaseTest extends CacheFixture {

    @Test
    @DisplayName("E1 an id becomes free again after an Error in release")
    void anErrorInRelease() {
        Store<String> hostile = new ForwardingStore(records) {
            private boolean thrown;

            @Override
            public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
                CompletionStage<Boolean> done = super.release(key, attempt);
                if (thrown) {
                    return done;
                }
                thrown = true;
                return new CompletableFuture<Boolean>() {
                    @Override
                    public boolean isDone() {
                        throw new StackOverflowError("planted"); // as any frame of release may, at the end of a stack
                    }
                };
            }
        };
        ApiCache<String> cache = build(settings(hostile));
        FirstSeen<String> owner = firstSeen(cache, "id");
        try {
            owner.release();
        } catch (StackOverflowError e) {
            // ends this call
        }

        time.advance(LEASE.multipliedBy(3));

        CompletableFuture<Receipt<String>> next = cache.receiveAsync("id", Duration.ZERO);
        time.advance(STORE_TIMEOUT.multipliedBy(2));
        assertThat(next.join()).isInstanceOf(FirstSeen.class);
    }

    @Test
    @DisplayName("E1 close of a receipt throws nothing although its thread was interrupted")
    void closingAReceiptWhileInterrupted() {
        faulty.every(1, Verb.RELEASE, Fault.BLACK_HOLE);
        ApiCache<String> cache = build(settings(faulty));
        FirstSeen<String> owner = firstSeen(cache, "id");
        Throwable thrown = null;
        Thread.currentThread().interrupt();
        try {
            owner.close();
        } catch (Throwable e) {
            thrown = e;
        }
        assertThat(Thread.interrupted()).isTrue();
        time.advance(STORE_TIMEOUT); // ends the release: closing the cache waits for nothing
        assertThat(thrown).isNull();
    }
}
