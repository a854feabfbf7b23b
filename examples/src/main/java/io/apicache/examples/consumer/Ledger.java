package io.apicache.examples.consumer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The effect that must not happen twice. What it refuses, it refuses as one statement of a database would. */
final class Ledger {

    /** What came of a booking. */
    enum Booking {
        /** It is in the ledger now. */
        BOOKED,
        /** It was there already, booked by an earlier owner of the claim who died before he could say so: go on and handle. */
        BOOKED_BEFORE,
        /** A newer owner has booked it: this one lost its claim long ago, and must stop. */
        STALE
    }

    private record Entry(long token, long cents) {}

    private final Map<String, List<Entry>> entries = new ConcurrentHashMap<>();
    private final boolean guarded;

    private Ledger(boolean guarded) {
        this.guarded = guarded;
    }

    /** {@return a ledger that has one line for an id, as with a unique key} */
    static Ledger guarded() {
        return new Ledger(true);
    }

    /** {@return a ledger that writes whatever it is told, as a mail server sends} */
    static Ledger unguarded() {
        return new Ledger(false);
    }

    // snippet consumer-ledger
    synchronized Booking book(String paymentId, long token, long cents) {
        List<Entry> booked = entries.computeIfAbsent(paymentId, first -> new ArrayList<>());
        if (guarded && !booked.isEmpty()) {
            return token < booked.get(0).token() ? Booking.STALE : Booking.BOOKED_BEFORE;
        }
        booked.add(new Entry(token, cents));
        return Booking.BOOKED;
    }
    // end

    /** {@return how often a payment took effect} */
    synchronized int bookingsOf(String paymentId) {
        return entries.getOrDefault(paymentId, List.of()).size();
    }

    /** {@return how many lines there are} */
    synchronized int bookings() {
        return entries.values().stream().mapToInt(List::size).sum();
    }

    /** {@return the sum of all lines} */
    synchronized long cents() {
        return entries.values().stream()
                .flatMap(List::stream)
                .mapToLong(Entry::cents)
                .sum();
    }
}
