package io.apicache;

import java.time.Duration;

/** {@link ApiCache#execute} has waited for its {@code maxWait}, and another caller is still at work. */
public class StillInFlightException extends ApiCacheException {

    private static final long serialVersionUID = 1L;

    /** How long the owner's lease still ran. */
    private final Duration leaseLeft;

    /** When a client should try again. */
    private final Duration retryAfter;

    /**
     * Creates an exception.
     *
     * @param message which id is in flight
     * @param leaseLeft how long the owner's lease still runs
     * @param retryAfter when a client should try again
     */
    public StillInFlightException(String message, Duration leaseLeft, Duration retryAfter) {
        super(message, null);
        this.leaseLeft = leaseLeft;
        this.retryAfter = retryAfter;
    }

    /** {@return when a client should send the request again, 0.5 s to 5 s, as {@link InFlight#retryAfter()}} For a {@code Retry-After}. */
    public Duration retryAfter() {
        return retryAfter;
    }

    /** {@return how long the owner's lease still ran when the wait ended, as {@link InFlight#leaseLeft()}} */
    public Duration leaseLeft() {
        return leaseLeft;
    }
}
