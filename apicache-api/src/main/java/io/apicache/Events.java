package io.apicache;

import io.apicache.ApiCacheListener.Outcome;
import io.apicache.spi.Time;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Calls the listeners, on a thread that may run foreign code, and keeps what they throw from doing harm. */
final class Events {

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

    /** A call of receive was cancelled or ended from outside, perhaps on a thread that must not run foreign code. */
    void cancelled(Waiter<?> waiter) {
        if (heard) {
            threads.callBack(() -> received(waiter, Outcome.FAILED));
        }
    }

    void received(Waiter<?> waiter, Outcome outcome) {
        if (!heard) {
            return;
        }
        String id = waiter.request.id();
        if (waiter.waits) {
            tellWait(waiter, outcome);
        }
        tell(to -> to.received(id, outcome));
    }

    private void tellWait(Waiter<?> waiter, Outcome outcome) {
        try {
            Duration wait = Duration.ofNanos(time.nanoTime() - waiter.entered);
            tell(to -> to.waited(waiter.request.id(), outcome, wait));
        } catch (Throwable e) { // of the clock: the outcome must reach its caller all the same
            Failures.log(Incident.WAIT_NOT_TIMED, e);
        }
    }

    void replayed(String id) {
        if (heard) {
            tell(to -> to.received(id, Outcome.CACHED));
        }
    }

    void notReplayed(String id) {
        tell(to -> to.received(id, Outcome.FAILED));
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

    void responseNotStored(String id, ApiCacheException why) {
        tell(to -> to.responseNotStored(id, why));
    }

    void released(String id) {
        tell(to -> to.released(id));
    }

    // ---- from a timer or a thread of the store

    void leaseLost(String id) {
        if (heard) {
            threads.callBack(() -> tell(to -> to.leaseLost(id)));
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
                Failures.log(Incident.LISTENER_THREW, e);
            }
        }
    }
}
