package io.apicache.examples.observability;

import io.apicache.ApiCacheListener;
import io.apicache.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells several listeners, one after the other in the order given. If one throws, the others are told all the same; what was thrown
 * first then goes to the cache, which logs it.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads if the listeners are.
 */
public final class Listeners implements ApiCacheListener {

    private final List<ApiCacheListener> listeners;

    private Listeners(List<ApiCacheListener> listeners) {
        this.listeners = listeners;
    }

    /**
     * Makes one listener of several.
     *
     * @param listeners who is told, in this order
     * @return a listener that tells them all
     */
    public static ApiCacheListener all(ApiCacheListener... listeners) {
        return new Listeners(List.of(listeners));
    }

    @Override
    public void received(String requestId, Outcome outcome) {
        tell(to -> to.received(requestId, outcome));
    }

    @Override
    public void waited(String requestId, Outcome outcome, Duration waited) {
        tell(to -> to.waited(requestId, outcome, waited));
    }

    @Override
    public void handled(String requestId, Duration work) {
        tell(to -> to.handled(requestId, work));
    }

    @Override
    public void released(String requestId) {
        tell(to -> to.released(requestId));
    }

    @Override
    public void leaseLost(String requestId) {
        tell(to -> to.leaseLost(requestId));
    }

    @Override
    public void takenOver(String requestId) {
        tell(to -> to.takenOver(requestId));
    }

    @Override
    public void ranUnprotected(String requestId) {
        tell(to -> to.ranUnprotected(requestId));
    }

    @Override
    public void storeFailed(String verb, StoreUnavailableException failure) {
        tell(to -> to.storeFailed(verb, failure));
    }

    private void tell(Consumer<ApiCacheListener> event) {
        Throwable first = null;
        for (ApiCacheListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (Throwable e) { // also an Error: the others are told all the same
                first = earlier(first, e);
            }
        }
        if (first instanceof Error error) {
            throw error;
        } else if (first != null) {
            throw (RuntimeException) first; // a listener declares no other
        }
    }

    private static Throwable earlier(@Nullable Throwable first, Throwable next) {
        if (first == null) {
            return next;
        }
        if (!first.equals(next)) { // an exception may not suppress itself
            first.addSuppressed(next);
        }
        return first;
    }
}
