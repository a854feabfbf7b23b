package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Attempt;
import io.apicache.spi.Claimed;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The part of {@link StoreContract} about responses: stored, handed over, retained and gone. */
public abstract class StoreHandleContract extends StoreHarness {

    private static final Digest ONE = new Digest(1, -2, 3, -4);

    // ---- H1

    @Test
    @DisplayName("H1 a handled request is answered with its response in every process")
    void aHandledRequestIsAnsweredWithItsResponseInEveryProcess() throws Exception {
        Token owner = granted(here);

        Claimed.Handled<String> stored = accepted(handle(here, owner, "done"));

        assertThat(stored.value()).isEqualTo("done");
        assertThat(stored.number()).isEqualTo(owner.number());
        everybodyGets("done");
        assertThat(handled(claim(there, attempt())).number()).isEqualTo(owner.number());
    }

    @Test
    @DisplayName("H1 a response comes back exactly as it was, whatever its size and letters")
    void aResponseComesBackExactlyAsItWas() throws Exception {
        Stream<String> sizes =
                Stream.of(1, 4_096, 4_097, 16_384, 16_385, 200_000).map("x"::repeat);
        Stream<String> letters =
                Stream.of("", " ", "\0", " padded\r\n", "null", "é e\u0301 日本 \uD83D\uDE00", "{}\"'\\%*?");

        for (String value : Stream.concat(sizes, letters).toList()) {
            key = new Key(key.namespace(), key.id() + "+");
            claimAndHandle(here, value, LONG);
            everybodyGets(value);
        }
    }

    @Test
    @DisplayName("H1 retention counts from handle, not from claim")
    void retentionCountsFromHandleNotFromClaim() throws Exception {
        Token owner = granted(here);
        passLeases(0.6);
        accepted(handle(here, owner, "done", leases(1)));

        passLeases(0.6);

        everybodyGets("done");
    }

    @Test
    @DisplayName("H1 a response outlives the lease of its claim")
    void aResponseOutlivesTheLeaseOfItsClaim() throws Exception {
        claimAndHandle(here, "done", leases(4));

        passLeases(2.5);

        everybodyGets("done");
    }

    @Test
    @DisplayName("H1 a response is gone when its retention has ended")
    void aResponseIsGoneWhenItsRetentionHasEnded() throws Exception {
        claimAndHandle(here, "done", leases(1));

        passLeases(1.05);

        nobodySeesAResponse();
        Claimed<String> next = claim(there, attempt());
        assertThat(takenOver(next)).isFalse();
    }

    @Test
    @DisplayName("H1 the longest retention does not overflow")
    void theLongestRetentionDoesNotOverflow() throws Exception {
        claimAndHandle(
                here,
                "done",
                Duration.ofMillis(Duration.ofNanos(Long.MAX_VALUE / 4).toMillis()));

        passLeases(1.05);

        everybodyGets("done");
    }

    @Test
    @DisplayName("H1 what replaces a response that has ended is seen by everybody")
    void whatReplacesAResponseThatHasEndedIsSeenByEverybody() throws Exception {
        claimAndHandle(here, "first", leases(1));
        everybodyGets("first");
        passLeases(1.05);

        claimAndHandle(there, "second", leases(4));
        passLeases(1.05);

        everybodyGets("second");
    }

    @Test
    @DisplayName("H1 an invalidated response is gone, and the next one is seen")
    void anInvalidatedResponseIsGone() throws Exception {
        claimAndHandle(here, "first", LONG);
        everybodyGets("first");

        assertThat(invalidate(there)).isTrue();

        nobodySeesAResponse();
        assertThat(invalidate(here)).isFalse();
        claimAndHandle(here, "second", LONG);
        everybodyGets("second");
    }

    @Test
    @DisplayName("H1 invalidate frees a record in every state")
    void invalidateFreesARecordInEveryState() throws Exception {
        assertThat(invalidate(here)).isFalse();
        Token released = granted(here);
        release(here, released);
        assertThat(invalidate(there)).isFalse();

        granted(here);
        assertThat(invalidate(there)).isTrue();
        Token lapsed = granted(here);
        passLeases(1.05);
        invalidate(there);
        refused(handle(here, lapsed, "late"));

        claimAndHandle(here, "done", Duration.ZERO);
        invalidate(there);
        assertThat(takenOver(join(there, attempt()))).isFalse();
    }

