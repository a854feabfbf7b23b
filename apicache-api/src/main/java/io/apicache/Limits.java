package io.apicache;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The settings of one cache, checked. */
record Limits(
        Duration keepFor,
        @Nullable Duration notKeptFor,
        Duration lease,
        Duration workLimit,
        Duration storeTimeout,
        int waitersPerId,
        int waiters) {

    static final Duration SHORTEST_LEASE = Duration.ofMillis(10);
    static final Duration LONGEST_LEASE = Duration.ofDays(1);
    static final Duration LONGEST_WORK = Duration.ofDays(30);

    private static final long FASTEST_RETRY = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long SLOWEST_RETRY = TimeUnit.MILLISECONDS.toNanos(500);

    /** {@return how long a marker stands for a response that was to be kept for so long} */
    Duration notKeptFor(Duration keepFor) {
        return notKeptFor == null ? keepFor : notKeptFor;
    }

    long leaseNanos() {
        return lease.toNanos();
    }

    long workLimitNanos() {
        return workLimit.toNanos();
    }

    long storeTimeoutNanos() {
        return storeTimeout.toNanos();
    }

    /** {@return how long after an unanswered renewal the next one is sent} */
    long renewalRetryNanos() {
        return Math.max(FASTEST_RETRY, Math.min(SLOWEST_RETRY, leaseNanos() / 12));
    }

    /** {@return the longest time that the keeper may look away} */
    long sweepNanos() {
        return Math.min(leaseNanos() / 3, storeTimeoutNanos());
    }
}
