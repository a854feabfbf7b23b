package io.apicache.examples;

import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What has happened, counted by the client and from the servers' journals. Safe for use by many threads. */
final class Tally implements Journal {

    final AtomicInteger answered = new AtomicInteger();
    final AtomicInteger executions = new AtomicInteger();
    final AtomicInteger replays = new AtomicInteger();
    final AtomicInteger conflicts = new AtomicInteger();
    final AtomicInteger refused = new AtomicInteger();
    final AtomicInteger takeovers = new AtomicInteger();
    final AtomicInteger timeouts = new AtomicInteger();
    final AtomicInteger crashes = new AtomicInteger();
    final Ledger ledger = new Ledger();
    final Queue<Long> replayNanos = new ConcurrentLinkedQueue<>();
    final Queue<Long> waitNanos = new ConcurrentLinkedQueue<>();
    final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final Map<String, Set<String>> bodies = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Void>> deaths = new ConcurrentHashMap<>();

    @Override
    public void write(Event event, String detail) {
        switch (event) {
            case EXECUTED -> executions.incrementAndGet();
            case BOOKED -> ledger.book(detail);
            case WAITED -> waitNanos.add(Long.valueOf(detail));
            case TOOK_OVER -> takeovers.incrementAndGet();
            case DIED -> {
                crashes.incrementAndGet();
                death(detail).complete(null);
            }
        }
    }

    void body(String requestId, String body) {
        Set<String> known = bodies.computeIfAbsent(requestId, first -> ConcurrentHashMap.newKeySet());
        if (known.add(body) && known.size() == 2) {
            violations.add("two different answers for " + requestId + ": " + known);
        }
    }

    /** {@return whether some client has the answer} */
    boolean isAnswered(String requestId) {
        return bodies.containsKey(requestId);
    }

    /** {@return ends when a server has died over this request} */
    CompletableFuture<Void> death(String requestId) {
        return deaths.computeIfAbsent(requestId, first -> new CompletableFuture<>());
    }
}