    @Test
    @DisplayName("H1 memory of one process never contradicts the record")
    void memoryOfOneProcessNeverContradictsTheRecord() throws Exception {
        claimAndHandle(here, "done", LONG);
        everybodyGets("done");
        assertThat(Stream.of(here, there).map(store -> store.peekLocal(key)))
                .allMatch(found -> found == null || found.value().equals("done"));

        invalidate(there);

        assertThat(here.peekLocal(key)).isNull();
        assertThat(there.peekLocal(key)).isNull();
    }

    @Test
    @DisplayName("H1 the age of a response grows")
    void theAgeOfAResponseGrows() throws Exception {
        claimAndHandle(here, "done", LONG);
        assertThat(handled(claim(there, attempt())).age()).isBetween(Duration.ZERO, Duration.ofMinutes(1));

        passLeases(1);

        assertThat(handled(claim(there, attempt())).age()).isBetween(leases(0.9), Duration.ofMinutes(1));
    }

    // ---- a retention of zero

    @Test
    @DisplayName("H1 a response that is not retained is handed to those who wait")
    void aResponseThatIsNotRetainedIsHandedToThoseWhoWait() throws Exception {
        Token owner = granted(here);
        Attempt waiter = attempt();
        pending(join(there, waiter));

        assertThat(accepted(handle(here, owner, "done", Duration.ZERO)).value()).isEqualTo("done");

        assertThat(handled(join(there, waiter)).value()).isEqualTo("done");
    }

    @Test
    @DisplayName("H1 a response that is not retained is not seen by those who come later")
    void aResponseThatIsNotRetainedIsNotSeenByThoseWhoComeLater() throws Exception {
        Token owner = claimAndHandle(here, "done", Duration.ZERO);

        nobodySeesAResponse();
        Claimed<String> later = claim(there, attempt());

        assertThat(takenOver(later)).isFalse();
        assertThat(granted(later).number()).isGreaterThan(owner.number());
        assertThat(pending(join(here, attempt())).number())
                .isEqualTo(granted(later).number());
        stale(handle(here, owner, "done", Duration.ZERO));
    }

    @Test
    @DisplayName("H1 a response that is not retained is gone when the hand-over ends")
    void aResponseThatIsNotRetainedIsGoneWhenTheHandOverEnds() throws Exception {
        claimAndHandle(here, "done", Duration.ZERO);

        pass(Store.HAND_OVER.plus(leases(0.2)));

        granted(join(there, attempt()));
    }

    @Test
    @DisplayName("H3 a handle that is not retained can be repeated")
    void aHandleThatIsNotRetainedCanBeRepeated() throws Exception {
        Token owner = claimAndHandle(here, "first", Duration.ZERO);

        Stored<String> again = handle(here, owner, "second", Duration.ZERO);

        assertThat(accepted(again).value()).isEqualTo("first");
        assertThat(handled(join(there, attempt())).value()).isEqualTo("first");
        nobodySeesAResponse();
    }

    // ---- peek

    @Test
    @DisplayName("H1 peek sees retained responses and nothing else")
    void peekSeesRetainedResponsesAndNothingElse() throws Exception {
        nobodySeesAResponse();
        Token owner = granted(here);
        nobodySeesAResponse();
        release(here, owner);
        nobodySeesAResponse();
        owner = granted(claim(here, attempt(ONE)));
        passLeases(1.05);
        nobodySeesAResponse();

        accepted(handle(here, owner, "late"));

        assertThat(peek(there)).hasValueSatisfying(seen -> {
            assertThat(seen.value()).isEqualTo("late");
            assertThat(seen.fingerprint()).isEqualTo(ONE);
        });
        invalidate(there);
        nobodySeesAResponse();
    }

    @Test
    @DisplayName("C3 peek claims nothing and keeps nothing alive")
    void peekClaimsNothingAndKeepsNothingAlive() throws Exception {
        peek(there);
        granted(here);
        passLeases(0.6);
        peek(there);
        peek(here);
        passLeases(0.6);

        assertThat(takenOver(claim(there, attempt()))).isTrue();
    }
}
