package io.apicache.engine;

import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import java.util.Comparator;
import java.util.Objects;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One call of receive. It is undecided for as long as it is in its key's queue, and that queue is guarded by the key's lock: so a
 * caller that leaves and a step that decides cannot both succeed.
 *
 * @param <R> the response type
 */
public final class Waiter<R> implements ForkJoinPool.ManagedBlocker {

    /** The one whose time is up first; the earlier arrival first among equals. */
    static final Comparator<Waiter<?>> BY_DEADLINE = (a, b) -> {
        int byDeadline = Long.signum(a.deadline - b.deadline); // a difference, since the clock's origin is arbitrary
        return byDeadline != 0 ? byDeadline : Long.compare(a.arrival, b.arrival);
    };

    final Key key;
    final @Nullable Digest fingerprint;
    final long entered;
    final long deadline;
    private final long since;

    /** Position among the arrivals at its key. Written once, under the key's lock, before the waiter is in the queue. */
    long arrival;

    /** Whether it was parked to wait: for another owner's work, or for a store that had failed. Guarded by the key's lock until it is decided. */
    boolean waits;

    /** Whether it counts against the cache's limit of waiters. Guarded by the key's lock. */
    boolean counted;

    private final @Nullable Thread blocked; // the caller's thread, or null if the caller waits without one
    private volatile @Nullable Ready receiver; // of a caller that waits without a thread, once it has arrived
    private long parkNanos;
    private volatile boolean withdrawn; // the call has ended, with an exception

    /** Written under the key's lock by the step that takes the waiter out of the queue, and read by the caller without it. */
    private volatile @Nullable Resolution<R> resolution;

    /**
     * Creates a call.
     *
     * @param entered when it began
     * @param maxWait how long it may wait, in nanoseconds
     * @param since when the caller began to wait for this request: before this call if it waits on after another one
     * @param blocked the thread that waits, or null
     */
    Waiter(Key key, @Nullable Digest fingerprint, long entered, long maxWait, long since, @Nullable Thread blocked) {
        this.key = key;
        this.fingerprint = fingerprint;
        this.entered = entered;
        this.deadline = entered + maxWait;
        this.since = since;
        this.blocked = blocked;
    }

    /** {@return a waiter that sorts after all whose deadline is at most this} */
    static <R> Waiter<R> probe(Key key, long deadline) {
        Waiter<R> probe = new Waiter<>(key, null, deadline, 0, deadline, null);
        probe.arrival = Long.MAX_VALUE;
        return probe;
    }

    /** {@return what it asks for} */
    public Key key() {
        return key;
    }

    /** {@return what must not differ, or null} */
    public @Nullable Digest fingerprint() {
        return fingerprint;
    }

    /** {@return when the call began, by the cache's clock} */
    public long entered() {
        return entered;
    }

    /** {@return when the call's time is up, by the cache's clock} */
    public long deadline() {
        return deadline;
    }

    /** {@return when the caller began to wait for this request, by the cache's clock} */
    public long since() {
        return since;
    }

    /** {@return whether the call had to wait: for another owner's work, or for a store that had failed} To be read once it is decided. */
    public boolean hasWaited() {
        return waits;
    }

    boolean canWait() {
        return deadline != entered;
    }

    /** {@return when the record is looked at once more, in case a message was lost: before the deadline, and for a short wait half way} */
    long lastLook() {
        return deadline - Math.min(Timing.LAST_LOOK, (deadline - entered) / 2);
    }

    // ---- the outcome

    void resolve(Resolution<R> outcome) {
        resolution = outcome;
    }

    /** {@return the outcome, or null while it is undecided} */
    public @Nullable Resolution<R> resolution() {
        return resolution;
    }

    /** {@return the outcome of a call that is decided} */
    Resolution<R> decided() {
        return Objects.requireNonNull(resolution, "resolution");
    }

    /** {@return the thread that is blocked in this call, so that waking it runs no foreign code, or null if there is none} */
    @Nullable
    Thread blocked() {
        return blocked;
    }

    /** The call has ended with an exception. A claim that is decided on for this call from now on is given back. */
    void withdraw() {
        withdrawn = true;
    }

    /**
     * {@return a claim that was decided on for a call which has ended, or null} The call sets {@code withdrawn}, the step sets the resolution; each
     * then asks here, so that one of them gives the claim back.
     */
    @Nullable
    Ownership<R> unwanted() {
        return withdrawn && resolution instanceof Resolution.Run<R> run ? run.ownership() : null;
    }

    boolean isWithdrawn() {
        return withdrawn;
    }

    void deliverTo(Ready next) {
        receiver = next;
    }

    /** Lets the caller know that it is decided. Called outside the key's lock; for a caller without a thread it may run foreign code. */
    void wake() {
        if (blocked != null) {
            LockSupport.unpark(blocked);
            return;
        }
        Ready known = receiver;
        if (known != null) { // if not, the caller is still on its way in, and finds the resolution itself
            known.ready();
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
        if (resolution == null) {
            LockSupport.parkNanos(this, parkNanos);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return true;
    }

    @Override
    public boolean isReleasable() {
        return resolution != null;
    }
}
