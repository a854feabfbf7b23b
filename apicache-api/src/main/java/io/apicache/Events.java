package io.apicache;

import io.apicache.ApiCacheListener.Outcome;
import io.apicache.spi.Time;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Calls the listeners, on a thread that may run foreign code, and keeps what they throw from doing harm. */
final class Events {

    private static final Logger LOG = System.getLogger(ApiCache.class.getName());

    private final List<ApiCacheListener> listeners;
    private final boolean heard;
    private final Threads threads;
    private final Time time;

    Events(List<ApiCacheListener> listeners, Threads threads, Time time) {
        this.listeners = List.copyOf(listeners);
        this.heard = !listeners.isEmpty();
        this.threads = threads;
        this.time = time;
    }

    // ---- on the thread of the caller whom it concerns

    /** {@return whether anybody listens: what is not heard need not be timed} */
    boolean isHeard() {
        return heard;
    }

    void received(Waiter<?> waiter, Outcome outcome) {
        if (!heard) {
            return;
        }
        String id = waiter.request.id();
        if (waiter.waits) {
            Duration wait = Duration.ofNanos(time.nanoTime() - waiter.entered);
            tell(to -> to.waited(id, outcome, wait));
        }
        tell(to -> to.received(id, outcome));
    }

    void replayed(String id) {
        if (heard) {
            tell(to -> to.received(id, Outcome.CACHED));
        }
    }

    void takenOver(String id) {
        tell(to -> to.takenOver(id));
    }

    void ranUnprotected(String id) {
        tell(to -> to.ranUnprotected(id));
    }

    void handled(String id, Duration work) {
        tell(to -> to.handled(id, work));
    }

    void released(String id) {
        tell(to -> to.released(id));
    }

    // ---- from a timer or a thread of the store

    void leaseLost(String id, @Nullable CompletableFuture<Void> stage) {
        if (heard || stage != null) {
            threads.callBack(() -> {
                if (stage != null) {
                    stage.complete(null);
                }
                tell(to -> to.leaseLost(id));
            });
        }
    }

    void storeFailed(String verb, StoreUnavailableException failure) {
        if (heard) {
            threads.callBack(() -> tell(to -> to.storeFailed(verb, failure)));
        }
    }

    private void tell(Consumer<ApiCacheListener> event) {
        for (ApiCacheListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (Throwable e) { // also an Error: whoever is being told of a claim would not get it
                LOG.log(Level.WARNING, "a listener threw; the event is lost to it", e);
            }
        }
    }
}
