package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Store;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A claim that is asked for again, since its reply was lost or late, is one claim: what comes late changes nothing. */
@EndsInTime
class RepeatedClaimsTest {

    private static final Duration LEASE = Duration.ofSeconds(9);
    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofMinutes(10);

    private final ManualTime time = new ManualTime();
    private final ReferenceStore<String> records = new ReferenceStore<>(time);
    private final FaultyStore<String> slow = FaultyStore.around(records);
    private final List<Runnable> replies = new ArrayList<>();
    private final ApiCache<String> here = cache(slow);
    private final ApiCache<String> elsewhere = cache(records);

    private ApiCache<String> cache(Store<String> store) {
        return ApiCache.over(store)
                .time(time)
                .scheduler(time.scheduler())
                .executor(Runnable::run)
                .lease(LEASE)
                .storeTimeout(STORE_TIMEOUT)
                .build();
    }

    @AfterEach
    void close() {
        slow.heal();
        here.close();
        elsewhere.close();
    }

    private void assertHeld(FirstSeen<String> owner) {
        assertThat(elsewhere.receiveAndWait("id", Duration.ZERO)).isInstanceOf(InFlight.class);
        time.advance(LEASE.multipliedBy(2));
        assertThat(owner.isLost()).isFalse();
        assertThat(elsewhere.receiveAndWait("id", Duration.ZERO)).isInstanceOf(InFlight.class);
        owner.handle("response");
        assertThat(elsewhere.peek("id")).isPresent();
    }

    @Test
    @DisplayName("C2 the late reply to an earlier try does not take the claim from its owner")
    void aLateReplyTakesNothing() {
        slow.answerOn(replies::add);
        CompletableFuture<Receipt<String>> call = here.receiveAsync("id", LONG);
        slow.answerOn(Runnable::run);
        time.advance(STORE_TIMEOUT.multipliedBy(2)); // counts as failed, and is repeated
        FirstSeen<String> owner = (FirstSeen<String>) call.join();

        replies.forEach(Runnable::run);

        assertHeld(owner);
    }

    @Test
    @DisplayName(
            "C3 a claim whose first reply was lost is given back, although later tries were certainly not executed")
    void whatMayBeGrantedIsGivenBack() {
        slow.nth(1, Verb.CLAIM, Fault.REPLY_LOST).every(1, Verb.CLAIM, Fault.REFUSED);
        CompletableFuture<Receipt<String>> call = here.receiveAsync("id", Duration.ofMillis(100));

        time.advance(STORE_TIMEOUT.multipliedBy(2));

        assertThat(call).isCompletedExceptionally();
        assertThat(slow.calls(Verb.CLAIM)).isGreaterThan(1);
        assertThat(elsewhere.receiveAndWait("id", Duration.ZERO)).isInstanceOf(FirstSeen.class);
    }

    @Test
    @DisplayName(
            "L2 the lease counts from the first try that may have been granted, not from the one that was answered")
    void aLeaseCountsFromTheFirstTry() {
        slow.nth(1, Verb.CLAIM, Fault.REPLY_LOST);
        for (int i = 2; i <= 5; i++) {
            slow.nth(i, Verb.CLAIM, Fault.REFUSED);
        }
        long sent = time.nanoTime();
        CompletableFuture<Receipt<String>> call = here.receiveAsync("id", LONG);
        slow.every(1, Verb.RENEW, Fault.BLACK_HOLE);
        time.advance(Duration.ofSeconds(2));
        FirstSeen<String> owner = (FirstSeen<String>) call.join();
        Duration passed = Duration.ofNanos(time.nanoTime() - sent);

        time.advance(LEASE.minus(passed).minusMillis(1));
        assertThat(owner.isLost()).isFalse();
        time.advance(Duration.ofMillis(1));
        assertThat(owner.isLost()).isTrue();
    }

    @Test
    @DisplayName(
            "C2 the late reply to the first claim of a caller that has left gives the claim to the next one, or back")
    void aLateReplyStrandsNothing() {
        slow.answerOn(replies::add);
        CompletableFuture<Receipt<String>> gone = here.receiveAsync("id", Duration.ofMillis(10));
        slow.answerOn(Runnable::run).every(1, Verb.CLAIM, Fault.REFUSED);
        time.advance(STORE_TIMEOUT.multipliedBy(2));
        assertThat(gone).isCompletedExceptionally();
        slow.heal();

        replies.forEach(Runnable::run);

        assertThat(elsewhere.receiveAndWait("id", Duration.ZERO)).isInstanceOf(FirstSeen.class);
        assertThat(here.toString()).contains(" 0 ids", " 0 waiters");
    }
}
