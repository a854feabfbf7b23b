package io.apicache.examples;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The side effect that must not happen twice: counts the bookings of each request. */
final class Ledger {

    private final Map<String, AtomicInteger> bookings = new ConcurrentHashMap<>();
    private final AtomicInteger total = new AtomicInteger();

    void book(String requestId) {
        bookings.computeIfAbsent(requestId, first -> new AtomicInteger()).incrementAndGet();
        total.incrementAndGet();
    }

    int bookingsOf(String requestId) {
        AtomicInteger count = bookings.get(requestId);
        return count == null ? 0 : count.get();
    }

    int bookings() {
        return total.get();
    }
}
