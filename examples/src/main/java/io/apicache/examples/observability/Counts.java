package io.apicache.examples.observability;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/**
 * How often each thing happened, under one name for all three who say so: that of the meter, and the outcome if it has one. An event
 * {@code apicache.LeaseLost} is what the meter {@code apicache.lease.lost} counts.
 */
final class Counts {

    private static final String OURS = "apicache.";

    private Counts() {}

    static SortedMap<String, Long> ofMeters(MeterRegistry registry) {
        SortedMap<String, Long> counts = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            Meter.Id id = meter.getId();
            if (id.getName().startsWith(OURS)) {
                add(counts, name(id.getName(), id.getTag("outcome")), count(meter));
            }
        }
        return counts;
    }

    /** {@return the count, or 0 of a gauge, which is not a count} */
    private static long count(Meter meter) {
        if (meter instanceof Counter counter) {
            return Math.round(counter.count());
        }
        return meter instanceof Timer timer ? timer.count() : 0;
    }

    static SortedMap<String, Long> ofRecording(Path recording, String namespace) throws IOException {
        SortedMap<String, Long> counts = new TreeMap<>();
        try (RecordingFile events = new RecordingFile(recording)) {
            while (events.hasMoreEvents()) {
                RecordedEvent event = events.readEvent();
                String kind = event.getEventType().getName();
                if (kind.startsWith(OURS) && namespace.equals(event.getString("namespace"))) {
                    String outcome = event.hasField("outcome") ? event.getString("outcome") : null;
                    add(counts, name(dotted(kind), outcome), 1);
                }
            }
        }
        return counts;
    }

    static String name(String meter, @Nullable String outcome) {
        return outcome == null ? meter : meter + " " + outcome;
    }

    /** Leaves out what never happened, so that two may be compared. */
    private static void add(SortedMap<String, Long> counts, String name, long count) {
        if (count > 0) {
            counts.merge(name, count, Long::sum);
        }
    }

    private static String dotted(String event) {
        return event.replaceAll("([a-z])([A-Z])", "$1.$2").toLowerCase(Locale.ROOT);
    }
}
