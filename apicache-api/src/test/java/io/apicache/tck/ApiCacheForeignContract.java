package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Code of others that fails or blocks. Another part of {@link ApiCacheContract}, which is the one to extend. */
public abstract class ApiCacheForeignContract extends ApiCacheNestingContract {

    private static final Duration LONG = Duration.ofMinutes(10);

    /** What code of others throws. */
    enum Planted {
        LINKAGE {
            @Override
            Error error() {
                return new NoClassDefFoundError("planted");
            }
        },
        STACK {
            @Override
            Error error() {
                return new StackOverflowError("planted");
            }
        },
        ASSERTION {
            @Override
            Error error() {
                return new AssertionError("planted");
            }
        };

        abstract Error error();
    }

    /** An encoder or decoder that throws for a number of calls, and returns the text for all others. */
    private static final class Spoilt {

        private final AtomicInteger left = new AtomicInteger();
        private final Planted planted;

        Spoilt(Planted planted) {
            this.planted = planted;
        }

        void spoil(int calls) {
            left.set(calls);
        }

        String pass(Key key, String text) {
            if (left.getAndUpdate(calls -> Math.max(0, calls - 1)) > 0) {
                throw planted.error();
            }
            return text;
        }
    }

    private ApiCache<String> encoding(Spoilt encode, Spoilt decode) {
        Store<String> store = open();
        return build(over(store.as(encode::pass, decode::pass)));
    }

    @ParameterizedTest(name = "E1 {0} of an encoder ends that handle, and the claim can be handled again")
    @EnumSource
    void anErrorOfAnEncoder(Planted planted) throws Exception {
        Spoilt encoder = new Spoilt(planted);
        ApiCache<String> cache = encoding(encoder, new Spoilt(planted));
        ApiCache<String> elsewhere = cache();
        FirstSeen<String> owner = firstSeen(cache);
        CompletableFuture<Receipt<String>> waiter = waiter(elsewhere, LONG);
        encoder.spoil(1);

        assertThatThrownBy(() -> owner.handle("response"))
                .isInstanceOf(planted.error().getClass());
        passLeases(2);
        assertThat(owner.isLost()).isFalse();
        assertInFlight(elsewhere);
        owner.handle("response");
        passLeases(6); // where hints are lost, the next look finds it

        assertThat(response(waiter)).isEqualTo("response");
        assertThat(replayed(cache)).isEqualTo("response");
    }

    @ParameterizedTest(name = "E1 {0} of a decoder ends the call that it met, and the record stays")
    @EnumSource
    void anErrorOfADecoder(Planted planted) throws Exception {
        Spoilt decoder = new Spoilt(planted);
        ApiCache<String> cache = encoding(new Spoilt(planted), decoder);
        ApiCache<String> elsewhere = cache();
        FirstSeen<String> owner = firstSeen(elsewhere);
        CompletableFuture<Receipt<String>> met = waiter(cache, LONG);
        CompletableFuture<Receipt<String>> other = waiter(cache, LONG);
        decoder.spoil(1);

        owner.handle("response");
        passLeases(6); // where hints are lost, the next look finds it

        List<Object> outcomes = new ArrayList<>();
        for (CompletableFuture<Receipt<String>> each : List.of(met, other)) {
            try {
                outcomes.add(response(each));
            } catch (ExecutionException e) {
                outcomes.add(e.getCause().getClass());
            }
        }
        assertThat(outcomes).containsExactlyInAnyOrder(planted.error().getClass(), "response");
        decoder.spoil(1);
        assertThatThrownBy(() -> cache.receiveAndWait(id, LONG))
                .isInstanceOf(planted.error().getClass());
        assertThat(replayed(cache)).isEqualTo("response");
        assertThat(cache.toString()).contains("0 waiters");
    }

    @ParameterizedTest(name = "E1 {0} of an executor keeps no outcome from its caller")
    @EnumSource
    void anExecutorThatThrows(Planted planted) throws Exception {
        ApiCache<String> cache = build(over(open()).executor(task -> {
            throw planted.error();
        }));
        FirstSeen<String> owner = firstSeen(cache());
        CompletableFuture<Receipt<String>> waiter = waiter(cache, LONG);

        owner.handle("response");
        passLeases(6); // where hints are lost, the next look finds it

        assertThat(response(waiter)).isEqualTo("response");
    }

    @Test
    @DisplayName("E1 W1 a future whose dependent throws keeps no outcome from others")
    void aDependentThatThrows() throws Exception {
        ApiCache<String> cache = cache();
        FirstSeen<String> owner = firstSeen(cache());
        List<CompletableFuture<Receipt<String>>> waiters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            CompletableFuture<Receipt<String>> waiter = waiter(cache, LONG);
            var unused = waiter.thenAccept(receipt -> {
                throw new NoClassDefFoundError("planted");
            });
            waiters.add(waiter);
        }

        owner.handle("response");
        passLeases(6); // where hints are lost, the next look finds it

        for (CompletableFuture<Receipt<String>> waiter : waiters) {
            assertThat(response(waiter)).isEqualTo("response");
        }
    }

    @Test
    @DisplayName("E2 callers that block are answered while the executor is blocked by another caller's code")
    void anExecutorThatIsBlocked() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        Executor blocked = task -> new Thread(
                        () -> {
                            try {
                                goOn.await();
                                task.run();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "blocked")
                .start();
        try {
            ApiCache<String> cache = build(over(open()).executor(blocked));
            FirstSeen<String> owner = firstSeen(cache());
            CompletableFuture<Receipt<String>> async = waiter(cache, LONG);
            FutureTask<Receipt<String>> blocking = blocked(cache, () -> cache.receiveAndWait(id, LONG));

            owner.handle("response");
            passLeases(6); // where hints are lost, the next look finds it

            assertThat(blocking.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isInstanceOf(Cached.class);
            assertThat(replayed(cache)).isEqualTo("response");
            goOn.countDown();
            assertThat(response(async)).isEqualTo("response");
        } finally {
            goOn.countDown();
        }
    }
}
