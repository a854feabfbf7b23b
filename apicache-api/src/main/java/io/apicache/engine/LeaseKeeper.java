package io.apicache.engine;

import io.apicache.spi.Time;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One timer for all open claims of a cache: renews their leases, notices losses, questions that the store does not answer, and outcomes
 * that the executor did not pass on. Runs only while there is something to keep.
 *
 * <p>Whatever a key, the store or the timer throw, the next round is scheduled. If no timer takes it, the next call of the cache
 * schedules it, and so does a blocked caller whose time is up.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class LeaseKeeper<R> {

    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long NO_HEAP_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LATENESS = TimeUnit.SECONDS.toNanos(1);

    private final Steps<R> steps;
    private final HandOvers handOvers;
    private final Threads threads;
    private final Time time;
    private final KeyContext context;

    // Guards the round that is to come. Never held while a timer or the store are called.
    private final Object lock = new Object();
    private volatile boolean armed;
    private volatile long due;
    private long round; // that is to come, or runs: an earlier one does nothing
    private long lastRound;

    LeaseKeeper(Steps<R> steps, HandOvers handOvers, Threads threads, Time time, KeyContext context) {
        this.steps = steps;
        this.handOvers = handOvers;
        this.threads = threads;
        this.time = time;
        this.context = context;
    }

    /**
     * Makes sure that a round is scheduled. A round that is scheduled is early enough for any new lease or query. A round that is late was
     * dropped by the timer, and is replaced at once.
     */
    void watch() {
        long now = time.nanoTime();
        if (!armed) {
            arm(now + context.settings.sweepNanos());
        } else if (now - due > LATENESS) {
            arm(now);
        }
    }

    /**
     * Schedules a round, unless one is to come that is earlier, and not late. Only a round that the timer has taken replaces another:
     * if it is refused for want of heap, the one before it still runs.
     */
    private void arm(long at) {
        long now = nowOr(due);
        long number;
        synchronized (lock) {
            if (armed && due - at <= 0 && now - due <= LATENESS) {
                return;
            }
            number = ++lastRound;
        }
        if (threads.scheduleAt(() -> sweep(number), at, time) == null) {
            return;
        }
        synchronized (lock) {
            boolean putsOff = armed && due - at <= 0 && now - due <= LATENESS;
            if (number > round && !putsOff) { // if not, it has run already, or runs beside an earlier one
                round = number;
                armed = true;
                due = at;
            }
        }
    }

    /** {@return the time, or {@code otherwise} if the clock fails: the leases need another round all the same} */
    private long nowOr(long otherwise) {
        try {
            return time.nanoTime();
        } catch (Throwable e) {
            threads.log(Incident.CLOCK_FAILED, e);
            return otherwise;
        }
    }

    private void sweep(long number) {
        synchronized (lock) {
            if (number < round) {
                return; // another round has been scheduled in its place
            }
            round = number;
        }
        Long next = null;
        boolean known = false;
        try {
            next = visit();
            known = true;
        } finally {
            again(number, next, known);
        }
    }

    /** {@return when something is due, or null if there is nothing to keep} */
    private @Nullable Long visit() {
        long now = time.nanoTime();
        long next = now + context.settings.sweepNanos();
        boolean any = false;
        for (KeySlot<R> slot : steps.all()) {
            any = true;
            try {
                next = Timing.earlier(next, steps.expire(slot));
            } catch (Throwable e) { // the other keys have leases, too
                Failures.log(Incident.CLAIM_NOT_KEPT, slot.key, e);
                next = Timing.earlier(next, now + context.settings.renewalRetryNanos());
            }
        }
        Long late = handOvers.expire(now);
        if (late != null) {
            any = true;
            next = Timing.earlier(next, late);
        }
        return any ? Timing.later(next, now + SHORTEST_PAUSE) : null;
    }

    private void again(long number, @Nullable Long next, boolean known) {
        synchronized (lock) {
            if (number != round) {
                return;
            }
            armed = false;
        }
        while (!isScheduled(next, known) && !context.isClosed() && threads.isOnOwnTimer()) {
            LockSupport.parkNanos(
                    NO_HEAP_PAUSE); // this thread has nothing else to do: nothing could be scheduled on it
        }
    }

    /** Schedules the next round, if there is something to keep. {@return false if that failed, for want of heap perhaps} Throws nothing. */
    private boolean isScheduled(@Nullable Long next, boolean known) {
        try {
            if (next != null) {
                arm(next);
            } else if (!known) {
                arm(nowOr(due) + context.settings.renewalRetryNanos());
            } else if (!steps.all().isEmpty()
                    || !handOvers.isEmpty()) { // it came after the visit, and saw that a round was to come
                watch();
            } else {
                return true;
            }
        } catch (Throwable e) {
            Failures.log(Incident.NO_TIMER, e);
        }
        return armed;
    }
}
