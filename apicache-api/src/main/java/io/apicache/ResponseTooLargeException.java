package io.apicache;

/** The response is larger than its codec or store accepts. Nothing was written; the claim is still open. */
public class ResponseTooLargeException extends ApiCacheException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message the size, the limit and the setting that moves it
     */
    public ResponseTooLargeException(String message) {
        super(message, null);
    }

    ResponseTooLargeException(String message, Throwable cause) {
        super(message, cause);
    }
}
