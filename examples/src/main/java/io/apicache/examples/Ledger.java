package io.apicache.examples;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The side effect that must not happen twice: books payments and counts the bookings of each request. */
final class Ledger {

    private final Map<String, AtomicInteger> bookings = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();

    /** {@return the number of the booking} */
    int book(String requestId) {
        bookings.computeIfAbsent(requestId, first -> new AtomicInteger()).incrementAndGet();
        return numbers.incrementAndGet();
    }

    int bookingsOf(String requestId) {
        AtomicInteger count = bookings.get(requestId);
        return count == null ? 0 : count.get();
    }

    int bookings() {
        return numbers.get();
    }
}
