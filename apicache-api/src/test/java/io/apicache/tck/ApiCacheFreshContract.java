package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.Fingerprint;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.Receipt;
import io.apicache.Request;
import io.apicache.spi.Store;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.HintFault;
import io.apicache.tck.FaultyStore.Verb;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No caller is answered from what its process knew before the call. The other half is {@link ApiCacheContract}, which is the one to
 * extend.
 */
public abstract class ApiCacheFreshContract extends ApiCacheOwedContract {

    private static final Duration LONG = Duration.ofMinutes(10);

    /** Longer than the pause between two confirmations of a claim, and than any last look. */
    private static final Duration MOMENT = Duration.ofMillis(50);

    /** {@return a process that no message reaches} */
    private ApiCache<String> deaf() {
        Store<String> deaf = FaultyStore.around(open()).hints(HintFault.DROPPED);
        return build(over(deaf));
    }

    private CompletableFuture<Receipt<String>> receive(ApiCache<String> cache, Duration maxWait) {
        CompletableFuture<Receipt<String>> call = cache.receiveAsync(id, maxWait);
        settle();
        return call;
    }

    // ---- the process of an owner that was ousted

    @ParameterizedTest(
            name = "H1 L2 a caller in the process of an ousted owner gets the other owner''s response, maxWait {0} ms")
    @ValueSource(longs = {0, 1, 30})
    void theProcessOfAnOustedOwnerLearnsOfTheResponse(long maxWait) throws Exception {
        ApiCache<String> here = cache();
        FirstSeen<String> ousted = firstSeen(here);
        ApiCache<String> elsewhere = cache();
        elsewhere.invalidate(id);
        firstSeen(elsewhere).handle("of the other");

        CompletableFuture<Receipt<String>> call = receive(here, Duration.ofMillis(maxWait));
        pass(MOMENT);

        assertThat(response(call)).isEqualTo("of the other");
        assertThat(ousted.isLost()).isTrue();
    }

    @Test
    @DisplayName("L2 an ousted owner learns of the other owner with the next call in its process")
    void anOustedOwnerLearnsOfTheOther() throws Exception {
        ApiCache<String> here = cache();
        FirstSeen<String> ousted = firstSeen(here);
        CompletableFuture<Void> lost = ousted.lost().toCompletableFuture();
        ApiCache<String> elsewhere = cache();
        elsewhere.invalidate(id);
        FirstSeen<String> other = firstSeen(elsewhere);

        CompletableFuture<Receipt<String>> call = receive(here, Duration.ZERO);
        pass(MOMENT);

        assertThat(told(call)).isInstanceOf(InFlight.class);
        assertThat(lost).isDone();
        assertThat(other.isLost()).isFalse();
        other.handle("of the other");
        assertThat(replayed(here)).isEqualTo("of the other");
    }

    @Test
    @DisplayName("F1 a fingerprint is not refused for the claim of an ousted owner")
    void nobodyIsRefusedForAnOustedOwner() throws Exception {
        Request old = Request.of(id).withFingerprint(Fingerprint.of("old"));
        Request changed = Request.of(id).withFingerprint(Fingerprint.of("changed"));
        ApiCache<String> here = cache();
        FirstSeen<String> ousted = (FirstSeen<String>) here.receiveAndWait(old, Duration.ZERO);
        ApiCache<String> elsewhere = cache();
        elsewhere.invalidate(id);
        FirstSeen<String> other = (FirstSeen<String>) elsewhere.receiveAndWait(changed, Duration.ZERO);
        other.handle("of the other");

        CompletableFuture<Receipt<String>> call = here.receiveAsync(changed, Duration.ZERO);
        settle();
        pass(MOMENT);

        assertThat(response(call)).isEqualTo("of the other");
        assertThat(ousted.isLost()).isTrue();
    }

    @Test
    @DisplayName("H2 a herd that calls in the owner's process costs a few renewals, not one each")
    void aHerdInTheOwnersProcessSharesConfirmations() throws Exception {
        FaultyStore<String> counted = FaultyStore.around(open());
        ApiCache<String> here = build(over(counted));
        FirstSeen<String> owner = firstSeen(here);
        Queue<Runnable> replies = new ConcurrentLinkedQueue<>();
        counted.answerOn(replies::add);
        List<CompletableFuture<Receipt<String>>> herd = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            herd.add(here.receiveAsync(id, Duration.ZERO));
        }

        for (int i = 0; i < 5; i++) {
            counted.answerOn(Runnable::run);
            letThrough(counted, replies);
            pass(MOMENT);
        }

