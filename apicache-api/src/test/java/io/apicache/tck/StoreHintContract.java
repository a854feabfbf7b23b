package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.apicache.spi.Attempt;
import io.apicache.spi.Claimed;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The part of {@link StoreContract} about waiting: what a join sees, and what those who have joined are told. */
public abstract class StoreHintContract extends StoreReplayContract {

    private static final int FEW = 4;

    // ---- W1, without hints: the join itself sees every change

    @Test
    @DisplayName("W1 a join sees that the owner has handled")
    void aJoinSeesThatTheOwnerHasHandled() throws Exception {
        Token owner = granted(here);
        Attempt waiter = attempt();
        pending(join(there, waiter));

        accepted(handle(here, owner, "done"));

        assertThat(handled(join(there, waiter)).value()).isEqualTo("done");
    }

    @Test
    @DisplayName("W1 a join takes a record that was released")
    void aJoinTakesARecordThatWasReleased() throws Exception {
        Token owner = granted(here);
        Attempt waiter = attempt();
        pending(join(there, waiter));

        assertThat(release(here, owner)).isTrue();

        assertThat(takenOver(join(there, waiter))).isFalse();
    }

    @Test
    @DisplayName("W1 a join takes a record that was invalidated")
    void aJoinTakesARecordThatWasInvalidated() throws Exception {
        granted(here);
        Attempt waiter = attempt();
        pending(join(there, waiter));

        assertThat(invalidate(here)).isTrue();

        assertThat(takenOver(join(there, waiter))).isFalse();
    }

    @Test
    @DisplayName("W1 a join of an absent record is a claim")
    void aJoinOfAnAbsentRecordIsAClaim() throws Exception {
        Claimed<String> joined = join(here, attempt());

        assertThat(takenOver(joined)).isFalse();
        assertThat(pending(claim(there, attempt())).number())
                .isEqualTo(granted(joined).number());
    }

    // ---- W1, with hints

    @Test
    @DisplayName("W1 who has joined is told that the record was handled")
    void whoHasJoinedIsToldThatTheRecordWasHandled() throws Exception {
        Digest fingerprint = new Digest(1, 2, 3, 4);
        HintRecorder hints = listenTo(there);
        Token owner = granted(claim(here, attempt(fingerprint)));
        pending(join(there, attempt()));

        accepted(handle(here, owner, "done"));

        hints.await(key, patience()).response().ifPresent(response -> {
            assertThat(response.value()).isEqualTo("done");
            assertThat(response.number()).isEqualTo(owner.number());
            assertThat(response.fingerprint()).isEqualTo(fingerprint);
        });
    }

    @Test
    @DisplayName("W1 who has joined is told of a response that is not retained")
    void whoHasJoinedIsToldOfAResponseThatIsNotRetained() throws Exception {
        HintRecorder hints = listenTo(there);
        Token owner = granted(here);
        pending(join(there, attempt()));

        accepted(handle(here, owner, "done", Duration.ZERO));

        hints.await(key, patience())
                .response()
                .ifPresent(response -> assertThat(response.value()).isEqualTo("done"));
    }

    @Test
    @DisplayName("W1 a long response reaches those who have joined, or a notice of it does")
    void aLongResponseReachesThoseWhoHaveJoined() throws Exception {
        String value = "long".repeat(50_000);
        HintRecorder hints = listenTo(there);
        Token owner = granted(here);
        pending(join(there, attempt()));

        accepted(handle(here, owner, value));

        hints.await(key, patience())
                .response()
                .ifPresent(response -> assertThat(response.value()).isEqualTo(value));
        everybodyGets(value);
    }

    @Test
    @DisplayName("W1 who has joined is told that the record was released")
    void whoHasJoinedIsToldThatTheRecordWasReleased() throws Exception {
        HintRecorder hints = listenTo(there);
        Token owner = granted(here);
        pending(join(there, attempt()));

        release(here, owner);

        assertThat(hints.await(key, patience()).response()).isEmpty();
    }

    @Test
    @DisplayName("W1 who has joined is told that the record was invalidated")
    void whoHasJoinedIsToldThatTheRecordWasInvalidated() throws Exception {
        HintRecorder hints = listenTo(there);
        granted(here);
        pending(join(there, attempt()));

        invalidate(here);

        assertThat(hints.await(key, patience()).response()).isEmpty();
    }

