package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Attempt;
import io.apicache.spi.Claimed;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Verb;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rounds of the lease keeper that a timer or another thread gets in the way of. */
@EndsInTime
class LeaseKeeperTest extends CacheFixture {

    @Test
    @DisplayName("E1 L1 the next call of the cache notices that the timer has dropped a round of the lease keeper")
    void aDroppedRound() {
        AtomicInteger drop = new AtomicInteger();
        ScheduledExecutorService timer = time.scheduler();
        ScheduledExecutorService dropping = (ScheduledExecutorService) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ScheduledExecutorService.class},
                (proxy, method, arguments) -> {
                    Object result = method.invoke(timer, arguments);
                    if (method.getName().equals("schedule") && drop.getAndDecrement() > 0) {
                        ((ScheduledFuture<?>) result).cancel(false);
                    }
                    return result;
                });
        drop.set(1); // the first round
        ApiCache<String> cache = build(settings(records).scheduler(dropping));
        FirstSeen<String> owner = firstSeen(cache, "id");
        for (int i = 0; i < 7; i++) {
            time.advance(Duration.ofMillis(500));
            firstSeen(cache, "another " + i); // the cache is used all the time
        }
        time.advance(LEASE);
        firstSeen(cache, "one more");
        time.advance(LEASE);

        assertThat(probe(cache).keys()).isNotEmpty();
        assertThat(owner.isLost())
                .as("3.5 s had gone by of a lease of 6 s when the cache could have noticed")
                .isFalse();
    }

    @Test
    @DisplayName(
            "L1 W2 a thread that saw no round of the lease keeper does not put off one that another thread has started")
    void aRoundIsPutOff() throws Exception {
        Store<String> store = new ForwardingStore(records) {
            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                return key.id().equals("slow") ? new CompletableFuture<>() : super.claim(key, attempt);
            }
        };
        FaultyStore<String> counting = FaultyStore.around(store);
        ApiCache<String> cache = build(settings(counting));
        CountDownLatch gate = new CountDownLatch(1);
        gates.add(gate);
        clock.gate = gate;
        clock.readsAfterTheGate = true;
        clock.soundReadings.set(1); // the call reads the clock; the second reading is the keeper's, which saw no round
        Thread caller = new Thread(() -> {
            var unused = cache.receiveAsync("slow", LONG);
        });
        clock.spoilt = caller;
        caller.start();
        clock.stopped.await();
        firstSeen(cache, "id");
        time.advance(Duration.ofMillis(1_990));
        int before = counting.calls(Verb.RENEW);
        gate.countDown();
        caller.join();

        time.advance(Duration.ofMillis(20)); // a third of the lease is over

        assertThat(counting.calls(Verb.RENEW) - before)
                .as("renewals of a claim")
                .isEqualTo(1);
    }
}
