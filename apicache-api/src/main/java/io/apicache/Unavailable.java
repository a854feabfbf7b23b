package io.apicache;

/** What {@code receive} does when the store cannot be asked. */
public enum Unavailable {
    /** Throw {@link StoreUnavailableException}: nothing runs twice, and nothing runs while the store is away. For idempotency. */
    FAIL,
    /**
     * Return a {@link FirstSeen} without a claim: every caller does the work, and nothing is stored. Its {@link FirstSeen#token()} is 0,
     * which every fenced resource refuses. For response caching.
     */
    RUN_UNPROTECTED
}
