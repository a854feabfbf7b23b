package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.LeaseLostException;
import io.apicache.Receipt;
import io.apicache.WaitInterruptedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What callers are promised who wait, and owners who are lost. The other half is {@link ApiCacheContract}, which is the one to extend. */
public abstract class ApiCacheWaitContract extends ApiCacheForeignContract {

    private static final Duration LONG = Duration.ofMinutes(10);

    private List<CompletableFuture<Receipt<String>>> herd(List<ApiCache<String>> caches, int size) {
        List<CompletableFuture<Receipt<String>>> herd = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            herd.add(waiter(caches.get(i % caches.size()), LONG));
        }
        return herd;
    }

    private ApiCache<String> cacheThatDies() {
        return build(
                over(open()).scheduler(new ManualTime().scheduler())); // a timer that never runs: nothing is renewed
    }

    @Test
    @DisplayName("W1 a waiter in the owner's process gets the response")
    void aWaiterHereGetsTheResponse() throws Exception {
        ApiCache<String> cache = cache();
        FirstSeen<String> owner = firstSeen(cache);
        CompletableFuture<Receipt<String>> waiter = waiter(cache, LONG);
        FutureTask<Receipt<String>> blocked = blocked(cache, () -> cache.receiveAndWait(id, LONG));

        owner.handle("response");

        assertThat(response(waiter)).isEqualTo("response");
        assertThat(blocked.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isInstanceOf(Cached.class);
    }

    @Test
    @DisplayName("W1 a waiter in another process gets the response")
    void aWaiterElsewhereGetsTheResponse() throws Exception {
        FirstSeen<String> owner = firstSeen(cache());
        ApiCache<String> elsewhere = cache();
        CompletableFuture<Receipt<String>> waiter = waiter(elsewhere, LONG);
        FutureTask<Receipt<String>> blocked = blocked(elsewhere, () -> elsewhere.receiveAndWait(id, LONG));

        owner.handle("response");
        passLeases(5); // where hints are lost, the next look finds it

        assertThat(response(waiter)).isEqualTo("response");
        assertThat(blocked.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isInstanceOf(Cached.class);
    }

    @Test
    @DisplayName("W1 a waiter whose time is short gets a response that was stored in that time")
    void aShortWaitIsNotInVain() throws Exception {
        FirstSeen<String> owner = firstSeen(cache());
        CompletableFuture<Receipt<String>> waiter = waiter(cache(), lease().dividedBy(2));

        owner.handle("response");
        pass(lease().dividedBy(2));

        assertThat(response(waiter)).isEqualTo("response");
    }

    @Test
    @DisplayName("H1 a response that is not retained reaches those who wait, in every process, and nobody else")
    void whatIsNotRetainedIsHandedOver() throws Exception {
        ApiCache<String> cache = cache();
        ApiCache<String> elsewhere = cache();
        FirstSeen<String> owner = firstSeen(cache);
        CompletableFuture<Receipt<String>> here = waiter(cache, LONG);
        CompletableFuture<Receipt<String>> there = waiter(elsewhere, LONG);

        owner.handle("response", Duration.ZERO);
        passLeases(2);

        assertThat(response(here)).isEqualTo("response");
        assertThat(response(there)).isEqualTo("response");
        firstSeen(cache).release();
    }

    @Test
    @DisplayName("W2 a waiter of an owner that hangs is told when its time is up")
    void aHungOwnerHoldsNobody() throws Exception {
        ApiCache<String> cache = cache();
        firstSeen(cache);
        List<CompletableFuture<Receipt<String>>> waiters = List.of(waiter(cache, lease()), waiter(cache(), lease()));

        passLeases(1);

        for (CompletableFuture<Receipt<String>> waiter : waiters) {
            InFlight<String> told = (InFlight<String>) told(waiter);
            assertThat(told.leaseLeft()).isBetween(Duration.ZERO, lease());
        }
    }

    @Test
    @DisplayName("W2 who has been told may wait on")
    void whoHasBeenToldMayWaitOn() throws Exception {
        FirstSeen<String> owner = firstSeen(cache());
        InFlight<String> told = (InFlight<String>) cache().receiveAndWait(id, Duration.ZERO);
        CompletableFuture<Receipt<String>> waiter = told.awaitAsync(LONG);

        owner.handle("response");
        passLeases(5);

        assertThat(response(waiter)).isEqualTo("response");
        assertThat(told.await(Duration.ZERO)).isInstanceOf(Cached.class);
    }

    @Test
    @DisplayName("W3 of a thousand waiters of an owner that releases exactly one takes over")
    void exactlyOneTakesOverFromAnOwnerThatReleases() throws Exception {
        ApiCache<String> cache = cache();
        FirstSeen<String> owner = firstSeen(cache);
        List<CompletableFuture<Receipt<String>>> herd = herd(List.of(cache, cache()), 1_000);

        owner.release();
        passLeases(4);

        oneTakesOver(herd, owner);
    }

    @Test
    @DisplayName("W3 L1 of a thousand waiters of an owner that dies exactly one takes over, within a lease")
    void exactlyOneTakesOverFromAnOwnerThatDies() throws Exception {
        FirstSeen<String> owner = firstSeen(cacheThatDies());
        List<CompletableFuture<Receipt<String>>> herd = herd(List.of(cache(), cache()), 1_000);
        assertThat(done(herd)).isEmpty();

        passLeases(1);
        pass(Duration.ofMillis(50));

        oneTakesOver(herd, owner);
    }

    @Test
    @DisplayName("W3 when a record is invalidated exactly one of those who wait takes over")
    void exactlyOneTakesOverWhatWasInvalidated() throws Exception {
        ApiCache<String> cache = cache();
        FirstSeen<String> owner = firstSeen(cache);
        List<CompletableFuture<Receipt<String>>> herd = herd(List.of(cache, cache()), 100);

        cache.invalidate(id);
        passLeases(4);

        oneTakesOver(herd, owner);
    }

    private void oneTakesOver(List<CompletableFuture<Receipt<String>>> herd, FirstSeen<String> owner) throws Exception {
        CompletableFuture.anyOf(herd.toArray(CompletableFuture[]::new)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        List<CompletableFuture<Receipt<String>>> done = done(herd);
        assertThat(done).as("those who were told").hasSize(1);
        FirstSeen<String> next = (FirstSeen<String>) told(done.get(0));
        assertThat(next.token()).isGreaterThan(owner.token());

        next.handle("of the next");
        passLeases(5);

        int answered = 0;
        for (CompletableFuture<Receipt<String>> waiter : herd) {
            answered +=
                    told(waiter) instanceof Cached<String> hit && hit.response().equals("of the next") ? 1 : 0;
        }
        assertThat(answered).isEqualTo(herd.size() - 1);
    }

    @Test
    @DisplayName("C4 C5 an owner that was lost cannot handle, is told, and its token is smaller than the next one's")
    void anOwnerThatWasLostCannotHandle() {
        FirstSeen<String> lost = firstSeen(cacheThatDies());
        passLeases(2);
        ApiCache<String> cache = cache();
        FirstSeen<String> next = firstSeen(cache);

        assertThat(lost.isLost()).isTrue();
        assertThatThrownBy(() -> lost.handle("stale")).isInstanceOf(LeaseLostException.class);
        assertThat(next.token()).isGreaterThan(lost.token());
        next.handle("response");
        assertThat(replayed(cache)).isEqualTo("response");
    }

    @Test
    @DisplayName("H3 an owner that is late, and whose place nobody took, is accepted")
    void aLateOwnerIsAccepted() {
        FirstSeen<String> late = firstSeen(cacheThatDies());
        passLeases(1);

        late.handle("late");

        assertThat(replayed(cache())).isEqualTo("late");
    }

    @Test
    @DisplayName("L1 an owner keeps its claim for ten leases of work")
    void longWorkKeepsTheClaim() {
        FirstSeen<String> owner = firstSeen(cache());
        passLeases(10);

        assertInFlight(cache());
        assertThat(owner.isLost()).isFalse();
        owner.handle("response");
        assertThat(replayed(cache())).isEqualTo("response");
    }

    @Test
    @DisplayName("L1 L2 a claim that is forgotten ends at the work limit, and its owner is told")
    void aForgottenClaimEnds() {
        ApiCache<String> forgetful = build(over(open()).workLimit(lease().multipliedBy(3)));
        FirstSeen<String> forgotten = firstSeen(forgetful);
        CompletableFuture<Void> lost = forgotten.lost().toCompletableFuture();
        passLeases(2);
        assertThat(lost).isNotDone();

        passLeases(3);

        assertThat(lost).isDone();
        assertThat(forgotten.isLost()).isTrue();
        firstSeen(cache()).release();
    }

    @Test
    @DisplayName("L2 the owner of what was invalidated elsewhere learns of it by itself")
    void anOwnerLearnsThatItWasInvalidated() {
        FirstSeen<String> owner = firstSeen(cache());
        CompletableFuture<Void> lost = owner.lost().toCompletableFuture();
        cache().invalidate(id);

        passLeases(1);

        assertThat(lost).isDone();
        assertThat(owner.isLost()).isTrue();
        assertThatThrownBy(() -> owner.handle("void")).isInstanceOf(LeaseLostException.class);
    }

    @Test
    @DisplayName("W2 nobody waits beyond the limit of waiters, wherever the owner is")
    void nobodyWaitsBeyondTheLimit() throws Exception {
        FirstSeen<String> owner = firstSeen(cache());
        ApiCache<String> limited = build(over(open()).maxWaiters(1, 1));
        ApiCache<String> none = build(over(open()).maxWaiters(0, 0));

        CompletableFuture<Receipt<String>> waits = waiter(limited, Duration.ofMinutes(10));
        assertThat(told(limited.receiveAsync(id, Duration.ofMinutes(10)))).isInstanceOf(InFlight.class);
        assertThat(told(none.receiveAsync(id, Duration.ofMinutes(10)))).isInstanceOf(InFlight.class);

        owner.handle("response");
        passLeases(5); // where hints are lost, the next look finds it
        assertThat(response(waits)).isEqualTo("response");
        assertThat(told(none.receiveAsync(id, Duration.ofMinutes(10)))).isInstanceOf(Cached.class);
    }

    @Test
    @DisplayName("C3 who is cancelled leaves no trace")
    void whoIsCancelledLeavesNoTrace() {
        ApiCache<String> cache = cache();
        FirstSeen<String> owner = firstSeen(cache);
        ApiCache<String> elsewhere = cache();
        CompletableFuture<Receipt<String>> waiter = waiter(elsewhere, LONG);

        waiter.cancel(false);

        eventually("no trace", () -> elsewhere.toString().contains("0 ids"));
        assertThat(elsewhere.toString()).contains("0 waiters");
        owner.handle("response");
        assertThat(replayed(elsewhere)).isEqualTo("response");
    }

    @Test
    @DisplayName("C3 who is interrupted leaves no trace, and its flag is set again")
    void whoIsInterruptedLeavesNoTrace() throws Exception {
        FirstSeen<String> owner = firstSeen(cache());
        ApiCache<String> elsewhere = cache();
        AtomicReference<Thread> caller = new AtomicReference<>();
        FutureTask<Boolean> blocked = blocked(elsewhere, () -> {
            caller.set(Thread.currentThread());
            try {
                elsewhere.receiveAndWait(id, LONG);
                return false;
            } catch (WaitInterruptedException e) {
                return Thread.currentThread().isInterrupted();
            }
        });

        caller.get().interrupt();

        assertThat(blocked.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        eventually("no trace", () -> elsewhere.toString().contains("0 ids"));
        assertThat(elsewhere.toString()).contains("0 waiters");
        owner.handle("response");
        assertThat(replayed(elsewhere)).isEqualTo("response");
    }

    @Test
    @DisplayName("Z1 W2 closing ends every wait, and gives claims back")
    void closingEndsWaits() {
        ApiCache<String> cache = cache();
        FirstSeen<String> owner = firstSeen(cache);
        CompletableFuture<Receipt<String>> here = waiter(cache, LONG);
        ApiCache<String> elsewhere = cache();

        cache.close();
        cache.close();

        assertThatThrownBy(() -> told(here))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(owner.isLost()).isTrue();
        assertThatThrownBy(() -> owner.handle("late")).isInstanceOf(LeaseLostException.class);
        firstSeen(elsewhere).handle("response");
        assertThat(replayed(elsewhere)).isEqualTo("response");
    }

    @Test
    @DisplayName("M1 one waiter more than the limit is told at once")
    void waitersAreLimited() throws Exception {
        ApiCache<String> cache = build(over(open()).maxWaiters(1, 10));
        FirstSeen<String> owner = firstSeen(cache);
        CompletableFuture<Receipt<String>> first = waiter(cache, LONG);

        CompletableFuture<Receipt<String>> second = cache.receiveAsync(id, LONG);

        assertThat(told(second)).isInstanceOf(InFlight.class);
        owner.handle("response");
        assertThat(response(first)).isEqualTo("response");
        assertThat(cache.toString()).contains("0 waiters");
    }
}
