package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Callers.Call;
import io.apicache.engine.CountedVisits;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Token;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many callers on one id: what each of them costs, and what they leave behind. */
@EndsInTime
class CrowdedKeyTest extends CacheFixture {

    private static final int MANY = 10_000;
    private static final int FEW = 10;

    @Test
    @DisplayName("M1 callers with short waits leave nothing behind in the process of an owner at work")
    void shortWaitsAreForgotten() {
        ApiCache<String> cache = build(settings(records));
        firstSeen(cache, "id");
        for (int i = 0; i < 1_000; i++) {
            CompletableFuture<Receipt<String>> call = cache.receiveAsync("id", Duration.ofMillis(10));
            time.advance(Duration.ofMillis(11));
            assertThat(call.join()).isInstanceOf(InFlight.class);
        }

        Collection<?> shortWaits = probe(cache).shortWaits();
        assertThat(shortWaits.size()).isLessThan(10);
    }

    @Test
    @DisplayName("H1 callers that wait 40 ms or more in the owner's process cause at most one renewal in 20 ms")
    void renewalsForWaiters() {
        ApiCache<String> cache = build(settings(faulty));
        firstSeen(cache, "id");
        int before = faulty.calls(Verb.RENEW);
        for (int i = 0; i < 100; i++) {
            var unused = cache.receiveAsync("id", Duration.ofMillis(40));
            time.advance(Duration.ofMillis(2));
        }
        assertThat(faulty.calls(Verb.RENEW) - before).as("renewals in 200 ms").isBetween(1, 12);
    }

    @Test
    @DisplayName("M1 a caller counts against the limit of waiters only after its first look has been answered")
    void callersBeforeTheirFirstLookDoNotCount() {
        ApiCache<String> cache = build(settings(faulty).maxWaiters(0, 0));
        faulty.answerOn(replies::add);
        CompletableFuture<Receipt<String>> first = cache.receiveAsync("id", LONG);
        CompletableFuture<Receipt<String>> second = cache.receiveAsync("id", LONG);
        assertThat(first).isNotDone();
        assertThat(second)
                .as("nothing is known of the record, least of all that it is in flight")
                .isNotDone();
    }

    @Test
    @DisplayName("E1 arrivals during a look do not make the stack of the caller's thread grow")
    void theStackDoesNotGrow() {
        List<Integer> depths = new ArrayList<>();
        Deque<ApiCache<String>> used = new ArrayDeque<>();
        Store<String> store = new ForwardingStore(records) {
            private int left = 200;

            @Override
            public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
                depths.add(new Throwable().getStackTrace().length);
                if (left-- > 0) { // one more caller comes while the store is asked
                    Call<String> another = Callers.start(() -> {
                        var unused = used.peek().receiveAsync("id", Duration.ZERO);
                        return "came";
                    });
                    Callers.outcome(another, "an arrival");
                }
                return super.renew(key, token, lease);
            }
        };
        ApiCache<String> cache = build(settings(store));
        used.add(cache);
        firstSeen(cache, "id");

        var unused = cache.receiveAsync("id", Duration.ZERO);

        assertThat(depths.get(depths.size() - 1) - depths.get(0))
                .as("frames after " + depths.size() + " renewals")
                .isLessThan(100);
    }

    // ---- visits, counted

    @Test
    @DisplayName("W2 a caller that ends its own wait does not visit the other callers whose time is up")
    void manyCallersWhoseTimeIsUp() {
        faulty.every(1, Verb.CLAIM, Fault.BLACK_HOLE);
        ApiCache<String> cache = build(settings(faulty));
        for (int i = 0; i < MANY; i++) {
            var unused = cache.receiveAsync("id", Duration.ofMillis(300));
        }
        CountedVisits visits = probe(cache).visits();
        time.advance(Duration.ofMillis(302)); // each of the callers, if it blocks, now makes its key decide
        probe(cache).overdue();
        assertThat(visits.take()).isGreaterThanOrEqualTo(MANY);

        probe(cache).overdue();

        assertThat(visits.take()).isLessThan(FEW);
    }

    @ParameterizedTest(
            name = "W2 a caller without time does not visit the callers that wait for the same id, fingerprint: {0}")
    @ValueSource(booleans = {false, true})
    void oneCallerBesideManyThatWait(boolean fingerprinted) {
        ApiCache<String> cache = build(settings(records));
        Request plain = Request.of("id");
        Request request = fingerprinted ? plain.withFingerprint(Fingerprint.of("body")) : plain;
        FirstSeen<String> owner = (FirstSeen<String>) cache.receiveAndWait(request, Duration.ZERO);
        for (int i = 0; i < MANY; i++) {
            var unused = cache.receiveAsync("id", LONG);
        }
        cache.receiveAndWait(plain, Duration.ZERO); // compares the waiters with the fingerprint, once
        CountedVisits visits = probe(cache).visits();

        assertThat(cache.receiveAndWait("id", Duration.ZERO)).isInstanceOf(InFlight.class);

        assertThat(visits.take()).isLessThan(FEW);
        owner.handle("response");
        assertThat(visits.take()).isGreaterThanOrEqualTo(MANY);
    }
}
