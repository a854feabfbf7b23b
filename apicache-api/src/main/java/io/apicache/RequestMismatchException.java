package io.apicache;

/** The request id was used before with another fingerprint: the same key for another request. Nothing was changed. */
public class RequestMismatchException extends ApiCacheException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message which id was reused
     */
    public RequestMismatchException(String message) {
        super(message, null);
    }
}
