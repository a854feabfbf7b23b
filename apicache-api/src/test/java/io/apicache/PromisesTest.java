package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.spi.Hints;
import io.apicache.spi.Store;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.HintFault;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Promises that hang on one comparison each: which reading of the clock, which token, whose fingerprint, which rooms. */
@EndsInTime
class PromisesTest {

    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofMinutes(10);

    /** Shows the listeners to its messages. */
    private static final class Listened extends ReferenceStore<String> {

        private final List<Hints<String>> listeners = new ArrayList<>();

        Listened(ManualTime time) {
            super(time);
        }

        @Override
        public Registration hints(Hints<String> hints) {
            listeners.add(hints);
            return super.hints(hints);
        }
    }

    private final ManualTime time = new ManualTime();
    private final Listened records = new Listened(time);
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
                .build();
    }

    @AfterEach
    void close() {
        slow.heal();
        here.close();
        elsewhere.close();
    }

    private static FirstSeen<String> firstSeen(ApiCache<String> cache, String id) {
        return (FirstSeen<String>) cache.receiveAndWait(id, Duration.ZERO);
    }

    private static Request request(String content) {
        return Request.of("id").withFingerprint(Fingerprint.of(content));
    }

    private static String kind(CompletableFuture<Receipt<String>> call) {
        if (!call.isDone()) {
            return "nothing yet";
        }
        Receipt<String> receipt = call.join();
        return receipt instanceof Cached<String> hit
                ? hit.response()
                : receipt.getClass().getSimpleName();
    }

    // ---- L1, L2

    @Test
    @DisplayName("L2 a lease counts from before its renewal was sent, however long the reply took")
    void aRenewalCountsFromBeforeItWasSent() {
        FirstSeen<String> owner = firstSeen(here, "id");
        slow.answerOn(replies::add);
        time.advance(LEASE.dividedBy(3)); // the first renewal is sent
        assertThat(replies).hasSize(1);
        Runnable first = replies.get(0);
        slow.answerOn(Runnable::run).every(1, Verb.RENEW, Fault.BLACK_HOLE);
        time.advance(LEASE.dividedBy(3));
        first.run();

        time.advance(LEASE.dividedBy(3).multipliedBy(2).minusMillis(1));
        assertThat(owner.isLost()).isFalse();
        time.advance(Duration.ofMillis(1));
        assertThat(owner.isLost()).isTrue();
    }

    @Test
    @DisplayName("L2 a lease counts from before the claim was sent, however long the reply took")
    void aClaimCountsFromBeforeItWasSent() {
        slow.answerOn(replies::add);
        CompletableFuture<Receipt<String>> call = here.receiveAsync("id", LONG);
        time.advance(SECOND);
        slow.answerOn(Runnable::run).every(1, Verb.RENEW, Fault.BLACK_HOLE);
        replies.forEach(Runnable::run);
        FirstSeen<String> owner = (FirstSeen<String>) call.join();

        time.advance(LEASE.minus(SECOND).minusMillis(1));
        assertThat(owner.isLost()).isFalse();
        time.advance(Duration.ofMillis(1));
        assertThat(owner.isLost()).isTrue();
    }

    @Test
    @DisplayName("L2 a renewal that comes after the lease has ended does not bring the claim back")
    void aLateRenewalRevivesNothing() {
        FirstSeen<String> owner = firstSeen(here, "id");
        CompletableFuture<Void> lost = owner.lost().toCompletableFuture();
        slow.answerOn(replies::add);
        time.advance(LEASE);
        slow.answerOn(Runnable::run);
        assertThat(owner.isLost()).isTrue();

        replies.forEach(Runnable::run);

        assertThat(owner.isLost()).isTrue();
        assertThat(lost).isDone();
    }

    @Test
    @DisplayName("L2 an owner that was suspended past its lease is lost at once, and no late reply takes that back")
    void aSuspendedOwnerIsLost() {
        FirstSeen<String> owner = firstSeen(here, "id");
        slow.answerOn(replies::add);
        time.advance(LEASE.dividedBy(3)); // a renewal is sent
        time.pause(LEASE.dividedBy(3).multipliedBy(2));
        slow.answerOn(Runnable::run);
        assertThat(owner.isLost()).isTrue();

        replies.forEach(Runnable::run); // the store executed it in time, but this process did not know

        assertThat(owner.isLost()).isTrue();
    }

    @Test
    @DisplayName("L2 an owner whose handle is refused is lost from then on, and lost() completes")
    void aRefusedHandleIsALoss() {
        FirstSeen<String> owner = firstSeen(here, "id");
        CompletableFuture<Void> lost = owner.lost().toCompletableFuture();
        elsewhere.invalidate("id");

        assertThatThrownBy(() -> owner.handle("void")).isInstanceOf(LeaseLostException.class);

        assertThat(owner.isLost()).isTrue();
        assertThat(lost).isDone();
    }

    @Test
    @DisplayName("W3 a second release returns no sooner than the first, when the id is free")
    void aSecondReleaseReturnsWithTheFirst() {
        FirstSeen<String> owner = firstSeen(here, "id");
        slow.answerOn(replies::add);
        Callers.Call<Object> first = Callers.waiting(releasing(owner));
        Callers.Call<Object> second = Callers.waiting(releasing(owner));
        assertThat(second.isDone()).isFalse();
        slow.answerOn(Runnable::run);

        List.copyOf(replies).forEach(Runnable::run);

        assertThat(Callers.outcome(first, "release")).isEqualTo("released");
        assertThat(Callers.outcome(second, "the second release")).isEqualTo("released");
    }

    private static Callable<Object> releasing(FirstSeen<String> owner) {
        return () -> {
            owner.release();
            return "released";
        };
    }

    @Test
    @DisplayName("L1 replies to renewals that overtake one another do not shorten the lease")
    void repliesMayOvertakeOneAnother() {
        FirstSeen<String> owner = firstSeen(here, "id");
        slow.answerOn(replies::add);
        while (replies.size() < 2) {
            time.advance(Duration.ofMillis(1));
        }
        long sent = time.nanoTime(); // a millisecond ago at the most
        slow.answerOn(Runnable::run).every(1, Verb.RENEW, Fault.BLACK_HOLE);

        replies.get(1).run();
        replies.get(0).run();

        time.advance(LEASE.minusMillis(2).minusNanos(time.nanoTime() - sent));
        assertThat(owner.isLost()).isFalse();
    }

    // ---- W1

    @Test
    @DisplayName("W1 after messages may have been missed, every id that has waiters looks again, once")
    void everyRoomLooksAgain() {
        List<FirstSeen<String>> owners = new ArrayList<>();
        List<CompletableFuture<Receipt<String>>> waiters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            owners.add(firstSeen(elsewhere, "id " + i));
            waiters.add(here.receiveAsync("id " + i, LONG));
        }
        slow.hints(HintFault.DROPPED);
        owners.subList(0, 4).forEach(owner -> owner.handle("response"));
        slow.hints(HintFault.NONE);
        int looks = slow.calls(Verb.JOIN);

        records.listeners.get(0).missed();

        assertThat(waiters.subList(0, 4)).allMatch(waiter -> kind(waiter).equals("response"));
        assertThat(kind(waiters.get(4))).isEqualTo("nothing yet");
        assertThat(slow.calls(Verb.JOIN) - looks).isEqualTo(5);
    }

    // ---- C4, H1

    @Test
    @DisplayName("C4 H1 a message of an owner whose token is older than one that was seen is no news")
    void aMessageOfAnEarlierOwnerIsNoNews() {
        FirstSeen<String> first = firstSeen(elsewhere, "id");
        CompletableFuture<Receipt<String>> waiter = here.receiveAsync("id", LONG);
        slow.hints(HintFault.DELAYED);
        first.handle("of the first");
        elsewhere.invalidate("id");
        FirstSeen<String> second = firstSeen(elsewhere, "id");
        time.advance(SECOND.multipliedBy(3)); // a look sees the second owner at work

        slow.deliverHints();

        assertThat(kind(waiter)).isEqualTo("nothing yet");
        slow.hints(HintFault.NONE);
        second.handle("of the second");
        assertThat(kind(waiter)).isEqualTo("of the second");
    }

    // ---- F1

    @Test
    @DisplayName("F1 a claim that was asked for with one fingerprint is not given to a caller with another")
    void aGrantGoesToTheSameFingerprint() {
        FirstSeen<String> owner = firstSeen(elsewhere, "id");
        CompletableFuture<Receipt<String>> longest = here.receiveAsync(request("one"), LONG.plus(SECOND));
        CompletableFuture<Receipt<String>> other = here.receiveAsync(request("other"), LONG);
        slow.answerOn(replies::add);
        owner.release(); // the caller that waits longest asks, for all of them
        longest.cancel(false);
        slow.answerOn(Runnable::run);

        List.copyOf(replies).forEach(Runnable::run);
        time.advance(Duration.ofMillis(50));

        assertThat(kind(other)).isEqualTo("FirstSeen");
        assertThatThrownBy(() -> elsewhere.receiveAndWait(request("one"), Duration.ZERO))
                .isInstanceOf(RequestMismatchException.class);
        assertThat(elsewhere.receiveAndWait(request("other"), Duration.ZERO)).isInstanceOf(InFlight.class);
    }

    @Test
    @DisplayName("F1 a waiter with another fingerprint is refused by the response, if the claim had no fingerprint")
    void aWaiterIsRefusedByTheResponseOfAnother() {
        FirstSeen<String> open = firstSeen(elsewhere, "id"); // without a fingerprint: all callers wait
        CompletableFuture<Receipt<String>> one = here.receiveAsync(request("one"), LONG);
        CompletableFuture<Receipt<String>> other = here.receiveAsync(request("other"), LONG);
        slow.hints(HintFault.DROPPED);
        open.release();
        FirstSeen<String> next = (FirstSeen<String>) elsewhere.receiveAndWait(request("one"), Duration.ZERO);
        slow.hints(HintFault.NONE);

        next.handle("response");
        time.advance(SECOND.multipliedBy(5));

        assertThat(kind(one)).isEqualTo("response");
        assertThat(Callers.outcome(other, "the other")).isInstanceOf(RequestMismatchException.class);
    }
}
