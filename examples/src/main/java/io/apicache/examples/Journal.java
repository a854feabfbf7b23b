package io.apicache.examples;

import io.apicache.ApiCacheListener;
import java.time.Duration;

/** Where servers write down what they do, as they do it: to be counted in this JVM, or told to the one that counts. */
abstract class Journal implements ApiCacheListener {

    /** What may happen. */
    enum Event {
        EXECUTED,
        BOOKED,
        WAITED,
        TOOK_OVER,
        DIED
    }

    private final ThreadLocal<Boolean> waitedHere = ThreadLocal.withInitial(() -> false);

    /**
     * Writes an event down. Safe for use by many threads.
     *
     * @param detail the nanoseconds of a wait, the id of the request otherwise
     */
    abstract void write(Event event, String detail);

    @Override
    public void waited(String requestId, Outcome outcome, Duration waited) {
        write(Event.WAITED, String.valueOf(waited.toNanos()));
        waitedHere.set(true);
    }

    @Override
    public void takenOver(String requestId) {
        write(Event.TOOK_OVER, requestId);
    }

    /** {@return whether the last receive on this thread had to wait, asked once} */
    boolean waitedHere() {
        boolean waited = waitedHere.get();
        waitedHere.set(false);
        return waited;
    }
}
