package io.apicache.engine;

import io.apicache.StoreUnavailableException;
import io.apicache.spi.Attempt;
import org.jspecify.annotations.Nullable;

/**
 * One question to the store on behalf of a key: claim or join, repeated with the same attempt for as long as the store does not answer.
 * Guarded by the key's lock, except for what is final.
 */
final class Query<R> {

    /** One try of a query is sent to the store. */
    record Ask<R>(Query<R> query, long answersUpTo, long sent) implements Effect {}

    final Attempt attempt;

    /** Who gets the claim if it is granted. */
    final Waiter<R> candidate;

    /** Whether this is a join, which also registers for messages, rather than a first claim. */
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
    long answersUpTo;

    /** Whether some try may have been granted without our knowing. */
    boolean mayBeGranted;

    /** Whether a grant is given back rather than used: the record was invalidated meanwhile. */
    boolean discardGrant;

    @Nullable
    StoreUnavailableException lastFailure;

    Query(Attempt attempt, Waiter<R> candidate, boolean joins, long answersUpTo, long now) {
        this.attempt = attempt;
        this.candidate = candidate;
        this.joins = joins;
        this.answersUpTo = answersUpTo;
        this.firstSent = now;
        this.lastSent = now;
    }

    void failed(StoreUnavailableException failure, long now) {
        inFlight = false;
        retryAt = now + Timing.retryDelay(failures++);
        lastFailure = failure;
        mayBeGranted |= failure.outcome() == StoreUnavailableException.Outcome.UNKNOWN;
    }

    void repeat(long arrivals, long now) {
        inFlight = true;
        answersUpTo = arrivals;
        lastSent = now;
        if (!mayBeGranted) {
            firstSent = now;
        }
    }

    /** {@return whether so much of a lease may have gone by before the answer came that the claim had better be asked for anew} */
    boolean isStale(long now, Settings settings) {
        return failures > 0 && now - firstSent > settings.leaseNanos() / 3;
    }

    String verb() {
        return joins ? "join" : "claim";
    }
}
