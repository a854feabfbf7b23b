package io.apicache;

import io.apicache.spi.Digest;
import java.util.Comparator;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One call of receive. It is undecided for as long as it is in its room's set, and that set is guarded by the room's lock: so a
 * caller that leaves and a room that decides cannot both succeed.
 */
final class Waiter<R> implements ForkJoinPool.ManagedBlocker {

    /** The one whose time is up first; the earlier arrival first among equals. */
    static final Comparator<Waiter<?>> BY_DEADLINE = (a, b) -> {
        int byDeadline = Long.signum(a.deadline - b.deadline); // a difference, since the clock's origin is arbitrary
        return byDeadline != 0 ? byDeadline : Long.compare(a.ticket, b.ticket);
    };

    final Request request;
    final long entered;
    final long deadline;

    /** When the caller began to wait for this request: before this call if it waits on after another one. Written before the call enters a room. */
    long since;

    /** Position among the arrivals in its room. Written once, under the room's lock, before the waiter is in the set. */
    long ticket;

    /** Whether it was left to wait: for somebody else's work, or for a store that had failed. Guarded by the room's lock until it is decided. */
    boolean waits;

    /** That it has entered last. Written by the caller's thread. */
    @Nullable
    Room<R> room;

    /** Whether it counts against the cache's limit of waiters. Guarded by the room's lock. */
    boolean counted;

    private final @Nullable Thread parked; // the caller's thread, or null if the caller waits without one
    private volatile @Nullable HandOver<?>
            handOver; // of a caller that waits without a thread, once it has entered a room
    private long parkNanos;

    private volatile boolean withdrawn; // the call has ended, with an exception

    /** Written under the room's lock by the step that takes the waiter out of the set, and read by the caller without it. */
    private volatile @Nullable Verdict<R> verdict;

    /** Creates a call that waits without a thread. */
    Waiter(Request request, long entered, long maxWait) {
        this(request, entered, maxWait, null);
    }

    /** Creates a call that waits in a thread, or in none. */
    Waiter(Request request, long entered, long maxWait, @Nullable Thread parked) {
        this.request = request;
        this.entered = entered;
        this.deadline = entered + maxWait;
        this.since = entered;
        this.parked = parked;
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

    /** {@return when the room looks once more, in case the hint was lost: before the deadline, and for a short wait half way} */
    long lastLook() {
        return deadline - Math.min(Decision.LAST_LOOK, (deadline - entered) / 2);
    }

    @Nullable
    Digest fingerprint() {
        Fingerprint fingerprint = request.fingerprint();
        return fingerprint == null ? null : fingerprint.digest();
    }

    // ---- the outcome

    void decide(Verdict<R> outcome) {
        verdict = outcome;
    }

    @Nullable
    Verdict<R> verdict() {
        return verdict;
    }

    /** {@return whether a thread is parked for this call, so that waking it runs no foreign code} */
    boolean isParked() {
        return parked != null;
    }

    /** {@return whether the call blocks this thread} */
    @SuppressWarnings("ReferenceEquality") // a subclass may override equals; the lock is held here
    boolean isBlocking(Thread thread) {
        return parked == thread;
    }

    /** The call has ended with an exception. From now on the room gives back a claim that it decides on for this call. */
    void withdraw() {
        withdrawn = true;
    }

    /** Gives back a claim that was decided on for a call which has ended. The call and the room both run it, each after its own write. */
    void giveBackUnwanted() {
        if (withdrawn && verdict instanceof Verdict.Run<R> run) {
            run.claim().abandon();
        }
    }

    void handOverTo(HandOver<?> receiver) {
        handOver = receiver;
    }

    /** Lets the caller know that it is decided. Called outside the room's lock; for a caller without a thread it may run foreign code. */
    void deliver() {
        if (withdrawn) {
            giveBackUnwanted();
        } else if (parked != null) {
            LockSupport.unpark(parked);
        } else {
            HandOver<?> receiver = handOver;
            if (receiver != null) { // if not, the caller is still on its way in, and finds the verdict itself
                receiver.ready();
            }
        }
    }

    // ---- a caller that blocks

    /** Parks the calling thread until the call is decided, the thread is interrupted, or the time has gone by. */
    void park(long nanos) throws InterruptedException {
        parkNanos = nanos;
        ForkJoinPool.managedBlock(this); // in a pool's worker another one takes its place meanwhile
    }

    @Override
    public boolean block() throws InterruptedException {
        if (verdict == null) {
            LockSupport.parkNanos(this, parkNanos);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return true;
    }

    @Override
    public boolean isReleasable() {
        return verdict != null;
    }
}
