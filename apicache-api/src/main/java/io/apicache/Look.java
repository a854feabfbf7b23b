package io.apicache;

import io.apicache.spi.Attempt;
import org.jspecify.annotations.Nullable;

/**
 * One question to the store on behalf of a room: claim or join, repeated with the same attempt for as long as the store does not
 * answer. Guarded by the room's lock, except for what is final.
 */
final class Look<R> {

    final Attempt attempt;

    /** Who gets the claim if it is granted. */
    final Waiter<R> candidate;

    /** Whether this is a join, which also registers for hints, rather than a first claim. */
    final boolean joins;

    /** When the first try was sent that may have been granted. A lease counts from here. */
    long firstSent;

    boolean inFlight = true;
    long lastSent;
    long retryAt;
    int failures;

    /**
     * The last arrival that the last try can answer. A caller who came after it was sent needs a try of its own: otherwise it could
     * be given a response that was invalidated before it called.
     */
    long covers;

    /** Whether some try may have been granted without our knowing. */
    boolean mayBeGranted;

    /** Whether a grant would be given back rather than used. */
    boolean doubtful;

    @Nullable
    StoreUnavailableException lastFailure;

    Look(Attempt attempt, Waiter<R> candidate, boolean joins, long covers, long now) {
        this.attempt = attempt;
        this.candidate = candidate;
        this.joins = joins;
        this.covers = covers;
        this.firstSent = now;
        this.lastSent = now;
    }

    void failed(StoreUnavailableException failure, long now) {
        inFlight = false;
        retryAt = now + Decision.retryDelay(failures++);
        lastFailure = failure;
        mayBeGranted |= failure.outcome() == StoreUnavailableException.Outcome.UNKNOWN;
    }

    void repeat(long arrivals, long now) {
        inFlight = true;
        covers = arrivals;
        lastSent = now;
        if (!mayBeGranted) {
            firstSent = now;
        }
    }

    /** {@return whether so much of a lease may have gone by before the answer came that it had better be asked for anew} */
    boolean isStale(long now, Limits limits) {
        return failures > 0 && now - firstSent > limits.leaseNanos() / 3;
    }

    String verb() {
        return joins ? "join" : "claim";
    }
}
