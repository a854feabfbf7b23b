package io.apicache;

import java.time.Duration;

/** {@link ApiCache#execute} waited as long as it was told to, and somebody else is still at work. */
public class StillInFlightException extends ApiCacheException {

    private static final long serialVersionUID = 1L;

    /** How long the owner's lease still ran. */
    private final Duration leaseLeft;

    /**
     * Creates an exception.
     *
     * @param message which id is in flight
     * @param leaseLeft how long the owner's lease still runs
     */
    public StillInFlightException(String message, Duration leaseLeft) {
        super(message, null);
        this.leaseLeft = leaseLeft;
    }

    /** {@return how long the owner's lease still ran when the wait ended, for a {@code Retry-After}} */
    public Duration leaseLeft() {
        return leaseLeft;
    }
}
