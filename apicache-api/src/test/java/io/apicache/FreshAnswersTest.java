package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No answer is older than the call that gets it, whichever way it comes: by a message, by the reply to the owner's own handle, or as a claim
 * that was granted long ago. Messages and replies arrive when the test lets them; the store executes at once.
 */
@EndsInTime
class FreshAnswersTest {

    private static final Duration LEASE = Duration.ofSeconds(10);
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
                .build();
    }

    @AfterEach
    void close() {
        slow.heal();
        reply();
        here.close();
        elsewhere.close();
    }

    private static FirstSeen<String> firstSeen(ApiCache<String> cache) {
        return (FirstSeen<String>) cache.receiveAndWait("id", Duration.ZERO);
    }

    private CompletableFuture<Receipt<String>> receive(Duration maxWait) {
        return here.receiveAsync("id", maxWait);
    }

    private void holdReplies() {
        slow.answerOn(replies::add);
    }

    private void reply() {
        slow.answerOn(Runnable::run);
        List<Runnable> held = List.copyOf(replies);
        replies.clear();
        held.forEach(Runnable::run);
    }

    /** {@return the outcome of a call, in short} */
    private static String kind(CompletableFuture<Receipt<String>> call) {
        if (!call.isDone()) {
            return "nothing yet";
        }
        Receipt<String> receipt = call.join();
        return receipt instanceof Cached<String> hit
                ? hit.response()
                : receipt.getClass().getSimpleName();
    }

    // ---- messages

    @Test
    @DisplayName("H1 a late message gives no response to a caller that came after an invalidation elsewhere")
    void aMessageIsOlderThanAnInvalidation() {
        FirstSeen<String> owner = firstSeen(elsewhere);
        CompletableFuture<Receipt<String>> before = receive(LONG);
        slow.hints(HintFault.DELAYED);
        owner.handle("old");
        elsewhere.invalidate("id");
        CompletableFuture<Receipt<String>> after = receive(LONG);

        slow.deliverHints();

        assertThat(kind(before)).isEqualTo("old");
        assertThat(kind(after)).isEqualTo("FirstSeen");
    }

    @Test
    @DisplayName("H1 a late message gives no response to a caller that came after the retention had ended")
    void aMessageIsOlderThanTheEndOfRetention() {
        FirstSeen<String> owner = firstSeen(elsewhere);
        CompletableFuture<Receipt<String>> before = receive(LONG);
        slow.hints(HintFault.DELAYED);
        owner.handle("old", Duration.ofMillis(100));
        time.advance(Duration.ofMillis(150));
        CompletableFuture<Receipt<String>> after = receive(LONG);

        slow.deliverHints();

        assertThat(kind(before)).isEqualTo("old");
        assertThat(kind(after)).isEqualTo("FirstSeen");
    }

    @Test
    @DisplayName("H1 C4 a late message gives no response to a caller that came after another owner had begun")
    void aMessageIsOlderThanTheNextOwner() {
        FirstSeen<String> owner = firstSeen(elsewhere);
        CompletableFuture<Receipt<String>> before = receive(LONG);
        slow.hints(HintFault.DELAYED);
        owner.handle("old");
        elsewhere.invalidate("id");
        FirstSeen<String> next = firstSeen(elsewhere);
        CompletableFuture<Receipt<String>> after = receive(LONG);
        int asked = slow.calls(Verb.JOIN);

        slow.deliverHints();

        assertThat(kind(before)).isEqualTo("old");
        assertThat(kind(after)).isEqualTo("nothing yet");
        assertThat(slow.calls(Verb.JOIN) - asked)
                .as("looks for the caller that is left")
                .isBetween(1, 3);
        slow.hints(HintFault.NONE);
        next.handle("new");
        assertThat(kind(after)).isEqualTo("new");
    }

    @Test
    @DisplayName("W1 a message answers a caller that came while a look saw that owner at work")
    void aMessageIsNewsToWhoWaits() {
        FirstSeen<String> owner = firstSeen(elsewhere);
        CompletableFuture<Receipt<String>> first = receive(LONG);
        CompletableFuture<Receipt<String>> second = receive(LONG);

        owner.handle("response");

        assertThat(kind(first)).isEqualTo("response");
        assertThat(kind(second)).isEqualTo("response");
    }

    // ---- the reply to the owner's own handle

    @ParameterizedTest(
            name = "H1 the reply to a handle does not answer a caller that came after an invalidation, maxWait {0} ms")
    @ValueSource(longs = {0, 1, 600_000})
    void aReplyIsOlderThanAnInvalidation(long maxWait) {
        FirstSeen<String> owner = firstSeen(here);
        CompletableFuture<Receipt<String>> before = receive(LONG);
        holdReplies();
        CompletableFuture<Void> handled = owner.handleAsync("old");
        slow.answerOn(Runnable::run);
        elsewhere.invalidate("id");
        CompletableFuture<Receipt<String>> after = receive(Duration.ofMillis(maxWait));

        reply();
        time.advance(Duration.ofMillis(50));

        assertThat(handled).isCompleted(); // it was stored, before it was invalidated
        if (kind(before).equals("FirstSeen")) { // one of the two does the work
            assertThat(kind(after)).isIn("InFlight", "nothing yet");
        } else {
            assertThat(kind(before)).isEqualTo("old");
            assertThat(kind(after)).isEqualTo("FirstSeen");
        }
    }

    @Test
    @DisplayName("H1 after an invalidation and another owner's response, the reply to an old handle answers no caller")
    void aReplyIsOlderThanTheNextResponse() {
        FirstSeen<String> owner = firstSeen(here);
        holdReplies();
        CompletableFuture<Void> handled = owner.handleAsync("old");
        slow.answerOn(Runnable::run);
        elsewhere.invalidate("id");
        firstSeen(elsewhere).handle("new");
        CompletableFuture<Receipt<String>> after = receive(LONG);

        reply();
        time.advance(Duration.ofMillis(50));

        assertThat(handled).isCompleted();
        assertThat(kind(after)).isEqualTo("new");
    }

    // ---- a grant that was long in coming

    @Test
    @DisplayName("C1 H1 a claim granted long ago is not given to a caller that came after another one was handled")
    void aGrantIsOlderThanTheNextResponse() {
        holdReplies();
        CompletableFuture<Receipt<String>> gone = receive(LONG);
        slow.answerOn(Runnable::run);
        elsewhere.invalidate("id");
        firstSeen(elsewhere).handle("new");
        CompletableFuture<Receipt<String>> after = receive(LONG);
        gone.cancel(false);

        reply();
        time.advance(Duration.ofMillis(50));

        assertThat(kind(after)).isEqualTo("new");
    }

    @Test
    @DisplayName("C3 a claim that came too late for all of its callers is given back")
    void aGrantForNobodyIsGivenBack() {
        holdReplies();
        CompletableFuture<Receipt<String>> gone = receive(LONG);
        slow.answerOn(Runnable::run);
        CompletableFuture<Receipt<String>> after = receive(LONG);
        gone.cancel(false);

        reply();
        time.advance(Duration.ofMillis(50));

        assertThat(kind(after)).isEqualTo("FirstSeen");
        ((FirstSeen<String>) after.join()).release();
        assertThat(kind(elsewhere.receiveAsync("id", Duration.ZERO))).isEqualTo("FirstSeen");
    }

    // ---- what is known of another owner

    @Test
    @DisplayName(
            "W2 a caller gets no InFlight from an earlier look while a new look is on its way, only after its time-out")
    void inFlightIsNotToldOnOldKnowledge() {
        FirstSeen<String> owner = firstSeen(elsewhere);
        CompletableFuture<Receipt<String>> before = receive(LONG);
        slow.hints(HintFault.DROPPED);
        owner.handle("response");
        holdReplies();
        CompletableFuture<Receipt<String>> after = receive(Duration.ofMillis(10));

        time.advance(Duration.ofMillis(15));
        assertThat(kind(after)).isEqualTo("nothing yet");
        reply();

        assertThat(kind(after)).isEqualTo("response");
        assertThat(kind(before)).isEqualTo("response");
    }

    @Test
    @DisplayName("W2 a caller gets InFlight from an earlier look if the look that should confirm it is not answered")
    void whatIsKnownIsToldInTheEnd() {
        firstSeen(elsewhere);
        CompletableFuture<Receipt<String>> before = receive(LONG);
        slow.every(1, Verb.JOIN, Fault.BLACK_HOLE).every(1, Verb.CLAIM, Fault.BLACK_HOLE);
        CompletableFuture<Receipt<String>> after = receive(Duration.ofMillis(10));

        time.advance(Duration.ofMillis(2_010));

        assertThat(kind(after)).isEqualTo("InFlight");
        assertThat(kind(before)).isEqualTo("nothing yet");
    }
}
