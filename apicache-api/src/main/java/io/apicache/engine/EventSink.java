package io.apicache.engine;

import io.apicache.StoreUnavailableException;

/**
 * Receives what happens in the engine besides the outcome of calls. Called on a thread that may run foreign code; throws nothing.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
public interface EventSink {

    /** {@return whether events are received: what is not received need not be timed} */
    boolean isHeard();

    /**
     * A call of receive ended without an outcome: it was cancelled or interrupted.
     *
     * @param waiter the call
     */
    void ended(Waiter<?> waiter);

    /**
     * A response was stored.
     *
     * @param requestId the id
     * @param workNanos from the claim to the confirmation by the store
     */
    void handled(String requestId, long workNanos);

    /**
     * A claim was given back without a response.
     *
     * @param requestId the id
     */
    void released(String requestId);

    /**
     * A claim could not be kept.
     *
     * @param requestId the id
     */
    void leaseLost(String requestId);

    /**
     * The store failed to do something.
     *
     * @param verb which move
     * @param failure why
     */
    void storeFailed(String verb, StoreUnavailableException failure);
}
