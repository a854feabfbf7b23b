package io.apicache.engine;

import io.apicache.spi.Digest;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Computes when looks and retries are due, and compares readings of the clock and fingerprints. Pure functions. */
public final class Timing {

    /**
     * How long before its deadline a waiter has a last look, in case the hint was lost; half its wait for a shorter one. Also the least
     * distance between two of them.
     */
    static final long LAST_LOOK = TimeUnit.MILLISECONDS.toNanos(20);

    /** After the end of a lease, so that the store surely sees it as over. */
    static final long AFTER_LEASE = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long LEAST_KNOWN = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST_KNOWN = TimeUnit.SECONDS.toNanos(5);
    private static final long FIRST_SAFETY = TimeUnit.SECONDS.toNanos(1);
    private static final long SLOWEST_SAFETY = TimeUnit.SECONDS.toNanos(4);
    private static final long FIRST_RETRY = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long SLOWEST_RETRY = TimeUnit.MILLISECONDS.toNanos(250);

    private Timing() {}

    /** {@return whether two fingerprints forbid that one request stands for the other} Only if both sides brought one. */
    public static boolean mismatch(@Nullable Digest storedFingerprint, @Nullable Digest givenFingerprint) {
        return storedFingerprint != null && givenFingerprint != null && !storedFingerprint.equals(givenFingerprint);
    }

    /**
     * When a key that waits for another owner's claim is looked at again without a message: at the end of the lease, since a crash
     * sends no message; at a slow interval, since hints may be lost; and just before a waiter's time is up, so that it does not go
     * away empty from a request that was handled.
     *
     * @param lastLook when it last looked
     * @param quietLooks how many looks in a row found nothing new
     * @param leaseEnds when the owner's lease ends
     * @param deadline the first deadline that the last look was too early for, or null
     * @param jitter 0 to 1: keeps many processes from looking at the same instant
     */
    static long nextLook(long lastLook, int quietLooks, long leaseEnds, @Nullable Long deadline, double jitter) {
        long safety = Math.min(FIRST_SAFETY << Math.min(quietLooks, 2), SLOWEST_SAFETY);
        long next = lastLook + (long) (safety * (0.9 + 0.1 * jitter));
        next = earlier(next, leaseEnds + AFTER_LEASE + (long) (2 * AFTER_LEASE * jitter));
        if (deadline != null) {
            next = earlier(next, later(deadline - LAST_LOOK, lastLook + LAST_LOOK));
        }
        return later(next, lastLook + AFTER_LEASE);
    }

    /** {@return how long after a failure the same question is asked again} */
    static long retryDelay(int failures) {
        return Math.min(FIRST_RETRY << Math.min(failures, 5), SLOWEST_RETRY);
    }

    /**
     * {@return when a client that found work under way should try again: half of the time for which it is known to run, up to all of it}
     * Work that has taken long is likely to take long, so clients double their waits, as if each counted its tries. Between 0.5 s and 5 s,
     * which is where the clients of payment services keep their own back-off.
     *
     * @param known for how long the work is known to run
     * @param jitter 0 to 1: keeps clients that were refused together from coming back together
     */
    public static long retryAfter(long known, double jitter) {
        long most = Math.max(LEAST_KNOWN, Math.min(known, MOST_KNOWN));
        return (long) (most * (0.5 + 0.5 * jitter));
    }

    /** {@return the earlier of two readings of the clock} */
    public static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }

    /** {@return the later of two readings of the clock} */
    static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }
}
