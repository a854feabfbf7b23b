package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Claimed;
import io.apicache.spi.Digest;
import io.apicache.spi.Token;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The part of {@link StoreContract} about repetition: a replay changes nothing, and a handle may be repeated. */
public abstract class StoreReplayContract extends StoreMarkContract {

    private static final Digest ONE = new Digest(1, -2, 3, -4);
    private static final Digest OTHER = new Digest(5, 6, 7, 8);

    // ---- H2

    @Test
    @DisplayName("H2 replays change nothing in the record")
    void replaysChangeNothingInTheRecord() throws Exception {
        Token owner = granted(claim(here, attempt(ONE)));
        Claimed.Handled<String> stored = accepted(handle(here, owner, "done"));
        passLeases(0.1);

        for (int i = 0; i < 50; i++) {
            Claimed.Handled<String> seen = handled(i % 2 == 0 ? claim(there, attempt(OTHER)) : join(there, attempt()));
            assertThat(seen.value()).isEqualTo("done");
            assertThat(seen.number()).isEqualTo(owner.number());
            assertThat(seen.fingerprint()).isEqualTo(ONE);
            assertThat(seen.handledAt()).isEqualTo(stored.handledAt());
        }
    }

    @Test
    @DisplayName("H2 replays do not prolong retention")
    void replaysDoNotProlongRetention() throws Exception {
        claimAndHandle(here, "done", leases(1));

        for (int i = 0; i < 2; i++) {
            passLeases(0.3);
            everybodyGets("done");
        }
        passLeases(0.6);

        nobodySeesAResponse();
        granted(there);
    }

    @Test
    @DisplayName("H2 concurrent replays do not disturb one another")
    void concurrentReplaysDoNotDisturbOneAnother() throws Exception {
        claimAndHandle(here, "done", LONG);

        List<Claimed<String>> claims = atOnce(MANY, i -> (i % 2 == 0 ? here : there).claim(key, attempt()));
        List<Claimed<String>> joins = atOnce(MANY, i -> (i % 2 == 0 ? here : there).join(key, attempt()));

        assertThat(Stream.concat(claims.stream(), joins.stream())
                        .map(answer -> handled(answer).value()))
                .hasSize(2 * MANY)
                .containsOnly("done");
    }

    // ---- H3

    @Test
    @DisplayName("H3 a handle repeated with its token returns the first record")
    void aRepeatedHandleReturnsTheFirstRecord() throws Exception {
        Token owner = granted(here);
        Claimed.Handled<String> first = accepted(handle(here, owner, "first"));

        Claimed.Handled<String> again = accepted(handle(here, owner, "second"));

        assertThat(again.value()).isEqualTo("first");
        assertThat(again.number()).isEqualTo(owner.number());
        assertThat(again.handledAt()).isEqualTo(first.handledAt());
        everybodyGets("first");
    }

    @Test
    @DisplayName("H3 a handle repeated with its token does not prolong retention")
    void aRepeatedHandleDoesNotProlongRetention() throws Exception {
        Token owner = claimAndHandle(here, "done", leases(1));

        accepted(handle(here, owner, "done", leases(9)));
        passLeases(1.05);

        nobodySeesAResponse();
        refused(handle(here, owner, "done", leases(9)));
        nobodySeesAResponse();
    }

    @Test
    @DisplayName("H3 a late handle is accepted if nobody took over")
    void aLateHandleIsAcceptedIfNobodyTookOver() throws Exception {
        Token owner = granted(here);
        passLeases(1.05);

        accepted(handle(here, owner, "late"));

        everybodyGets("late");
    }
}
