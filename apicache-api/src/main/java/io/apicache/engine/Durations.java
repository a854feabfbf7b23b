package io.apicache.engine;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Checks durations that callers bring, and keeps arithmetic on them from overflowing. */
public final class Durations {

    /** About 73 years: added to any reading of the clock, the difference still has the right sign. */
    public static final long FOREVER = Long.MAX_VALUE / 4;

    private Durations() {}

    /** {@return the nanoseconds of a duration of zero or more, at most {@link #FOREVER}} */
    public static long nanos(Duration duration, String name) {
        Objects.requireNonNull(duration, name);
        if (duration.isNegative()) {
            throw new IllegalArgumentException(name + " is negative: " + duration);
        }
        if (duration.toSeconds() >= TimeUnit.NANOSECONDS.toSeconds(FOREVER)) {
            return FOREVER;
        }
        return duration.toNanos();
    }

    /** {@return the nanoseconds of a duration that a store answered, zero to {@link #FOREVER}} */
    public static long clamped(Duration duration) {
        return duration.isNegative() ? 0 : nanos(duration, "duration");
    }

    /** {@return a retention in whole milliseconds, rounded up so that a short one does not become none} */
    public static Duration keepFor(Duration keepFor) {
        long nanos = nanos(keepFor, "keepFor");
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1);
        return Duration.ofMillis(millis);
    }

    /** {@return a duration within bounds, or throws with the name of the argument and what it accepts} */
    public static Duration within(Duration duration, String name, Duration least, Duration most) {
        Objects.requireNonNull(duration, name);
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " is " + duration + ", accepted are " + least + " to " + most);
        }
        return duration;
    }
}
