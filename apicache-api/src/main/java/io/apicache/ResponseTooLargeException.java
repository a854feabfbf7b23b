package io.apicache;

/**
 * The response is larger than its codec or store accepts. Thrown by {@code handle}: nothing was written, and the claim is open, so a smaller
 * response may be tried. Thrown by {@link ApiCache#execute}: the record holds a marker, {@link #response()} is the response, and all other
 * callers get {@link ResponseNotKeptException}.
 */
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
