package io.apicache.engine;

import io.apicache.spi.AttemptId;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * What the states of all keys of a cache share: settings, the space for waiters, where ids and jitter come from, and whether the cache is closed.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class KeyContext {

    final Settings settings;
    final Capacity capacity;
    private final Supplier<AttemptId> ids;
    private final DoubleSupplier jitter;
    private volatile boolean closed;

    /**
     * Creates what the keys of one cache share.
     *
     * @param ids an id at each call that no other attempt has
     * @param jitter 0 to 1, another one at each call
     */
    KeyContext(Settings settings, Supplier<AttemptId> ids, DoubleSupplier jitter) {
        this.settings = settings;
        this.capacity = new Capacity(settings.waiters());
        this.ids = ids;
        this.jitter = jitter;
    }

    AttemptId nextId() {
        return ids.get();
    }

    double jitter() {
        return jitter.getAsDouble();
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
    }

    /** {@return when a caller is answered at the latest, whatever the store does} */
    long end(long deadline) {
        return deadline + settings.storeTimeoutNanos();
    }
}
