package io.apicache.examples.http;

import java.util.function.BooleanSupplier;

/**
 * What a handler may ask about the claim that it works under.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 *
 * @param requestId the id of operation, tenant and key, to be handed on as the idempotency key of whoever is called next; empty without
 *     protection
 * @param token the fencing token, to be passed along to systems that refuse a smaller one than they have seen; 0 without protection
 * @param lost whether another server may be at the same work by now
 */
public record Work(String requestId, long token, BooleanSupplier lost) {

    /**
     * The field of a response by which a handler overrules its route: a number of seconds, where 0 gives the response to those who wait
     * now and to nobody else; or {@code no}, by which the request has not been handled, and whoever waits takes it over. No client sees
     * it. Any other value counts for nothing: when the work is done, it is safer to keep a response than not to.
     */
    public static final String KEEP_FOR = "Idempotency-Keep-For";

    /** A request without a claim. */
    public static final Work UNPROTECTED = new Work("", 0, () -> false);

    /** {@return whether the claim was lost, so that the work had better stop} */
    public boolean isLost() {
        return lost.getAsBoolean();
    }
}
