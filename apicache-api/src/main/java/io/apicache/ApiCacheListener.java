package io.apicache;

import java.time.Duration;

/**
 * Is told what a cache does, for metrics, traces and logs. Every method does nothing by default.
 *
 * <p>Order of the events of one call: {@code received}, preceded by {@code waited} if the call had to wait. Of one claim: {@code
 * received(FIRST_SEEN)}, preceded by {@code takenOver} if it was taken from an owner that had lapsed; then {@code handled} or {@code
 * released}, or {@code leaseLost}, after which a late {@code handled} is possible. {@code storeFailed} comes at any time. None of these
 * ends is told where nobody knows of it: if the caller of {@code handle} was interrupted, or the store could not be reached to the last,
 * the claim lapses in silence. Callers that run without a claim, unprotected or over {@link io.apicache.spi.Store#passThrough()}, end in silence too.
 *
 * <p>Duties: be quick, do not block, do not call the cache. Events come on the thread that called the cache or on the cache's executor,
 * never on a thread of the store. What a listener throws is logged and otherwise ignored. Request ids are given in full so
 * that events can be correlated: shorten them before you print them, and never make them a label of a metric.
 *
 * <p><b>Thread-safety:</b> implementations are safe for use by many threads.
 */
public interface ApiCacheListener {

    /** What a call of {@code receive} came to. */
    enum Outcome {
        /** The caller does the work. */
        FIRST_SEEN,
        /** The caller got the stored response. */
        CACHED,
        /** Somebody else is still at work. */
        IN_FLIGHT,
        /** The id was used with another fingerprint. */
        MISMATCHED,
        /** The store could not be asked. */
        UNAVAILABLE,
        /**
         * The record cannot be read, or holds a marker in place of a response; the call was ended from outside; or it would have waited
         * for the work of its own thread.
         */
        FAILED
    }

    /**
     * A call of {@code receive} has its outcome.
     *
     * @param requestId the id
     * @param outcome what it came to
     */
    default void received(String requestId, Outcome outcome) {}

    /**
     * A call of {@code receive} had to wait before it had its outcome: for somebody else's work, or for a store that had failed. The way to
     * the store and back is no wait.
     *
     * @param requestId the id
     * @param outcome what it came to
     * @param waited from the call to the outcome
     */
    default void waited(String requestId, Outcome outcome, Duration waited) {}

    /**
     * A response was stored.
     *
     * @param requestId the id
     * @param work from the claim to the confirmation by the store
     */
    default void handled(String requestId, Duration work) {}

    /**
     * Work of {@code execute} or {@code executeAsync} is done, and its response is not stored or not known to be. With {@link
     * Unavailable#RUN_UNPROTECTED} the caller has got the response nevertheless.
     *
     * @param requestId the id
     * @param why what the caller got, or would have got; {@link ApiCacheException#response()} is the response
     */
    default void responseNotStored(String requestId, ApiCacheException why) {}

    /**
     * A claim was given back without a response.
     *
     * @param requestId the id
     */
    default void released(String requestId) {}

    /**
     * A claim of this cache could not be kept: another owner may be at work while this one still is.
     *
     * @param requestId the id
     */
    default void leaseLost(String requestId) {}

    /**
     * A claim was taken over from an owner whose lease had lapsed.
     *
     * @param requestId the id
     */
    default void takenOver(String requestId) {}

    /**
     * A caller was let run without a claim, since the store is away and the cache is set to {@link Unavailable#RUN_UNPROTECTED}.
     *
     * @param requestId the id
     */
    default void ranUnprotected(String requestId) {}

    /**
     * The store failed to do something. The cache may try again, so this is not the outcome of a call.
     *
     * @param verb which move: claim, join, handle, renew or release
     * @param failure why
     */
    default void storeFailed(String verb, StoreUnavailableException failure) {}
}
