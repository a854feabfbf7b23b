package io.apicache;

import io.apicache.ApiCacheListener.Outcome;
import io.apicache.engine.EventSink;
import io.apicache.engine.Failures;
import io.apicache.engine.Incident;
import io.apicache.engine.Waiter;
import io.apicache.spi.Time;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Calls the listeners, on a thread that may run foreign code, and keeps what they throw from doing harm. */
final class Listeners implements EventSink {

    private final List<ApiCacheListener> listeners;
    private final boolean heard;
    private final Outcome ended;
    private final Time time;

    Listeners(List<ApiCacheListener> listeners, Time time) {
        this.listeners = List.copyOf(listeners);
        this.heard = !listeners.isEmpty();
        this.ended = Outcome.FAILED; // initializes the class while there is heap for it
        this.time = time;
    }

    // ---- on the thread of the caller whom it concerns

    /** {@return whether anybody listens: what is not heard need not be timed} */
    @Override
    public boolean isHeard() {
        return heard;
    }

    @Override
    public void ended(Waiter<?> waiter) {
        received(waiter, ended);
    }

    void received(Waiter<?> waiter, Outcome outcome) {
        if (!heard) {
            return;
        }
        String id = waiter.key().id();
        if (waiter.hasWaited()) {
            tellWait(waiter, outcome);
        }
        tell(to -> to.received(id, outcome));
    }

    private void tellWait(Waiter<?> waiter, Outcome outcome) {
        try {
            Duration wait = Duration.ofNanos(time.nanoTime() - waiter.entered());
            tell(to -> to.waited(waiter.key().id(), outcome, wait));
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

    @Override
    public void handled(String id, long workNanos) {
        Duration work = Duration.ofNanos(workNanos);
        tell(to -> to.handled(id, work));
    }

    void responseNotStored(String id, ApiCacheException why) {
        tell(to -> to.responseNotStored(id, why));
    }

    @Override
    public void released(String id) {
        tell(to -> to.released(id));
    }

    // ---- on the executor

    @Override
    public void leaseLost(String id) {
        tell(to -> to.leaseLost(id));
    }

    @Override
    public void storeFailed(String verb, StoreUnavailableException failure) {
        tell(to -> to.storeFailed(verb, failure));
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
