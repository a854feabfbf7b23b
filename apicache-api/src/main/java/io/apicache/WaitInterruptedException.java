package io.apicache;

/** The calling thread was interrupted while it waited. Its interrupt flag is set again, and the wait has left no trace. */
public class WaitInterruptedException extends ApiCacheException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what was waited for
     * @param cause the interruption
     */
    public WaitInterruptedException(String message, InterruptedException cause) {
        super(message, cause);
    }
}
