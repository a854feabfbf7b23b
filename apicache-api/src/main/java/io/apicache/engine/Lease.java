package io.apicache.engine;

/**
 * How long a claim is surely held. Counted by the owner from before a command was sent, on a monotonic clock: past its end the claim is
 * lost without asking anybody. Guarded by the key's lock.
 */
final class Lease {

    private final Settings settings;
    private long ends;
    private long renewAt;

    Lease(Settings settings, long sent) {
        this.settings = settings;
        this.ends = sent + settings.leaseNanos();
        this.renewAt = sent + settings.leaseNanos() / 3;
    }

    long left(long now) {
        return Math.max(0, ends - now);
    }

    boolean isOver(long now) {
        return now - ends >= 0;
    }

    /** {@return whether a renewal is to be sent now} */
    boolean isRenewalDue(long now) {
        return now - renewAt >= 0;
    }

    /** A renewal is sent. Until it is answered, another one follows soon: one lost renewal must not lose the lease. */
    void renewing(long now) {
        renewAt = now + settings.renewalRetryNanos();
    }

    void renewed(long sent) {
        ends = Timing.later(ends, sent + settings.leaseNanos());
        renewAt = Timing.later(renewAt, sent + settings.leaseNanos() / 3);
    }

    /** {@return when it is to be renewed, or is over} */
    long due() {
        return Timing.earlier(ends, renewAt);
    }
}
