package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.engine.Probe;
import io.apicache.spi.Store;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A call of receive that ends with an exception leaves no claim behind, also if it could not leave its key, as without heap. */
@EndsInTime
class WithdrawnCallsTest {

    private static final Duration LEASE = Duration.ofSeconds(6);

    private final ManualTime time = new ManualTime();
    private final ReferenceStore<String> records = new ReferenceStore<>(time);
    private final ApiCache<String> cache = cache();
    private final ApiCache<String> elsewhere = cache();
    private final FirstSeen<String> granted = (FirstSeen<String>) cache.receiveAndWait("id", Duration.ZERO);
    private final Probe<String> probe = Probe.of(cache);
    private final Probe<String>.EndedCall call = probe.new EndedCall();

    private ApiCache<String> cache() {
        return ApiCache.over((Store<String>) records)
                .time(time)
                .scheduler(time.scheduler())
                .executor(Runnable::run)
                .lease(LEASE)
                .build();
    }

    @AfterEach
    void close() {
        cache.close();
        elsewhere.close();
    }

    private void assertGivenBack() {
        assertThat(elsewhere.receiveAndWait("id", Duration.ZERO)).isInstanceOf(FirstSeen.class);
    }

    @Test
    @DisplayName("E1 a claim that comes after the call has ended is given back by the one who brings it")
    void aClaimThatComesLate() {
        call.end();

        call.isGranted(granted.claim());

        assertGivenBack();
    }

    @Test
    @DisplayName("E1 L1 a claim that could not be ended when it was closed lapses within two leases")
    void aClaimThatCouldNotBeEnded() {
        Probe.leaveToKeeper(granted.claim());

        time.advance(LEASE.multipliedBy(2));

        assertGivenBack();
        assertThat(cache.toString()).contains(" 0 ids");
    }

    @Test
    @DisplayName("E1 a claim that came before the call ended is given back by the call")
    void aClaimThatCameBefore() {
        call.isGranted(granted.claim());
        assertThat(elsewhere.receiveAndWait("id", Duration.ZERO)).isInstanceOf(InFlight.class);

        call.end();

        assertGivenBack();
    }
}
