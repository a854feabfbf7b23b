package io.apicache.examples.observability;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * How many claims are open, worked out from events. They name the id and not the claim, so claims are counted by id and never below
 * none: a response that is stored after its lease was lost ends a claim that has ended before.
 *
 * <p>A claim that its holder leaves after a failed {@code handle} or {@code release} ends without an event. None outlives the
 * cache's work limit, so what has been open for longer is forgotten.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class OpenClaims {

    private static final int OPENED_PER_CLEANING = 1_024;

    private record Open(int claims, long since) {}

    private final long workLimit;
    private final LongSupplier nanoTime;
    private final ConcurrentHashMap<String, Open> open = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Integer> unprotected = new ConcurrentHashMap<>();
    private final AtomicInteger opened = new AtomicInteger();

    OpenClaims(Duration workLimit, LongSupplier nanoTime) {
        this.workLimit = workLimit.toNanos();
        this.nanoTime = nanoTime;
    }

    /** The next {@code opened} of this id, which follows on the same thread, is of a caller without a claim. */
    void unprotected(String id) {
        unprotected.merge(id, 1, Integer::sum);
    }

    void opened(String id) {
        if (wasUnprotected(id)) {
            return;
        }
        long now = nanoTime.getAsLong();
        open.compute(id, (key, before) -> new Open(before == null ? 1 : before.claims + 1, now));
        if (opened.incrementAndGet() % OPENED_PER_CLEANING == 0) {
            forgetOverdue(); // also where nobody reads the count
        }
    }

    private boolean wasUnprotected(String id) {
        if (unprotected.isEmpty()) {
            return false;
        }
        boolean[] was = {false};
        unprotected.computeIfPresent(id, (key, callers) -> {
            was[0] = true;
            return callers == 1 ? null : callers - 1;
        });
        return was[0];
    }

    void ended(String id) {
        open.computeIfPresent(id, (key, was) -> was.claims == 1 ? null : new Open(was.claims - 1, was.since));
    }

    int count() {
        forgetOverdue();
        return open.values().stream().mapToInt(Open::claims).sum();
    }

    private void forgetOverdue() {
        long now = nanoTime.getAsLong();
        open.values().removeIf(claim -> now - claim.since >= workLimit);
    }
}
