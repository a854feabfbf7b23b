package io.apicache.examples;

import io.apicache.ApiCacheListener;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What has happened, counted by the client and by the caches. Safe for use by many threads. */
final class Tally implements ApiCacheListener {

    final AtomicInteger answered = new AtomicInteger();
    final AtomicInteger executions = new AtomicInteger();
    final AtomicInteger replays = new AtomicInteger();
    final AtomicInteger conflicts = new AtomicInteger();
    final AtomicInteger refused = new AtomicInteger();
    final AtomicInteger takeovers = new AtomicInteger();
    final AtomicInteger timeouts = new AtomicInteger();
    final AtomicInteger crashes = new AtomicInteger();
    final Queue<Long> replayNanos = new ConcurrentLinkedQueue<>();
    final Queue<Long> waitNanos = new ConcurrentLinkedQueue<>();
    final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final Map<String, Set<String>> bodies = new ConcurrentHashMap<>();
    private final ThreadLocal<Boolean> waitedHere = ThreadLocal.withInitial(() -> false);

    @Override
    public void waited(String requestId, Outcome outcome, Duration waited) {
        waitNanos.add(waited.toNanos());
        waitedHere.set(true);
    }

    @Override
    public void takenOver(String requestId) {
        takeovers.incrementAndGet();
    }

    /** {@return whether the last receive on this thread had to wait, asked once} */
    boolean waitedHere() {
        boolean waited = waitedHere.get();
        waitedHere.set(false);
        return waited;
    }

    void body(String requestId, String body) {
        Set<String> known = bodies.computeIfAbsent(requestId, first -> ConcurrentHashMap.newKeySet());
        if (known.add(body) && known.size() == 2) {
            violations.add("two different answers for " + requestId + ": " + known);
        }
    }

    int ids() {
        return bodies.size();
    }
}
