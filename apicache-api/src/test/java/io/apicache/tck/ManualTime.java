package io.apicache.tck;

import io.apicache.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A clock and a timer that move only when a test says so. Tasks run on the thread that moves the time, in the order in which they fall
 * due, each at the very time for which it was scheduled.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; two threads must not move the time at once.
 */
public final class ManualTime implements Time {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    // Guards now, sequence and tasks. Never held while a task runs.
    private final Object lock = new Object();
    private final PriorityQueue<Task<?>> tasks = new PriorityQueue<>();
    private final Scheduler scheduler = new Scheduler();
    private final long origin;
    private long now;
    private long sequence;

    /** Starts shortly before the reading of the clock overflows, since a monotonic clock may have any origin. */
    public ManualTime() {
        this(Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1));
    }

    /**
     * Starts at a reading of one's own.
     *
     * @param origin the first reading, in nanoseconds
     */
    public ManualTime(long origin) {
        this.origin = origin;
        this.now = origin;
    }

    @Override
    public long nanoTime() {
        synchronized (lock) {
            return now;
        }
    }

    @Override
    public Instant instant() {
        return START.plusNanos(nanoTime() - origin);
    }

    /** {@return a timer that follows this clock} */
    public ScheduledExecutorService scheduler() {
        return scheduler;
    }

    /** {@return how many tasks wait for their time; cancelled ones do not count} */
    public int scheduledTasks() {
        synchronized (lock) {
            return tasks.size();
        }
    }

    /**
     * Moves the time on and runs what falls due on the way.
     *
     * @param by zero or more
     */
    public void advance(Duration by) {
        long target = nanoTime() + by.toNanos();
        Task<?> next = due(target);
        while (next != null) {
            next.run();
            next = due(target);
        }
        synchronized (lock) {
            now = target;
        }
    }

    /**
     * Moves the time on and runs nothing, as while the process is suspended. What fell due runs with the next {@link #advance}, late.
     *
     * @param by zero or more
     */
    public void pause(Duration by) {
        synchronized (lock) {
            now += by.toNanos();
        }
    }

    private Task<?> due(long target) {
        synchronized (lock) {
            Task<?> next = tasks.peek();
            if (next == null || next.due - target > 0) {
                return null;
            }
            tasks.remove();
            if (next.due - now > 0) {
                now = next.due;
            }
            return next;
        }
    }

    private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {

        private final long due;
        private final long number;

        Task(Callable<V> work, long due, long number) {
            super(work);
            this.due = due;
            this.number = number;
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            synchronized (lock) {
                tasks.remove(this);
            }
            return super.cancel(mayInterrupt);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            Task<?> that = (Task<?>) other;
            int byTime = Long.signum(due - that.due);
            return byTime != 0 ? byTime : Long.compare(number, that.number);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private final class Scheduler extends AbstractExecutorService implements ScheduledExecutorService {

        @Override
        public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
            synchronized (lock) {
                Task<V> task = new Task<>(work, now + unit.toNanos(delay), sequence++);
                tasks.add(task);
                return task;
            }
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
            return schedule(
                    () -> {
                        work.run();
                        return null;
                    },
                    delay,
                    unit);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable work, long initial, long period, TimeUnit unit) {
            throw new UnsupportedOperationException("one-shot tasks only");
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable work, long initial, long delay, TimeUnit unit) {
            throw new UnsupportedOperationException("one-shot tasks only");
        }

        @Override
        public void execute(Runnable work) {
            var unused = schedule(work, 0, TimeUnit.NANOSECONDS);
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }
}
