package io.apicache;

import io.apicache.spi.Marker;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The work of this request is done, but its response could not be kept: it was too large, could not be encoded, or was null. The record
 * holds a marker instead, so the work is not done again for each caller. {@link ApiCache#invalidate(String)} removes the marker; the next
 * caller then does the work again.
 *
 * <p>The owner whose response was not kept gets it from {@link #response()}.
 */
@SuppressWarnings("exports") // @Nullable is for tools: callers compile without it
public class ResponseNotKeptException extends ApiCacheException {

    private static final long serialVersionUID = 1L;

    /** Why the response was not kept. */
    private final Marker reason;

    /**
     * Creates an exception.
     *
     * @param message which response was not kept
     * @param reason why
     * @param cause what the codec or the store threw, or null
     */
    public ResponseNotKeptException(String message, Marker reason, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** {@return why the response was not kept} */
    public Marker reason() {
        return reason;
    }
}
