package io.apicache.examples;

import io.apicache.ApiCacheListener;
import java.time.Duration;

/** Where servers write down what they do, as they do it: to be counted in this JVM, or told to the one that counts. */
interface Journal extends ApiCacheListener {

    /** What may happen. */
    enum Event {
        EXECUTED,
        BOOKED,
        WAITED,
        TOOK_OVER,
        DIED
    }

    /**
     * Writes an event down. Safe for use by many threads.
     *
     * @param detail the nanoseconds of a wait, the id of the request otherwise
     */
    void write(Event event, String detail);

    @Override
    default void waited(String requestId, Outcome outcome, Duration waited) {
        write(Event.WAITED, String.valueOf(waited.toNanos()));
    }

    @Override
    default void takenOver(String requestId) {
        write(Event.TOOK_OVER, requestId);
    }
}
