package io.apicache;

import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Key;
import java.time.Duration;
import java.time.Instant;

/**
 * Somebody did it, and this is the response that was stored.
 *
 * <p><b>Thread-safety:</b> immutable, as far as the response is.
 *
 * @param <R> the response type
 */
public final class Cached<R> implements Receipt<R> {

    private final String requestId;
    private final R response;
    private final Handled<R> handled;

    Cached(String requestId, R response, Handled<R> handled) {
        this.requestId = requestId;
        this.response = response;
        this.handled = handled;
    }

    @Override
    public String requestId() {
        return requestId;
    }

    /** {@return the response; the same object at each call} */
    public R response() {
        return response;
    }

    /** {@return when it was handled, by the store's wall clock} */
    public Instant handledAt() {
        return handled.handledAt();
    }

    /** {@return how long ago it was handled, zero or more; for an {@code Age} header} */
    public Duration age() {
        return handled.age();
    }

    /** {@return the hash of the id and the age, never the response} */
    @Override
    public String toString() {
        return "Cached[" + Key.show(requestId) + ", age " + age() + "]";
    }
}
