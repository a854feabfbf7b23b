package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The part of {@link StoreContract} about tokens: a stale one does nothing, and their numbers rise. */
public abstract class StoreTokenContract extends StoreLeaseContract {

    private static final long TOO_LARGE = 1L << 53;

    // ---- C4

    @Test
    @DisplayName("C4 a stale token cannot handle")
    void aStaleTokenCannotHandle() throws Exception {
        Token old = granted(here);
        passLeases(1.05);
        Token owner = granted(there);

        stale(handle(here, old, "old"));

        nobodySeesAResponse();
        accepted(handle(there, owner, "new"));
        stale(handle(here, old, "old"));
        everybodyGets("new");
    }

    @Test
    @DisplayName("C4 a stale token cannot renew")
    void aStaleTokenCannotRenew() throws Exception {
        Token old = granted(here);
        passLeases(1.05);
        granted(there);
        passLeases(0.6);

        assertThat(renew(here, old)).isFalse();

        passLeases(0.6);
        assertThat(takenOver(claim(there, attempt()))).isTrue();
    }

    @Test
    @DisplayName("C4 a stale attempt cannot release")
    void aStaleAttemptCannotRelease() throws Exception {
        Token old = granted(here);
        passLeases(1.05);
        Token owner = granted(there);

        assertThat(release(here, old)).isFalse();

        assertThat(pending(claim(here, attempt())).number()).isEqualTo(owner.number());
    }

    @Test
    @DisplayName("C4 half a token is no token")
    void halfATokenIsNoToken() throws Exception {
        Token owner = granted(here);
        List<Token> forged = List.of(
                new Token(owner.number(), AttemptId.next()),
                new Token(owner.number() + 1, owner.owner()),
                new Token(owner.number() - 1, owner.owner()));

        for (Token token : forged) {
            assertThat(renew(there, token)).isFalse();
            refused(handle(there, token, "forged"));
        }

        nobodySeesAResponse();
        accepted(handle(here, owner, "done"));
    }

    @Test
    @DisplayName("C4 the token of a released claim is worth nothing")
    void theTokenOfAReleasedClaimIsWorthNothing() throws Exception {
        Token old = granted(here);
        assertThat(release(here, old)).isTrue();

        fencedOff(old);
    }

    @Test
    @DisplayName("C4 the token of an invalidated claim is worth nothing")
    void theTokenOfAnInvalidatedClaimIsWorthNothing() throws Exception {
        Token old = granted(here);
        assertThat(invalidate(there)).isTrue();

        fencedOff(old);
    }

    private void fencedOff(Token old) throws Exception {
        refused(handle(here, old, "old"));
        assertThat(renew(here, old)).isFalse();
        assertThat(release(here, old)).isFalse();
        nobodySeesAResponse();
        Token owner = granted(there);
        stale(handle(here, old, "old"));
        assertThat(pending(claim(here, attempt())).number()).isEqualTo(owner.number());
    }

    @Test
    @DisplayName("C4 of a late handle and a takeover exactly one succeeds")
    void ofALateHandleAndATakeoverExactlyOneSucceeds() throws Exception {
        List<Key> keys = Stream.iterate(key, last -> new Key(last.namespace(), last.id() + "+"))
                .limit(50)
                .toList();
        List<Token> owners = new ArrayList<>();
        for (Key each : keys) {
            owners.add(granted(await(here.claim(each, attempt()))));
        }
        passLeases(1.05);

        for (int i = 0; i < keys.size(); i++) {
            Key each = keys.get(i);
            Token owner = owners.get(i);
            int late = i % 2;
            List<Object> answers = atOnce(
                    2,
                    n -> n == late
                            ? here.handle(each, owner, "late", LONG).thenApply(answer -> answer)
                            : there.join(each, attempt()).thenApply(answer -> answer));
            boolean stored = answers.get(late) instanceof Stored.Accepted;
            boolean taken = answers.get(1 - late) instanceof Claimed.Granted;
            assertThat(stored)
                    .as("stored, where taken over is %s: %s", taken, answers)
                    .isNotEqualTo(taken);
        }
    }

    @Test
    @DisplayName("C4 a renewal neither prolongs nor shortens the retention of a response")
    void aRenewalDoesNotTouchTheRetentionOfAResponse() throws Exception {
        Token owner = claimAndHandle(here, "done", leases(2));

        assertThat(await(here.renew(key, owner, leases(0.1)))).isFalse();
        passLeases(1);
        everybodyGets("done");
        assertThat(await(here.renew(key, owner, LONG))).isFalse();
        passLeases(1.05);

        nobodySeesAResponse();
    }

    // ---- C5

    @Test
    @DisplayName("C5 numbers rise when a claim is released or invalidated")
    void numbersRiseWhenAClaimIsReleasedOrInvalidated() throws Exception {
        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Store<String> store = i % 2 == 0 ? here : there;
            Token owner = granted(store);
            numbers.add(owner.number());
            if (i % 3 == 0) {
                release(store, owner);
            } else {
                invalidate(store);
            }
        }

        rising(numbers);
    }

    @Test
    @DisplayName("C5 numbers rise when a response is invalidated or not retained")
    void numbersRiseWhenAResponseIsInvalidatedOrNotRetained() throws Exception {
        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Store<String> store = i % 2 == 0 ? here : there;
            Token owner = claimAndHandle(store, "done", i % 3 == 0 ? Duration.ZERO : LONG);
            numbers.add(owner.number());
            invalidate(store);
        }

        rising(numbers);
    }

    @Test
    @DisplayName("C5 numbers rise over a lapse and over the end of retention")
    void numbersRiseOverALapseAndOverTheEndOfRetention() throws Exception {
        List<Long> numbers = new ArrayList<>();
        numbers.add(granted(here).number());
        passLeases(1.05);
        Token second = granted(join(there, attempt()));
        numbers.add(second.number());
        accepted(handle(there, second, "done", leases(0.2)));
        passLeases(0.4);
        numbers.add(granted(here).number());

        rising(numbers);
    }

    private static void rising(List<Long> numbers) {
        assertThat(numbers).doesNotHaveDuplicates().isSorted().allMatch(number -> number < TOO_LARGE);
    }
}