    @Test
    @DisplayName("W1 every process that has joined is told, the owner's own as well")
    void everyProcessThatHasJoinedIsTold() throws Exception {
        Store<String> elsewhere = another();
        List<HintRecorder> all = List.of(listenTo(here), listenTo(there), listenTo(elsewhere));
        Token owner = granted(here);
        for (Store<String> store : List.of(here, there, elsewhere)) {
            pending(join(store, attempt()));
        }

        accepted(handle(here, owner, "done"));

        for (HintRecorder hints : all) {
            hints.await(key, patience());
        }
    }

    @Test
    @DisplayName("W1 who looks again inside a hint sees the change")
    void whoLooksAgainInsideAHintSeesTheChange() throws Exception {
        Queue<CompletionStage<Claimed<String>>> looks = new ConcurrentLinkedQueue<>();
        Attempt waiter = attempt();
        HintRecorder hints = new HintRecorder(changed -> {
            if (changed.equals(key)) { // stores may be shared with other tests
                looks.add(there.join(key, waiter));
            }
        });
        there.hints(hints);
        Token owner = granted(here);
        pending(join(there, waiter));

        accepted(handle(here, owner, "done"));

        hints.await(key, patience());
        assertThat(handled(await(looks.remove())).value()).isEqualTo("done");
    }

    @Test
    @DisplayName("W1 no hint falls between a join and a handle at the same time")
    void noHintFallsBetweenAJoinAndAHandleAtTheSameTime() throws Exception {
        HintRecorder hints = listenTo(there);

        for (int i = 0; i < 100; i++) {
            key = new Key(key.namespace(), key.id() + "+");
            Token owner = granted(here);
            boolean joinFirst = i % 2 == 0;
            List<Object> answers = atOnce(
                    2,
                    n -> n == 0 == joinFirst
                            ? there.join(key, attempt()).thenApply(answer -> answer)
                            : here.handle(key, owner, "done", LONG).thenApply(answer -> answer));

            if (answers.get(joinFirst ? 0 : 1) instanceof Claimed.Pending) {
                hints.await(key, patience());
            }
        }
    }

    @Test
    @DisplayName("W1 who joins many times is told a few times")
    void whoJoinsManyTimesIsToldAFewTimes() throws Exception {
        HintRecorder hints = listenTo(there);
        Token owner = granted(here);
        for (int i = 0; i < 5 * FEW; i++) {
            pending(join(there, attempt()));
        }

        accepted(handle(here, owner, "done"));

        hints.await(key, patience());
        waitForAHintAboutAnotherKey(hints);
        assertThat(hints.count(key)).isLessThanOrEqualTo(FEW);
    }

    @Test
    @DisplayName("W3 who had joined before a takeover is told by the new owner")
    void whoHadJoinedBeforeATakeoverIsToldByTheNewOwner() throws Exception {
        HintRecorder hints = listenTo(there);
        // Opened before time passes: what is left of a record is kept for a short while only.
        Store<String> elsewhere = another();
        granted(here);
        pending(join(there, attempt()));
        passLeases(1.05);
        Token next = granted(elsewhere);

        accepted(handle(here, next, "done"));

        hints.await(key, patience())
                .response()
                .ifPresent(response -> assertThat(response.number()).isEqualTo(next.number()));
    }

    // ---- Z1

    @Test
    @DisplayName("Z1 a registration that was closed gets no hints, and the others go on")
    void aRegistrationThatWasClosedGetsNoHints() throws Exception {
        HintRecorder ended = new HintRecorder();
        Store.Registration registration = there.hints(ended);
        HintRecorder hints = listenTo(there);
        Token owner = granted(here);
        pending(join(there, attempt()));

        registration.close();
        registration.close();
        accepted(handle(here, owner, "done"));

        hints.await(key, patience());
        waitForAHintAboutAnotherKey(hints);
        assertThat(ended.count(key)).isZero();
    }

    @Test
    @DisplayName("Z1 closing a store twice does nothing")
    void closingAStoreTwiceDoesNothing() throws Exception {
        claimAndHandle(there, "done", LONG);

        there.close();

        assertThatCode(there::close).doesNotThrowAnyException();
    }

    private static HintRecorder listenTo(Store<String> store) {
        HintRecorder hints = new HintRecorder();
        store.hints(hints);
        return hints;
    }

    /** Whatever was under way to {@code there} before has arrived after this. */
    private void waitForAHintAboutAnotherKey(HintRecorder hints) throws Exception {
        Key first = key;
        key = new Key(first.namespace(), first.id() + "-sentinel");
        Token owner = granted(here);
        pending(join(there, attempt()));
        accepted(handle(here, owner, "done"));
        hints.await(key, patience());
        key = first;
    }
}
