package io.apicache.examples.dashboard;

import io.apicache.ApiCacheListener;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * How the pages of one server came to their figures.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class Counts implements ApiCacheListener {

    private final LongAdder hits = new LongAdder();
    private final LongAdder waits = new LongAdder();
    private final LongAdder computations = new LongAdder();
    private final LongAdder unprotected = new LongAdder();

    @Override
    public void handled(String requestId, Duration work) {
        computations.increment();
    }

    @Override
    public void ranUnprotected(String requestId) {
        unprotected.increment();
    }

    /**
     * Figures that somebody else computed: waited for if they are younger than the question. The listener tells waits as well, but of calls;
     * a page may take two.
     */
    void answered(Duration age, long nanosSinceAsked) {
        (age.toNanos() < nanosSinceAsked ? waits : hits).increment();
    }

    long hits() {
        return hits.sum();
    }

    long waits() {
        return waits.sum();
    }

    long computations() {
        return computations.sum();
    }

    long unprotected() {
        return unprotected.sum();
    }
}
