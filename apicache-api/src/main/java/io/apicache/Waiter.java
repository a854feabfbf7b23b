package io.apicache;

import io.apicache.spi.Digest;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call of receive. It is undecided for as long as it is in its room's set, and that set is guarded by the room's lock: so a
 * caller that leaves and a room that decides cannot both succeed.
 */
final class Waiter<R> {

    /** The one whose time is up first; the earlier arrival first among equals. */
    static final Comparator<Waiter<?>> BY_DEADLINE = (a, b) -> {
        int byDeadline = Long.signum(a.deadline - b.deadline); // a difference, since the clock's origin is arbitrary
        return byDeadline != 0 ? byDeadline : Long.compare(a.ticket, b.ticket);
    };

    final Request request;
    final long entered;
    final long deadline;

    /** Position among the arrivals in its room. Written once, under the room's lock, before the waiter is in the set. */
    long ticket;

    /** Whether it was left to wait: for somebody else's work, or for a store that had failed. Guarded by the room's lock until it is decided. */
    boolean waits;

    /** Whether it counts against the cache's limit of waiters. Guarded by the room's lock. */
    boolean counted;

    private final CompletableFuture<Verdict<R>> verdict = new CompletableFuture<>();
    private @Nullable Verdict<R> decided;

    Waiter(Request request, long entered, long maxWait) {
        this.request = request;
        this.entered = entered;
        this.deadline = entered + maxWait;
    }

    /** {@return a waiter that sorts after all whose deadline is at most this} */
    static <R> Waiter<R> probe(Request request, long deadline) {
        Waiter<R> probe = new Waiter<>(request, deadline, 0);
        probe.ticket = Long.MAX_VALUE;
        return probe;
    }

    boolean mayWait() {
        return deadline != entered;
    }

    @Nullable
    Digest fingerprint() {
        Fingerprint fingerprint = request.fingerprint();
        return fingerprint == null ? null : fingerprint.digest();
    }

    /** Called once, under the room's lock, by whoever took the waiter out of the set. */
    void decide(Verdict<R> verdict) {
        decided = verdict;
    }

    /** Called once, outside the room's lock: it may run foreign code. */
    void deliver() {
        verdict.complete(decided);
    }

    CompletableFuture<Verdict<R>> verdict() {
        return verdict;
    }
}
