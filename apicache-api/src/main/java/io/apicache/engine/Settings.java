package io.apicache.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one cache, checked.
 *
 * @param keepFor how long a response is retained
 * @param notKeptFor how long a marker stands for a response that could not be stored, or null: as long as the response would have been kept
 * @param lease how long a claim outlives its owner
 * @param workLimit when a claim that was neither handled nor released is given up
 * @param storeTimeout when a question to the store counts as unanswered
 * @param waitersPerId how many callers wait on one id
 * @param waiters how many callers wait on all ids together
 */
public record Settings(
        Duration keepFor,
        @Nullable Duration notKeptFor,
        Duration lease,
        Duration workLimit,
        Duration storeTimeout,
        int waitersPerId,
        int waiters) {

    /** The shortest lease, work limit and store time-out that are accepted. */
    public static final Duration SHORTEST_LEASE = Duration.ofMillis(10);

    /** The longest lease that is accepted. */
    public static final Duration LONGEST_LEASE = Duration.ofDays(1);

    /** The longest work limit that is accepted. */
    public static final Duration LONGEST_WORK = Duration.ofDays(30);

    private static final long FASTEST_RENEWAL_RETRY = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long SLOWEST_RENEWAL_RETRY = TimeUnit.MILLISECONDS.toNanos(500);

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
        return Math.max(FASTEST_RENEWAL_RETRY, Math.min(SLOWEST_RENEWAL_RETRY, leaseNanos() / 12));
    }

    /** {@return the longest time that the lease keeper may look away} */
    long sweepNanos() {
        return Math.min(leaseNanos() / 3, storeTimeoutNanos());
    }
}
