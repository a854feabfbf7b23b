package io.apicache.examples.consumer;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** The table at the end, and whether what it shows is as it must be. */
final class Report {

    private static final int SHOWN = 10;

    private final PrintStream out;
    private final Tally tally;
    private final Ledger ledger;

    Report(PrintStream out, Tally tally, Ledger ledger) {
        this.out = out;
        this.tally = tally;
        this.ledger = ledger;
    }

    /** {@return whether every payment took effect once, and no poison message any} */
    boolean print(List<Payment> payments, int sent) {
        payments.forEach(this::check);
        row("payments", payments.size());
        row("messages, with the producer's retries", sent);
        row("deliveries", tally.deliveries());
        row("redeliveries", tally.deliveries() - sent);
        row("executions", tally.executions());
        row("effects in the ledger", ledger.bookings());
        row("repeats refused by the ledger", tally.of(Ledger.Booking.BOOKED_BEFORE));
        row("stale owners refused by the ledger", tally.of(Ledger.Booking.STALE));
        row("replays", tally.of(Result.REPLAYED));
        row("in flight, rolled back", tally.of(Result.IN_FLIGHT));
        row("failed, rolled back", tally.of(Result.FAILED));
        row("dead letters", tally.deadLetters());
        for (Step step : Step.values()) {
            row("crashes before " + step.name().toLowerCase(Locale.ROOT), tally.of(step));
        }
        return verdict(sent);
    }

    private void check(Payment payment) {
        String id = payment.id();
        int expected = payment.isPoison() ? 0 : 1;
        if (ledger.bookingsOf(id) != expected) {
            tally.violations.add(id + " took effect " + ledger.bookingsOf(id) + " times, expected " + expected);
        }
        if (!payment.isPoison() && tally.executionsOf(id) > 1 + tally.excusesOf(id)) {
            tally.violations.add(id + " was executed " + tally.executionsOf(id) + " times, and no crash explains it");
        }
        if (payment.isPoison() && tally.deadLettersOf(id) == 0) {
            tally.violations.add(id + " is poison, and not among the dead letters");
        }
    }

    private boolean verdict(int sent) {
        if (tally.settled() != sent) {
            tally.violations.add(sent - tally.settled() + " messages are still with the broker");
        }
        if (tally.violations.isEmpty()) {
            out.printf("%nOK: every payment took effect once, and every poison message is a dead letter.%n");
            return true;
        }
        out.printf("%nNOT OK: %d violations%n", tally.violations.size());
        tally.violations.stream().limit(SHOWN).forEach(violation -> out.println("  " + violation));
        return false;
    }

    private void row(String name, int value) {
        out.printf(Locale.ROOT, "%-38s%,8d%n", name, value);
    }
}
