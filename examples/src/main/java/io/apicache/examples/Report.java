package io.apicache.examples;

import io.apicache.examples.RequestFile.Line;
import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The table at the end, and whether what it shows is as it must be. */
final class Report {

    private static final int SHOWN = 10;

    private final Tally tally;
    private final List<Line> lines;

    Report(Tally tally, List<Line> lines) {
        this.tally = tally;
        this.lines = lines;
    }

    /** {@return whether every promise was kept} */
    boolean print(PrintStream out, double seconds) {
        Set<String> ids = lines.stream().map(Line::requestId).collect(Collectors.toCollection(TreeSet::new));
        ids.forEach(this::checkBookings);
        out.printf("%n%-34s%12s%n", "requests", count(lines.size()));
        row(out, "distinct ids", count(ids.size()));
        row(out, "executions", count(tally.executions.get()));
        row(out, "bookings", count(tally.ledger.bookings()));
        row(out, "replays", count(tally.replays.get()));
        row(out, "waits", count(tally.waitNanos.size()));
        row(out, "answered in flight, tried again", count(tally.conflicts.get()));
        row(out, "mismatches refused", count(tally.refused.get()));
        row(out, "clients that gave up early", count(tally.timeouts.get()));
        row(out, "servers that died at work", count(tally.crashes.get()));
        row(out, "takeovers", count(tally.takeovers.get()));
        row(out, "replay over HTTP, p50 / p99", percentiles(tally.replayNanos));
        row(out, "wait for a response, p50 / p99", percentiles(tally.waitNanos));
        row(out, "seconds", String.format(Locale.ROOT, "%.1f", seconds));
        row(out, "requests per second", count(Math.round(lines.size() / seconds)));
        return verdict(out);
    }

    private void checkBookings(String id) {
        int bookings = tally.ledger.bookingsOf(id);
        if (bookings != 1) {
            tally.violations.add(id + " was booked " + bookings + " times");
        }
    }

    private boolean verdict(PrintStream out) {
        if (tally.violations.isEmpty()) {
            out.printf("%nOK: every payment was booked once, and every client got the same answer for it.%n");
            return true;
        }
        out.printf("%nNOT OK: %d violations%n", tally.violations.size());
        tally.violations.stream().limit(SHOWN).forEach(violation -> out.println("  " + violation));
        return false;
    }

    private static void row(PrintStream out, String name, String value) {
        out.printf("%-34s%12s%n", name, value);
    }

    private static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private static String percentiles(Collection<Long> nanos) {
        if (nanos.isEmpty()) {
            return "-";
        }
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return String.format(Locale.ROOT, "%.1f / %.1f ms", at(sorted, 0.50), at(sorted, 0.99));
    }

    private static double at(long[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)))] / 1e6;
    }
}
