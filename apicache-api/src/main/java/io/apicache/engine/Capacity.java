package io.apicache.engine;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many callers may wait in one cache at a time, on all ids together.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class Capacity {

    private final int most;
    private final AtomicInteger taken = new AtomicInteger();

    Capacity(int most) {
        this.most = most;
    }

    /** {@return whether there was space for one more, which is taken now} */
    boolean tryReserve() {
        if (taken.incrementAndGet() <= most) {
            return true;
        }
        taken.decrementAndGet();
        return false;
    }

    void free() {
        taken.decrementAndGet();
    }

    int taken() {
        return taken.get();
    }
}
