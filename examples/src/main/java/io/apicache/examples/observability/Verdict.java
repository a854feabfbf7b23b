package io.apicache.examples.observability;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** The table of who counted what, and whether they agree. */
final class Verdict {

    private final SortedMap<String, Long> callers;
    private final SortedMap<String, Long> meters;
    private final SortedMap<String, Long> events;
    private final List<String> disagreements = new ArrayList<>();
    private final List<String> gauges = new ArrayList<>();

    Verdict(SortedMap<String, Long> callers, SortedMap<String, Long> meters, SortedMap<String, Long> events) {
        this.callers = callers;
        this.meters = meters;
        this.events = events;
    }

    void gauge(String when, int shown, int expected) {
        gauges.add(String.format("%-36s%10d%10d", "claims open " + when, expected, shown));
        if (shown != expected) {
            disagreements.add("the gauge shows " + shown + " open claims " + when + ", and there are " + expected);
        }
    }

    /** {@return whether all agree} */
    boolean print(PrintStream out) {
        out.printf("%n%-36s%10s%10s%10s%n", "", "callers", "meters", "events");
        SortedSet<String> names = new TreeSet<>(callers.keySet());
        names.addAll(meters.keySet());
        names.addAll(events.keySet());
        names.forEach(name -> row(out, name));
        gauges.forEach(out::println);
        if (disagreements.isEmpty()) {
            out.printf("%nOK: callers, meters and events agree.%n");
            return true;
        }
        out.printf("%nNOT OK: %d disagreements%n", disagreements.size());
        disagreements.forEach(line -> out.println("  " + line));
        return false;
    }

    private void row(PrintStream out, String name) {
        long called = callers.getOrDefault(name, 0L);
        long metered = meters.getOrDefault(name, 0L);
        long recorded = events.getOrDefault(name, 0L);
        out.printf("%-36s%10d%10d%10d%n", name, called, metered, recorded);
        if (metered != recorded || metered != called) {
            disagreements.add(name + ": callers " + called + ", meters " + metered + ", events " + recorded);
        }
    }
}
