package io.apicache;

import org.jspecify.annotations.Nullable;

/**
 * Something in the world is broken: the store, a record, a lease. Callers' own mistakes are {@link IllegalArgumentException}, {@link
 * IllegalStateException} and {@link NullPointerException} instead.
 */
@SuppressWarnings("exports") // @Nullable is for tools: callers compile without it
public class ApiCacheException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what is wrong and what to do about it; free of payloads, secrets and whole request ids
     * @param cause what it comes from, or null
     */
    public ApiCacheException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
