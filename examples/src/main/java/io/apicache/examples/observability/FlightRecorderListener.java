package io.apicache.examples.observability;

import io.apicache.ApiCacheListener;
import io.apicache.StoreUnavailableException;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * Writes what a cache does into flight recordings. While none runs, or none asks for a kind of event, an event costs one look at a
 * flag: no id is hashed and nothing is written.
 *
 * <p>Ids are hashed with a salt of this object's own, so that the events of one request can be found together and nobody learns its
 * id from a recording.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
public final class FlightRecorderListener implements ApiCacheListener {

    private final String namespace;
    private final UnaryOperator<String> hash;

    /**
     * Creates a listener.
     *
     * @param namespace that of the cache
     */
    public FlightRecorderListener(String namespace) {
        this(namespace, new HashedIds());
    }

    FlightRecorderListener(String namespace, UnaryOperator<String> hash) {
        this.namespace = namespace;
        this.hash = hash;
    }

    // snippet observability-event
    @Override
    public void received(String requestId, Outcome outcome) {
        FlightEvent.Receive event = new FlightEvent.Receive();
        if (event.isEnabled()) {
            event.outcome = Labels.of(outcome);
            write(event, requestId);
        }
    }
    // end

    @Override
    public void waited(String requestId, Outcome outcome, Duration waited) {
        FlightEvent.Wait event = new FlightEvent.Wait();
        if (event.isEnabled()) {
            event.outcome = Labels.of(outcome);
            event.waited = waited.toNanos();
            write(event, requestId);
        }
    }

    @Override
    public void handled(String requestId, Duration work) {
        FlightEvent.Handle event = new FlightEvent.Handle();
        if (event.isEnabled()) {
            event.work = work.toNanos();
            write(event, requestId);
        }
    }

    @Override
    public void released(String requestId) {
        write(new FlightEvent.Release(), requestId);
    }

    @Override
    public void leaseLost(String requestId) {
        write(new FlightEvent.LeaseLost(), requestId);
    }

    @Override
    public void takenOver(String requestId) {
        write(new FlightEvent.TakenOver(), requestId);
    }

    @Override
    public void ranUnprotected(String requestId) {
        write(new FlightEvent.RanUnprotected(), requestId);
    }

    @Override
    public void storeFailed(String verb, StoreUnavailableException failure) {
        FlightEvent.StoreFailed event = new FlightEvent.StoreFailed();
        if (event.isEnabled()) {
            event.namespace = namespace;
            event.verb = verb;
            event.outcome = Labels.of(failure.outcome());
            event.commit();
        }
    }

    private void write(FlightEvent event, String requestId) {
        if (event.shouldCommit()) { // enabled, and as long as the recording asks for
            event.namespace = namespace;
            event.request = hash.apply(requestId);
            event.commit();
        }
    }
}
