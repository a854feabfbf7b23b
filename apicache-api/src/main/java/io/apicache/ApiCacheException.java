package io.apicache;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something in the world is broken: the store, a record, a lease. Callers' own mistakes are {@link IllegalArgumentException}, {@link
 * IllegalStateException} and {@link NullPointerException} instead.
 */
@SuppressWarnings("exports") // @Nullable is for tools: callers compile without it
public class ApiCacheException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What the work returned; not serialized, since it may be of any type. */
    private transient @Nullable Object response;

    /**
     * Creates an exception.
     *
     * @param message what is wrong and what to do about it; free of payloads, secrets and whole request ids
     * @param cause what it comes from, or null
     */
    public ApiCacheException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * {@return what the work returned, if this exception ends a call of {@link ApiCache#execute} or {@code executeAsync} whose work was done}
     * The response is not stored, or it is not known to be. It is not part of the exception's serialized form.
     */
    public Optional<Object> response() {
        return Optional.ofNullable(response);
    }

    /** Carries the response to the caller whose work it comes from. {@return this} */
    ApiCacheException carrying(@Nullable Object response) {
        this.response = response;
        return this;
    }
}
