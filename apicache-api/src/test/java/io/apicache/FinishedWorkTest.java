package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCacheListener.Outcome;
import io.apicache.spi.Attempt;
import io.apicache.spi.Claimed;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Work is done, and then something goes wrong in a way that no store can show. */
@EndsInTime
class FinishedWorkTest extends CacheFixture {

    private static final String TOO_LARGE = "too large";

    private static String refusing(Key key, String text) {
        if (text.equals(TOO_LARGE)) {
            throw new ResponseTooLargeException("refused for its size");
        }
        return text;
    }

    private ApiCache<String> picky(Store<String> store) {
        return build(settings(encoded(store, FinishedWorkTest::refusing)));
    }

    private static Store<String> encoded(Store<String> store, BiFunction<Key, String, String> encode) {
        return store.as(encode, (key, text) -> text);
    }

    private <T> Throwable failure(CompletableFuture<T> call) {
        for (int steps = 0; steps < 200 && !call.isDone(); steps++) {
            time.advance(Duration.ofMillis(100));
        }
        assertThat(call).as("the call").isCompletedExceptionally();
        return call.handle((value, failure) -> failure).join();
    }

    private void assertLapsed(ApiCache<String> cache) {
        for (int i = 0; i < 9; i++) {
            time.advance(LEASE.dividedBy(3));
        }
        assertThat(cache.receiveAndWait("id", Duration.ZERO)).isInstanceOf(FirstSeen.class);
    }

    // ---- which failures leave a marker

    @Test
    @DisplayName("E3 a response that met an outage leaves no marker, although one before it was refused")
    void anOutageAfterARefusal() {
        ApiCache<String> cache = picky(faulty);
        CompletableFuture<String> call = cache.executeAsync("id", Duration.ZERO, claim -> {
            assertThatThrownBy(() -> claim.handle(TOO_LARGE)).isInstanceOf(ResponseTooLargeException.class);
            faulty.every(1, Verb.HANDLE, Fault.REFUSED);
            return CompletableFuture.completedFuture("small");
        });

        ApiCacheException why = (ApiCacheException) failure(call);
        faulty.heal();

        assertThat(why).isInstanceOf(StoreUnavailableException.class);
        assertThat(why.response()).contains("small");
        assertLapsed(cache);
    }

    @Test
    @DisplayName("E3 a store that throws once leaves no marker")
    void aStoreThatThrows() {
        Store<String> busy = new ForwardingStore(records) {
            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                throw new RejectedExecutionException("the pool is busy");
            }
        };
        ApiCache<String> cache = build(settings(busy));

        ApiCacheException why = (ApiCacheException) failure(
                cache.executeAsync("id", Duration.ZERO, claim -> CompletableFuture.completedFuture("response")));

