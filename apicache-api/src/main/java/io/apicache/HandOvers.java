package io.apicache;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The outcomes that callers without a thread still wait for, so that none depends on the executor alone. */
final class HandOvers {

    private static final int VISITS_PER_PATIENCE = 4;

    private final long patience;
    private final long pause;
    private final Set<HandOver<?>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean visited;
    private volatile long lastVisit;

    HandOvers(Limits limits) {
        this.patience = limits.storeTimeoutNanos();
        this.pause = patience / VISITS_PER_PATIENCE;
    }

    void add(HandOver<?> handOver) {
        open.add(handOver);
    }

    void remove(HandOver<?> handOver) {
        open.remove(handOver);
    }

    /** The cache is closed: passes on what is there, before the threads end. */
    void close() {
        open.forEach(HandOver::rescueIfDecided);
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Passes on what is late. {@return when to look again, or null if none is open} However often it is called, it visits all four times per store time-out. */
    @Nullable
    Long sweep(long now) {
        if (open.isEmpty()) {
            return null;
        }
        if (!visited || now - lastVisit >= pause) {
            visited = true;
            lastVisit = now;
            for (HandOver<?> handOver : open) {
                handOver.rescue(now, patience - 2 * pause);
            }
        }
        return lastVisit + pause;
    }
}
