package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Callers.Call;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Releases during which something else goes wrong. */
@EndsInTime
class ReleaseTest extends CacheFixture {

    private volatile Stored<String> early;

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

    @Test
    @DisplayName("E1 close of a receipt throws nothing although the store fails as none should, and the claim lapses")
    void closingAReceiptWhileTheStoreIsWrong() {
        Store<String> wrong = new ForwardingStore(records) {
            @Override
            public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
                return CompletableFuture.failedFuture(new CorruptRecordException("planted", null));
            }
        };
        ApiCache<String> cache = build(settings(wrong));

        firstSeen(cache, "id").close();
        time.advance(LEASE.plusMillis(1));

        assertThat(firstSeen(build(settings(records)), "id").token()).isPositive();
    }

    @Test
    @DisplayName("E1 close of a receipt throws nothing although the clock fails at any reading, and the claim lapses")
    void closingAReceiptWhileTheClockFails() {
        for (int readings = 0; readings < 8; readings++) {
            ApiCache<String> cache = build(settings(records));
            String id = "id-" + readings;
            FirstSeen<String> owner = firstSeen(cache, id);

            clock.failOnThisThreadAfter(readings);
            owner.close();
            clock.heal();
            for (int i = 0; i < 12; i++) {
                time.advance(LEASE.dividedBy(6)); // so that a claim that is still open is renewed
            }

            assertThat(firstSeen(build(settings(records)), id).token()).isPositive();
        }
    }

    @ParameterizedTest(
            name =
                    "E1 an interrupt hides nothing that the work threw, and keeps no claim, with a store that answers release with {0}")
    @EnumSource(
            value = Fault.class,
            names = {"COPIED", "HUNG", "REPLY_LOST"})
    void workThatFailsWhileInterrupted(Fault fault) {
        IOException failure = new IOException("planted");
        faulty.every(1, Verb.RELEASE, fault);
        ApiCache<String> cache = build(settings(faulty));
        Throwable thrown = null;
        try {
            cache.execute("id", LONG, () -> {
                Thread.currentThread().interrupt();
                throw failure;
            });
        } catch (Throwable e) {
            thrown = e;
        }
        boolean interrupted = Thread.interrupted();
        faulty.heal();
        time.advance(STORE_TIMEOUT);

        assertThat(thrown).isSameAs(failure).hasNoSuppressedExceptions();
        assertThat(interrupted).isTrue();
        assertThat(firstSeen(build(settings(records)), "id").token()).isPositive();
    }

    @Test
    @DisplayName("Z1 H3 an interrupted thread that closes the cache lets a handle that is under way get its answer")
    void closingTheCacheWhileInterrupted() {
        CompletableFuture<Stored<String>> answer = new CompletableFuture<>();
        Store<String> slow = new ForwardingStore(records) {
            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                var unused = super.handle(key, token, value, keepFor).whenComplete((stored, failure) -> early = stored);
                return answer;
            }
        };
        ApiCache<String> cache = build(settings(slow).storeTimeout(Duration.ofMinutes(1)));
        FirstSeen<String> owner = firstSeen(cache, "id");
        Call<Object> handling = Callers.waiting(() -> {
            owner.handle("response");
            return "handled";
        });
        Call<Object> closing = Callers.waiting(() -> {
            Thread.currentThread().interrupt();
            cache.close();
            return Thread.interrupted();
        });

        answer.complete(early);

        assertThat(Callers.outcome(handling, "handle")).isEqualTo("handled");
        assertThat(Callers.outcome(closing, "close")).isEqualTo(true);
    }
}
