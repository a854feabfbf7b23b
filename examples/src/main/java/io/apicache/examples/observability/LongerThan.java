package io.apicache.examples.observability;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.SettingControl;

/**
 * The shortest time that is worth an event: {@code 10 ms} by default. Flight Recorder's own threshold is of no use here, since a
 * listener is told how long something took only when it is over.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
public final class LongerThan extends SettingControl {

    private static final String DEFAULT = "10 ms";
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9}) ?(ns|us|ms|s|m|h)");
    private static final Map<String, Duration> UNITS = Map.of(
            "ns", Duration.ofNanos(1),
            "us", Duration.ofNanos(1_000),
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1));

    private volatile String value = DEFAULT;
    private volatile long nanos = nanos(DEFAULT);

    /** Made by Flight Recorder, one for each kind of event. */
    public LongerThan() {}

    boolean admits(long took) {
        return took >= nanos;
    }

    /** With several recordings the least wins: each gets what it asked for, or more. */
    @Override
    public String combine(Set<String> values) {
        return values.stream()
                .filter(text -> TIME.matcher(text).matches())
                .min(Comparator.comparingLong(LongerThan::nanos))
                .orElse(DEFAULT);
    }

    @Override
    public void setValue(String text) {
        if (TIME.matcher(text).matches()) { // one bad setting in a file must not end the recording
            nanos = nanos(text);
            value = text;
        }
    }

    @Override
    public String getValue() {
        return value;
    }

    private static long nanos(String text) {
        Matcher time = TIME.matcher(text);
        Duration unit = time.matches() ? UNITS.get(time.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("longerThan is '" + text + "', expected a time such as 20 ms");
        }
        return unit.multipliedBy(Long.parseLong(time.group(1))).toNanos();
    }
}
