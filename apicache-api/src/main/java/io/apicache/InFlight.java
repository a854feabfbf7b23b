package io.apicache;

import io.apicache.spi.Key;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Somebody is at work and did not finish in the time the caller had. Nothing is held: drop it, answer "try again later", or wait on.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param <R> the response type
 */
public final class InFlight<R> implements Receipt<R> {

    private final Engine<R> engine;
    private final Request request;
    private final Duration leaseLeft;

    InFlight(Engine<R> engine, Request request, Duration leaseLeft) {
        this.engine = engine;
        this.request = request;
        this.leaseLeft = leaseLeft;
    }

    @Override
    public String requestId() {
        return request.id();
    }

    /**
     * {@return how long the owner's lease still ran when the wait ended, zero or more} A live owner renews it, so this is when to ask
     * again rather than when there will be an answer: a good {@code Retry-After}.
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
        return engine.receiveAndWait(request, more);
    }

    /**
     * Waits on without a thread, as {@link ApiCache#receiveAsync(Request, Duration)} would.
     *
     * @param more how long at most, zero or more
     * @return the next receipt, which may be {@link FirstSeen}
     */
    public CompletableFuture<Receipt<R>> awaitAsync(Duration more) {
        return engine.receiveAsync(request, more);
    }

    /** {@return the hash of the id and the lease that was left} */
    @Override
    public String toString() {
        return "InFlight[" + Key.show(request.id()) + ", lease left " + leaseLeft + "]";
    }
}
