package io.apicache;

/**
 * The response was not stored, since the claim is not the caller's any more: its lease lapsed and another owner took over, the
 * record was invalidated, or the cache was closed. Other callers get the other owner's response. What the caller did meanwhile has happened;
 * a fencing token ({@link FirstSeen#token()}) lets the systems it wrote to refuse it.
 */
public class LeaseLostException extends ApiCacheException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message which claim was lost
     */
    public LeaseLostException(String message) {
        super(message, null);
    }
}
