package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Handles that the store has not answered, or that the clock interrupted. */
@EndsInTime
class OpenHandlesTest extends CacheFixture {

    @Test
    @DisplayName("E1 H3 an owner can handle or release its claim after the clock threw once in handle")
    void theClockFailsInHandle() {
        List<String> failures = new ArrayList<>();
        for (int readings = 0; readings < 6; readings++) {
            ApiCache<String> cache = build(settings(records).namespace("n" + readings));
            FirstSeen<String> owner = firstSeen(cache, "id");
            clock.failOnThisThreadAfter(readings);
            try {
                owner.handle("response");
            } catch (NoClassDefFoundError e) {
                // ends this call
            }
            clock.heal();
            time.advance(STORE_TIMEOUT.multipliedBy(3));
            try {
                if (cache.peek("id").isEmpty()) {
                    owner.handle("response");
                }
            } catch (RuntimeException e) {
                failures.add("after " + readings + " readings: " + e.getMessage());
            }
        }
        assertThat(failures).isEmpty();
    }

    @Test
    @DisplayName("E1 H3 the cache goes on repeating an unanswered handle after the clock threw once")
    void theClockFailsWhenAHandleIsUnanswered() {
        List<String> failures = new ArrayList<>();
        for (int readings = 0; readings < 12; readings++) {
            FaultyStore<String> silent = FaultyStore.around(records);
            ApiCache<String> cache = build(settings(silent).namespace("m" + readings));
            FirstSeen<String> owner = firstSeen(cache, "id");
            silent.nth(1, Verb.HANDLE, Fault.BLACK_HOLE);
            CompletableFuture<Void> handled = owner.handleAsync("response");
            time.advance(STORE_TIMEOUT.minusMillis(1));
            clock.failOnThisThreadAfter(readings);
            try {
                time.advance(Duration.ofMillis(10));
            } catch (NoClassDefFoundError e) {
                // of this test's own timer
            }
            clock.heal();
            time.advance(STORE_TIMEOUT.multipliedBy(4));
            if (!handled.isDone()) {
                failures.add("after " + readings + " readings handleAsync has not ended");
            }
            if (cache.peek("id").isEmpty()) {
                try {
                    owner.handle("response");
                } catch (RuntimeException e) {
                    failures.add("after " + readings + " readings: " + e.getMessage());
                }
            }
        }
        assertThat(failures).isEmpty();
    }

    @Test
    @DisplayName("H3 W2 an unanswered handle ends although the same cache has claimed the id again meanwhile")
    void aHandleOfAClaimThatWasTakenOverHere() {
        ApiCache<String> cache = build(settings(faulty).lease(SECOND));
        FirstSeen<String> first = firstSeen(cache, "id");
        CompletableFuture<Receipt<String>> waiter = cache.receiveAsync("id", LONG);
        faulty.every(1, Verb.HANDLE, Fault.BLACK_HOLE);
        faulty.every(1, Verb.RENEW, Fault.BLACK_HOLE);
        CompletableFuture<Void> handled = first.handleAsync("response");
        time.advance(SECOND.plusMillis(50));
        faulty.heal();
        assertThat(waiter.join()).isInstanceOf(FirstSeen.class);

        time.advance(STORE_TIMEOUT.multipliedBy(10));

        assertThat(handled).as("after ten store time-outs").isDone();
    }

    @Test
    @DisplayName(
            "H3 a late handle that the store refused once ends although the same cache has a later claim on the id")
    void aLateHandleIsRefusedOnce() {
        ApiCache<String> cache = build(settings(faulty));
        FirstSeen<String> first = firstSeen(cache, "id");
        cache.invalidate("id");
        assertThat(first.isLost()).isTrue();
        firstSeen(cache, "id");
        faulty.nth(1, Verb.HANDLE, Fault.REFUSED);

        CompletableFuture<Void> handled = first.handleAsync("response");
        time.advance(STORE_TIMEOUT.multipliedBy(10));

        assertThat(handled).as("after ten store time-outs").isDone();
    }

    @Test
    @DisplayName(
            "C4 handle by id means the claim that is open, once an earlier one has been lost for longer than the work limit")
    void aLossIsForgotten() {
        ApiCache<String> cache = build(settings(records).workLimit(Duration.ofMinutes(1)));
        FirstSeen<String> hangs = firstSeen(cache, "id");
        cache.invalidate("id");
        assertThat(hangs.isLost()).isTrue();
        time.advance(Duration.ofSeconds(50));
        FirstSeen<String> owner = firstSeen(cache, "id");
        assertThatThrownBy(() -> cache.handle("id", "whose?")).isInstanceOf(IllegalStateException.class);
        time.advance(Duration.ofSeconds(11));

        cache.handle("id", "response");

        assertThat(owner.isLost()).isFalse();
        assertThat(cache.peek("id")).isPresent();
    }
}
