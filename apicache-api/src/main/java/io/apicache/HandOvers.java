package io.apicache;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The outcomes that callers without a thread still wait for, so that none depends on the executor alone. */
final class HandOvers {

    private final long patience;
    private final Set<HandOver<?>> open = ConcurrentHashMap.newKeySet();

    HandOvers(Limits limits) {
        this.patience = limits.storeTimeoutNanos();
    }

    void add(HandOver<?> handOver) {
        open.add(handOver);
    }

    void remove(HandOver<?> handOver) {
        open.remove(handOver);
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Passes on what is late. {@return when the next one will be late, or null if none is open} */
    @Nullable
    Long sweep(long now) {
        Long next = null;
        for (HandOver<?> handOver : open) {
            handOver.rescue(now, patience);
            Long due = handOver.due(patience);
            long at = due == null ? now + patience : due;
            next = next == null ? at : Decision.earlier(next, at);
        }
        return next;
    }
}
