package io.apicache.examples.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OpenClaimsTest {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // a monotonic clock may begin anywhere
    private final OpenClaims claims = new OpenClaims(Duration.ofNanos(1_000), now::get);

    @Test
    void aClaimCountsFromItsBeginningToItsEnd() {
        claims.opened("a");
        claims.opened("b");
        assertThat(claims.count()).isEqualTo(2);

        claims.ended("a");
        assertThat(claims.count()).isEqualTo(1);
    }

    @Test
    void aLateEndOfAClaimThatHasEndedEndsNoOther() {
        claims.opened("a");
        claims.opened("b");

        claims.ended("a"); // its lease is lost
        claims.ended("a"); // and its response stored after all

        assertThat(claims.count()).isEqualTo(1);
    }

    @Test
    void theLossOfAClaimMayBeToldAfterTheNextOwnerBegan() {
        claims.opened("a");
        claims.opened("a");

        claims.ended("a");

        assertThat(claims.count()).isEqualTo(1);
    }

    @Test
    void aClaimWhoseEndIsNotToldIsForgottenAfterTheWorkLimit() {
        claims.opened("a");
        now.addAndGet(999);
        assertThat(claims.count()).isEqualTo(1);

        now.addAndGet(1);
        assertThat(claims.count()).isZero();
    }

    @Test
    void callersWithoutAClaimDoNotCountAndLeaveOthersAlone() {
        claims.unprotected("a");
        claims.unprotected("a");
        claims.opened("a");
        claims.opened("b");
        claims.opened("a");

        assertThat(claims.count()).isEqualTo(1);

        claims.opened("a");
        assertThat(claims.count()).isEqualTo(2);
    }
}
