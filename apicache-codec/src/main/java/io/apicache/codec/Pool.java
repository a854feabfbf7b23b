package io.apicache.codec;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Expensive things that one thread at a time may use: taken out while in use, a bounded number kept while idle. Not bound to threads,
 * so that a virtual thread does not pay for one of its own.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; no method blocks.
 *
 * @param <T> the thing
 */
final class Pool<T> {

    private final Supplier<T> create;
    private final Consumer<T> discard;
    private final AtomicReferenceArray<@Nullable T> idle;
    private volatile boolean closed;

    Pool(Supplier<T> create, Consumer<T> discard) {
        this(create, discard, slots());
    }

    /** Keeps fewer of what is large: {@code most} of them, but no more than usually. */
    Pool(Supplier<T> create, Consumer<T> discard, int most) {
        this.create = create;
        this.discard = discard;
        this.idle = new AtomicReferenceArray<>(Math.min(most, slots()));
    }

    private static int slots() {
        return Math.min(64, 2 * Runtime.getRuntime().availableProcessors());
    }

    /** {@return an idle thing, or a new one} It is the caller's alone until it is given back, or dropped for good. */
    T borrow() {
        int slots = idle.length();
        int start = start(slots);
        for (int i = 0; i < slots; i++) {
            int slot = (start + i) % slots;
            T found = idle.get(slot);
            if (found != null && idle.compareAndSet(slot, found, null)) {
                return found;
            }
        }
        return create.get();
    }

    /** Takes back what was borrowed and has served without an exception. */
    void giveBack(T thing) {
        int slots = idle.length();
        int start = start(slots);
        for (int i = 0; i < slots; i++) {
            int slot = (start + i) % slots;
            if (idle.get(slot) == null && idle.compareAndSet(slot, null, thing)) {
                // close() may have passed this slot before the thing was in it.
                if (closed) {
                    close();
                }
                return;
            }
        }
        discard.accept(thing);
    }

    /** Discards what is idle now, and later what is given back. */
    void close() {
        closed = true;
        for (int slot = 0; slot < idle.length(); slot++) {
            T thing = idle.getAndSet(slot, null);
            if (thing != null) {
                discard.accept(thing);
            }
        }
    }

    boolean isClosed() {
        return closed;
    }

    // Neighbours in time start at different slots, or all of them would fight for the first.
    private static int start(int slots) {
        return (int) (Thread.currentThread().getId() % slots);
    }
}
