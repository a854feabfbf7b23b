package io.apicache;

import io.apicache.engine.Waiter;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Another caller is at work and did not finish in the time that this caller had. Nothing is held: drop it, answer "try again later", or
 * wait on.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param <R> the response type
 */
public final class InFlight<R> implements Receipt<R> {

    private final Calls<R> calls;
    private final Key key;
    private final @Nullable Digest fingerprint;
    private final Duration leaseLeft;
    private final Duration retryAfter;
    private final long since;

    InFlight(Calls<R> calls, Waiter<R> waiter, Duration leaseLeft) {
        this.calls = calls;
        this.key = waiter.key();
        this.fingerprint = waiter.fingerprint();
        this.leaseLeft = leaseLeft;
        this.since = waiter.since();
        this.retryAfter = calls.retryAfter(waiter);
    }

    @Override
    public String requestId() {
        return key.id();
    }

    /**
     * {@return when a client should send the request again: half of the time for which the work is known to run, up to all of it} From
     * 0.5 s to 5 s, to the nanosecond, the same at each call. The work may be done earlier or later.
     *
     * <p>The cache knows how long this caller has waited, all calls of {@code await} included. In the owner's process it knows
     * when the claim was granted. The longer the work runs, the later clients come back; where in that half a client is
     * placed is random, so that clients that were refused together do not come back together.
     *
     * <p>For {@code Retry-After}, which takes whole seconds, round up: {@code 1 + retryAfter().toSeconds()}.
     */
    public Duration retryAfter() {
        return retryAfter;
    }

    /**
     * {@return how long the owner's lease still ran when the wait ended, zero or more} If the owner has died, the claim is free
     * after that time. A live owner renews it, so this says nothing of when the work is done: clients are better served by {@link
     * #retryAfter()}.
     */
    public Duration leaseLeft() {
        return leaseLeft;
    }

    /**
     * Waits on, as {@link ApiCache#receiveAndWait(Request, Duration)} would.
     *
     * @param more how long at most, zero or more
     * @return the next receipt, which may be {@link FirstSeen}
     */
    public Receipt<R> await(Duration more) {
        return calls.receiveAndWait(key, fingerprint, more, since);
    }

    /**
     * Waits on without a thread, as {@link ApiCache#receiveAsync(Request, Duration)} would.
     *
     * @param more how long at most, zero or more
     * @return the next receipt, which may be {@link FirstSeen}
     */
    public CompletableFuture<Receipt<R>> awaitAsync(Duration more) {
        return calls.receiveAsync(key, fingerprint, more, since);
    }

    /** {@return the hash of the id and the lease that was left} */
    @Override
    public String toString() {
        return "InFlight[" + Key.show(key.id()) + ", lease left " + leaseLeft + "]";
    }
}
