package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Store;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The part of {@link StoreContract} about leases: who waits takes nothing away, who lives keeps its claim, who dies
 * is replaced once.
 */
public abstract class StoreLeaseContract extends StoreHintContract {

    // ---- L1 and W3

    @Test
    @DisplayName("L1 a lease that lapsed is taken over by the next claim")
    void aLeaseThatLapsedIsTakenOverByTheNextClaim() throws Exception {
        Token dead = granted(here);
        passLeases(1.05);

        Claimed<String> next = claim(there, attempt());

        assertThat(takenOver(next)).isTrue();
        assertThat(granted(next).number()).isGreaterThan(dead.number());
        assertThat(pending(claim(here, attempt())).number())
                .isEqualTo(granted(next).number());
        accepted(handle(there, granted(next), "done"));
    }

    @Test
    @DisplayName("L1 a free record is not taken over but granted")
    void aFreeRecordIsNotTakenOverButGranted() throws Exception {
        Claimed<String> absent = claim(here, attempt());
        release(here, granted(absent));
        Claimed<String> released = claim(there, attempt());
        invalidate(here);
        Claimed<String> invalidated = join(here, attempt());

        assertThat(Stream.of(absent, released, invalidated).map(this::takenOver))
                .containsOnly(false);
    }

    @Test
    @DisplayName("L1 a renewed lease does not lapse")
    void aRenewedLeaseDoesNotLapse() throws Exception {
        Token owner = granted(here);

        for (int i = 0; i < 3; i++) {
            passLeases(0.6);
            assertThat(renew(here, owner)).isTrue();
            assertThat(pending(join(there, attempt())).number()).isEqualTo(owner.number());
        }

        accepted(handle(here, owner, "done"));
    }

    @Test
    @DisplayName("L1 a renewal lasts as long as it says, from now on")
    void aRenewalLastsAsLongAsItSays() throws Exception {
        Token owner = granted(here);
        assertThat(await(here.renew(key, owner, leases(2)))).isTrue();
        passLeases(1.5);
        pending(claim(there, attempt()));

        passLeases(0.7);

        assertThat(takenOver(claim(there, attempt()))).isTrue();
    }

    @Test
    @DisplayName("L1 who takes over has a whole lease")
    void whoTakesOverHasAWholeLease() throws Exception {
        granted(here);
        passLeases(1.5);
        Token owner = granted(join(there, attempt()));

        passLeases(0.6);

        assertThat(pending(claim(here, attempt())).number()).isEqualTo(owner.number());
    }

    @Test
    @DisplayName("L1 those who wait are told how much of the lease is left")
    void thoseWhoWaitAreToldHowMuchOfTheLeaseIsLeft() throws Exception {
        granted(here);
        Attempt patient = new Attempt(AttemptId.next(), null, LONG);

        assertThat(pending(claim(there, patient)).leaseLeft()).isBetween(leases(0.4), leases(1));
        passLeases(0.5);

        assertThat(pending(claim(there, patient)).leaseLeft()).isBetween(Duration.ZERO, leases(0.6));
        assertThat(pending(join(there, patient)).leaseLeft()).isBetween(Duration.ZERO, leases(0.6));
    }

    @Test
    @DisplayName("W3 when the owner dies exactly one of those who wait takes over")
    void whenTheOwnerDiesExactlyOneOfThoseWhoWaitTakesOver() throws Exception {
        granted(here);
        List<Attempt> waiters = Stream.generate(this::attempt).limit(MANY).toList();
        for (Attempt waiter : waiters) {
            pending(join(there, waiter));
        }
        passLeases(1.05);

        List<Claimed<String>> answers = atOnce(MANY, i -> (i % 2 == 0 ? here : there).join(key, waiters.get(i)));

        Token owner = exactlyOneGranted(answers);
        assertThat(answers).contains(new Claimed.Granted<>(owner, true));
    }

    @Test
    @DisplayName("W3 when the owner releases exactly one of those who wait is granted")
    void whenTheOwnerReleasesExactlyOneOfThoseWhoWaitIsGranted() throws Exception {
        Token owner = granted(here);
        List<Attempt> waiters = Stream.generate(this::attempt).limit(MANY).toList();
        for (Attempt waiter : waiters) {
            pending(join(there, waiter));
        }
        release(here, owner);

        List<Claimed<String>> answers = atOnce(MANY, i -> (i % 2 == 0 ? here : there).join(key, waiters.get(i)));

        assertThat(answers).contains(new Claimed.Granted<>(exactlyOneGranted(answers), false));
    }

    // ---- C3

    @Test
    @DisplayName("C3 a loser's release changes nothing")
    void aLosersReleaseChangesNothing() throws Exception {
        Token owner = granted(here);
        Attempt claimed = attempt();
        Attempt joined = attempt();
        pending(claim(there, claimed));
        pending(join(there, joined));

        assertThat(await(there.release(key, claimed.id()))).isFalse();
        assertThat(await(there.release(key, joined.id()))).isFalse();

        assertThat(pending(claim(there, attempt())).number()).isEqualTo(owner.number());
        accepted(handle(here, owner, "done"));
    }

    @Test
    @DisplayName("C3 a loser that leaves changes nothing")
    void aLoserThatLeavesChangesNothing() throws Exception {
        Token owner = granted(here);
        HintRecorder stays = new HintRecorder();
        there.hints(stays);
        Store.Registration leaves = there.hints(new HintRecorder());
        pending(join(there, attempt()));

        leaves.close();

        assertThat(pending(join(there, attempt())).number()).isEqualTo(owner.number());
        accepted(handle(here, owner, "done"));
        stays.await(key, patience());
        everybodyGets("done");
    }

    @Test
    @DisplayName("C3 waiting does not prolong the owner's lease")
    void waitingDoesNotProlongTheOwnersLease() throws Exception {
        granted(here);
        passLeases(0.6);
        pending(claim(there, attempt()));
        pending(join(there, attempt()));
        passLeases(0.6);

        assertThat(takenOver(join(there, attempt()))).isTrue();
    }

    @Test
    @DisplayName("C3 a release after handle leaves the response alone")
    void aReleaseAfterHandleLeavesTheResponseAlone() throws Exception {
        Token owner = claimAndHandle(here, "done", LONG);

        assertThat(release(here, owner)).isFalse();

        everybodyGets("done");
    }
}
