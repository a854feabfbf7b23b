package io.apicache;

import org.jspecify.annotations.Nullable;

/**
 * A record cannot be read: damaged, foreign, or written by an unknown version. It is left as it is, and the request is not executed
 * again on the strength of it; {@link ApiCache#invalidate(String)} removes it.
 */
@SuppressWarnings("exports") // @Nullable is for tools: callers compile without it
public class CorruptRecordException extends ApiCacheException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what does not fit
     * @param cause what it comes from, or null
     */
    public CorruptRecordException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
