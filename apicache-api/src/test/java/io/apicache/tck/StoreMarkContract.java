package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Attempt;
import io.apicache.spi.Claimed;
import io.apicache.spi.Digest;
import io.apicache.spi.Marker;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The part of {@link StoreContract} about markers: what stands in the place of a response that cannot be stored. */
public abstract class StoreMarkContract extends StoreHandleContract {

    private Stored<String> mark(Store<String> store, Token token, Marker marker, Duration keepFor) throws Exception {
        return await(store.mark(key, token, marker, keepFor));
    }

    private void everyProcessSees(Marker marker) throws Exception {
        for (Store<String> store : List.of(here, there)) {
            assertThat(handled(claim(store, attempt())).marker()).isEqualTo(marker);
            assertThat(handled(join(store, attempt())).marker()).isEqualTo(marker);
            assertThat(peek(store).orElseThrow().marker()).isEqualTo(marker);
        }
    }

    @Test
    @DisplayName("E3 a marker is seen by every process until its retention ends, and says why there is no response")
    void aMarkerIsSeenUntilItsRetentionEnds() throws Exception {
        for (Marker marker : Marker.values()) {
            Digest fingerprint = new Digest(1, 2, 3, 4);
            Token owner = granted(claim(here, attempt(fingerprint)));

            Claimed.Handled<String> record = accepted(mark(here, owner, marker, leases(1)));

            assertThat(record.marker()).isEqualTo(marker);
            everyProcessSees(marker);
            Claimed.Handled<String> seen = handled(claim(there, attempt()));
            assertThat(seen.number()).isEqualTo(owner.number());
            assertThat(seen.fingerprint()).isEqualTo(fingerprint);
            passLeases(1.05);
            nobodySeesAResponse();
            release(here, granted(there));
        }
    }

    @Test
    @DisplayName("E3 a marker that is not retained is handed to those who wait, and is seen by no later caller")
    void aMarkerIsHandedToThoseWhoWait() throws Exception {
        Token owner = granted(here);
        Attempt waiter = attempt();
        pending(join(there, waiter));

        accepted(mark(here, owner, Marker.TOO_LARGE, Duration.ZERO));

        assertThat(handled(join(there, waiter)).marker()).isEqualTo(Marker.TOO_LARGE);
        nobodySeesAResponse();
        granted(claim(there, attempt()));
    }

    @Test
    @DisplayName("E3 an owner that has lost its claim cannot leave a marker")
    void aStaleTokenCannotMark() throws Exception {
        Token lost = granted(here);
        invalidate(here);
        refused(mark(here, lost, Marker.NULL, LONG));
        Token owner = granted(there);

        refused(mark(here, lost, Marker.NULL, LONG));

        assertThat(pending(claim(here, attempt())).number()).isEqualTo(owner.number());
    }

    @Test
    @DisplayName("E3 a marker can be repeated, and replaces no response")
    void aMarkerReplacesNoResponse() throws Exception {
        Token marked = granted(here);
        accepted(mark(here, marked, Marker.NULL, LONG));
        assertThat(accepted(mark(here, marked, Marker.TOO_LARGE, LONG)).marker())
                .isEqualTo(Marker.NULL);
        assertThat(accepted(handle(here, marked, "done")).marker()).isEqualTo(Marker.NULL);
        assertThat(invalidate(there)).isTrue();
        Token owner = claimAndHandle(here, "done", LONG);

        assertThat(accepted(mark(here, owner, Marker.TOO_LARGE, LONG)).value()).isEqualTo("done");

        everybodyGets("done");
    }

    @Test
    @DisplayName("E3 a process that waits is notified of a marker")
    void aProcessThatWaitsIsNotifiedOfAMarker() throws Exception {
        HintRecorder hints = new HintRecorder();
        there.hints(hints);
        Token owner = granted(here);
        pending(join(there, attempt()));

        accepted(mark(here, owner, Marker.TOO_LARGE, LONG));

        hints.await(key, patience());
    }
}