        assertThat(why.response()).contains("response");
        assertThat(why).isNotInstanceOf(ResponseNotKeptException.class);
        assertLapsed(cache);
    }

    @Test
    @DisplayName("E3 a heap that was full while a response was encoded leaves no marker")
    void aFullHeap() {
        ApiCache<String> cache = build(settings(encoded(records, (key, text) -> {
            throw new OutOfMemoryError("planted");
        })));

        ApiCacheException why = (ApiCacheException) failure(
                cache.executeAsync("id", Duration.ZERO, claim -> CompletableFuture.completedFuture("response")));

        assertThat(why.response()).contains("response");
        assertLapsed(cache);
    }

    @Test
    @DisplayName("E3 a response that is refused after its claim was closed leaves a marker")
    void aRefusalAfterClose() {
        CompletableFuture<Stored<String>> late = new CompletableFuture<>();
        Store<String> slow = new ForwardingStore(records) {
            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                return late;
            }
        };
        ApiCache<String> cache = build(settings(slow));
        FirstSeen<String> claim = firstSeen(cache, "id");
        CompletableFuture<Void> handled = claim.handleAsync("response");
        claim.close();

        late.completeExceptionally(new ResponseTooLargeException("refused for its size"));

        assertThat(failure(handled)).isInstanceOf(ResponseTooLargeException.class);
        assertThatThrownBy(() -> cache.receiveAndWait("id", Duration.ZERO))
                .isInstanceOf(ResponseNotKeptException.class);
    }

    @Test
    @DisplayName("E3 advice to invalidate is given where there is a marker, and not beside a response")
    void adviceToInvalidate() {
        ApiCache<String> cache = build(settings(records));

        assertThatThrownBy(() -> cache.execute("id", Duration.ZERO, claim -> {
                    claim.handle("good");
                    return null;
                }))
                .isInstanceOf(ResponseNotKeptException.class)
                .hasMessageNotContaining("invalidate");

        assertThat(cache.peek("id").map(Cached::response)).contains("good");
    }

    @Test
    @DisplayName("E3 null leaves a marker when the claim is closed, handled on the receipt or by id")
    void nullByIdLeavesAMarker() {
        ApiCache<String> cache = build(settings(records));
        try (FirstSeen<String> claim = firstSeen(cache, "receipt")) {
            assertThatThrownBy(() -> claim.handle(null)).isInstanceOf(NullPointerException.class);
        }
        try (FirstSeen<String> claim = firstSeen(cache, "by id")) {
            assertThatThrownBy(() -> cache.handle("by id", null)).isInstanceOf(NullPointerException.class);
            assertThat(claim.isLost()).isFalse();
        }

        for (String id : List.of("receipt", "by id")) {
            assertThatThrownBy(() -> cache.receiveAndWait(id, Duration.ZERO))
                    .isInstanceOf(ResponseNotKeptException.class);
        }
    }

    // ---- futures that must complete

    @Test
    @DisplayName("E3 W2 work that stores again after its claim was lost gets an outcome, although the store is away")
    void storingAgainAfterALoss() {
        ApiCache<String> cache = build(settings(faulty));
        CompletableFuture<String> call = cache.executeAsync("id", Duration.ZERO, claim -> {
            records.invalidate(new Key("default", "id"));
            assertThatThrownBy(() -> claim.handle("response")).isInstanceOf(LeaseLostException.class);
            faulty.every(1, Verb.HANDLE, Fault.BLACK_HOLE);
            return CompletableFuture.completedFuture("response");
        });

        ApiCacheException why = (ApiCacheException) failure(call);

        assertThat(why).isInstanceOf(LeaseLostException.class);
        assertThat(why.response()).contains("response");
    }

    @Test
    @DisplayName("W2 a call of peekAsync that meets the end of the cache completes, although the store does not answer")
    void peekAsyncAtTheEnd() {
        AtomicReference<ApiCache<String>> closed = new AtomicReference<>();
        Store<String> silent = new ForwardingStore(records) {
            @Override
            public CompletionStage<Optional<Claimed.Handled<String>>> peek(Key key) {
                closed.get().close();
                return new CompletableFuture<>();
            }
        };
        ApiCache<String> cache = build(settings(silent));
        closed.set(cache);

        CompletableFuture<Optional<Cached<String>>> call = cache.peekAsync("id");

        assertThat(failure(call)).isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    @DisplayName("E3 work may return a stage that is no future")
    void aStageThatIsNoFuture() {
        ApiCache<String> cache = build(settings(records));
        CompletableFuture<String> work = new CompletableFuture<>() {
            @Override
            public CompletableFuture<String> toCompletableFuture() {
                throw new UnsupportedOperationException();
            }
        };
        CompletableFuture<String> call = cache.executeAsync("id", Duration.ZERO, claim -> work);
        assertThat(cache.receiveAndWait("id", Duration.ZERO)).isInstanceOf(InFlight.class);

        work.complete("response");

        assertThat(call.join()).isEqualTo("response");
        assertThat(cache.peek("id")).isPresent();
    }

    @Test
    @DisplayName("M1 a future of executeAsync that is completed from outside waits no longer")
    void aFutureThatIsCompletedFromOutside() {
        ApiCache<String> cache = build(settings(records));
        firstSeen(cache, "id");
        CompletableFuture<String> call =
                cache.executeAsync("id", LONG, claim -> CompletableFuture.completedFuture("again"));
        assertThat(cache.toString()).contains("1 waiters");

        call.completeExceptionally(new TimeoutException("of the caller"));

        assertThat(cache.toString()).contains("0 waiters");
    }

    // ---- what goes wrong beside

    @Test
    @DisplayName("E1 a claim lapses although the clock fails when asynchronous work throws")
    void aClockThatFailsWhenWorkThrows() {
        for (int reading = 0; reading < 12; reading++) {
            ApiCache<String> cache = build(settings(records));
            int sound = reading;
            String id = "id";
            records.invalidate(new Key("default", id));
            CompletableFuture<String> call = cache.executeAsync(id, Duration.ZERO, claim -> {
                clock.failOnThisThreadAfter(sound);
                throw new IllegalStateException("of the work");
            });
            clock.heal();

            assertThat(failure(call)).as("reading " + sound).hasMessage("of the work");
            assertLapsed(cache);
            cache.close();
        }
    }

    @Test
    @DisplayName("O1 a listener is notified of a call that found a marker in the memory of its process")
    void aListenerIsNotifiedOfAMarker() {
        List<Outcome> outcomes = new ArrayList<>();
        Store<String> local = new ForwardingStore(records) {
            @Override
            public Claimed.Handled<String> peekLocal(Key key) {
                return records.peek(key).toCompletableFuture().join().orElse(null);
            }
        };
        ApiCache<String> cache =
                build(settings(encoded(local, FinishedWorkTest::refusing)).listener(new ApiCacheListener() {
                    @Override
                    public void received(String requestId, Outcome outcome) {
                        outcomes.add(outcome);
                    }
                }));
        assertThatThrownBy(() -> cache.execute("id", Duration.ZERO, () -> TOO_LARGE))
                .isInstanceOf(ResponseTooLargeException.class);

        assertThatThrownBy(() -> cache.receiveAndWait("id", Duration.ZERO))
                .isInstanceOf(ResponseNotKeptException.class);

        assertThat(outcomes).containsExactly(Outcome.FIRST_SEEN, Outcome.FAILED);
    }

    @Test
    @DisplayName("W1 work that has handed its response over may ask for it on its own thread")
    void workThatAsksForItsOwnResponse() throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        Store<String> slow = new ForwardingStore(records) {
            @Override
            public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
                CompletionStage<Stored<String>> stored = super.handle(key, token, value, keepFor);
                return gate.thenCompose(open -> stored);
            }

            @Override
            public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
                gate.complete(null);
                return super.join(key, attempt);
            }

            @Override
            public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
                gate.complete(null);
                return super.renew(key, token, lease);
            }
        };
        ApiCache<String> cache = build(settings(FaultyStore.around(slow)));

        String nested = cache.execute("id", Duration.ZERO, claim -> {
            CompletableFuture<Void> handled = claim.handleAsync("response");
            Callers.Call<String> release = Callers.start(() -> {
                gate.complete(null);
                return "released";
            });
            String own = cache.execute("id", LONG, () -> "another");
            handled.join();
            release.get();
            return own;
        });

        assertThat(nested).isEqualTo("response");
    }
}