        for (CompletableFuture<Receipt<String>> call : herd) {
            assertThat(told(call)).isInstanceOf(InFlight.class);
        }
        assertThat(counted.calls(Verb.RENEW)).isLessThanOrEqualTo(6);
        assertThat(owner.isLost()).isFalse();
        owner.handle("response");
    }

    /** Lets through the replies that are held back, once they are there. */
    private static void letThrough(FaultyStore<String> store, Queue<Runnable> replies) {
        eventually("the store has replied", () -> store.unanswered() == replies.size());
        for (Runnable reply = replies.poll(); reply != null; reply = replies.poll()) {
            reply.run();
        }
    }

    @Test
    @DisplayName("W2 a caller in the owner's process gets InFlight although the store does not confirm the claim")
    void theOwnersProcessAnswersWithoutTheStore() throws Exception {
        FaultyStore<String> faulty = FaultyStore.around(open());
        ApiCache<String> here = build(over(faulty));
        FirstSeen<String> owner = firstSeen(here);
        faulty.nth(1, Verb.RENEW, Fault.REFUSED)
                .nth(2, Verb.RENEW, Fault.REFUSED)
                .nth(3, Verb.RENEW, Fault.REFUSED);

        CompletableFuture<Receipt<String>> call = receive(here, Duration.ZERO);
        pass(MOMENT);

        assertThat(told(call)).isInstanceOf(InFlight.class);
        faulty.heal();
        assertThat(owner.isLost()).isFalse();
        owner.handle("response");
    }

    // ---- what a process knew of another owner

    @Test
    @DisplayName("W1 a process that still holds a lost claim looks at once for its next caller")
    void aLostClaimKeepsNoOldKnowledge() throws Exception {
        ApiCache<String> here = deaf();
        FirstSeen<String> lost = firstSeen(here);
        ApiCache<String> elsewhere = cache();
        elsewhere.invalidate(id);
        FirstSeen<String> other = firstSeen(elsewhere);
        passLeases(1);
        assertThat(lost.isLost()).isTrue();
        CompletableFuture<Receipt<String>> impatient = receive(here, MOMENT);
        pass(MOMENT);
        assertThat(told(impatient)).isInstanceOf(InFlight.class);

        other.handle("of the other");
        CompletableFuture<Receipt<String>> next = receive(here, LONG);

        assertThat(response(next)).isEqualTo("of the other");
    }

    @ParameterizedTest(name = "W1 a wait of {0} ms is not in vain if the response was stored before it began")
    @ValueSource(longs = {1, 2, 5, 15, 19, 25, 39, 41, 60})
    void noWaitIsTooShort(long maxWait) throws Exception {
        FirstSeen<String> owner = firstSeen(cache());
        ApiCache<String> deaf = deaf();
        CompletableFuture<Receipt<String>> patient = waiter(deaf, LONG);
        owner.handle("response");

        CompletableFuture<Receipt<String>> call = receive(deaf, Duration.ofMillis(maxWait));
        for (int i = 0; i < 4; i++) {
            pass(Duration.ofMillis(maxWait)
                    .dividedBy(4)); // so that a store answers in time what it is asked on the way
            settle();
        }

        assertThat(response(call)).isEqualTo("response");
        assertThat(response(patient)).isEqualTo("response");
    }

    // ---- claims by id

    @Test
    @DisplayName("C4 handle by id is refused under a later claim while a lost one is unfinished, whatever came between")
    void byIdALostClaimIsNotForgotten() {
        ApiCache<String> cache = cache();
        FirstSeen<String> lost = firstSeen(cache);
        cache.invalidate(id);
        FirstSeen<String> second = firstSeen(cache);
        second.release();
        FirstSeen<String> third = firstSeen(cache);

        assertThatThrownBy(() -> cache.handle(id, "of the lost one?"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("receipt");
        assertThatThrownBy(() -> cache.release(id)).isInstanceOf(IllegalStateException.class);
        assertThat(cache.peek(id)).isEmpty();
        assertThat(third.isLost()).isFalse();

        lost.close();
        cache.handle(id, "of the third");
        assertThat(cache.receiveAndWait(id, Duration.ZERO)).isInstanceOf(Cached.class);
    }

    @Test
    @DisplayName("C4 by id a lost claim is not forgotten behind one that was handled")
    void byIdALostClaimIsNotForgottenBehindAResponse() {
        ApiCache<String> cache = cache();
        FirstSeen<String> lost = firstSeen(cache);
        cache.invalidate(id);
        firstSeen(cache).handle("of the second");
        cache.invalidate(id);
        FirstSeen<String> third = firstSeen(cache);

        assertThatThrownBy(() -> cache.handle(id, "of the lost one?")).isInstanceOf(IllegalStateException.class);

        third.handle("of the third");
        assertThat(lost.isLost()).isTrue();
        assertThat(replayed(cache)).isEqualTo("of the third");
    }
}
