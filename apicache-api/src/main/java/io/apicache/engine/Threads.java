package io.apicache.engine;

import io.apicache.spi.Time;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The timer and the threads that run foreign code: the caller's, or else a few daemons of the cache's own, started when needed. A timer
 * or executor that throws or refuses is replaced for that task, so nothing here throws.
 *
 * <p>Four kinds of threads, each for one purpose: the timer; callbacks, where foreign code runs; wakers, which unpark blocked callers and
 * never run foreign code; rescuers, for callbacks that the executor did not take.
 */
public final class Threads {

    private static final int IDLE_SECONDS = 10;
    private static final long NO_HEAP_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long CLOCK_FAILED = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int RESCUERS = 16;
    private static final int WAKERS = 2;

    private final String namespace;
    private final @Nullable ScheduledExecutorService givenScheduler;

    // Guards the pools of the cache's own, which are made when they are first needed, and closed.
    private final Object lock = new Object();
    private @Nullable ScheduledThreadPoolExecutor timer;
    private @Nullable ThreadPoolExecutor callbacks;
    private @Nullable ThreadPoolExecutor wakers;
    private @Nullable ThreadPoolExecutor rescuers;
    private boolean closed;
    private volatile @Nullable Thread timerThread;
    private final AtomicInteger failures = new AtomicInteger();

    // Made beforehand: they are asked for a thread where there may be no heap for them.
    private final Supplier<@Nullable Executor> callBacks;
    private final Supplier<@Nullable Executor> wakes = this::ownWakers;
    private final Supplier<@Nullable Executor> rescues = this::ownRescuers;
    private final Supplier<@Nullable Executor> fresh = this::freshThread;

    /**
     * Creates the threads of one cache; none is started before it is needed.
     *
     * @param namespace part of the names of threads
     * @param scheduler the timer, or null: one of the cache's own
     * @param executor where foreign code runs, or null: threads of the cache's own
     */
    public Threads(String namespace, @Nullable ScheduledExecutorService scheduler, @Nullable Executor executor) {
        this.namespace = namespace;
        this.givenScheduler = scheduler;
        this.callBacks = executor == null ? this::ownCallbacks : () -> executor;
    }

    // ---- the timer

    /** {@return the timer's task, or null if there will be none: the cache is closed, or neither timer can take it now} */
    @Nullable
    ScheduledFuture<?> schedule(Runnable task, long delayNanos) {
        try {
            long delay = Math.max(0, delayNanos);
            Runnable guarded = () -> guard(task);
            ScheduledFuture<?> scheduled = null;
            if (givenScheduler != null) {
                scheduled = onGivenTimer(givenScheduler, guarded, delay);
            }
            return scheduled != null ? scheduled : onOwnTimer(guarded, delay);
        } catch (Throwable e) { // no heap for a task
            return null;
        }
    }

    /**
     * Schedules a task for a reading of the clock. {@return the timer's task, or null if there will be none} Throws nothing: a clock that
     * fails makes the task early.
     */
    @Nullable
    ScheduledFuture<?> scheduleAt(Runnable task, long due, Time time) {
        long delay = CLOCK_FAILED;
        try {
            delay = due - time.nanoTime();
        } catch (Throwable e) {
            log(Incident.CLOCK_FAILED, e);
        }
        return schedule(task, delay);
    }

    /** Tries twice, since a timer that threw once may well do better. {@return null if it refuses, or has been shut down} */
    private @Nullable ScheduledFuture<?> onGivenTimer(ScheduledExecutorService timer, Runnable task, long delay) {
        for (int attempt = 0; attempt < 2; attempt++) {
            try {
                if (timer.isShutdown()) {
                    return null; // its policy may be to drop tasks in silence
                }
                ScheduledFuture<?> scheduled = timer.schedule(task, delay, TimeUnit.NANOSECONDS);
                if (scheduled != null) {
                    return scheduled;
                }
            } catch (Throwable e) {
                report(Incident.SCHEDULER_FAILED, e);
            }
        }
        return null;
    }

    private @Nullable ScheduledFuture<?> onOwnTimer(Runnable task, long delay) {
        try {
            ScheduledThreadPoolExecutor own = ownTimer();
            return own == null ? null : own.schedule(task, delay, TimeUnit.NANOSECONDS);
        } catch (Throwable e) { // closed meanwhile, or no heap: the keeper tries again
            return null;
        }
    }

    private @Nullable ScheduledThreadPoolExecutor ownTimer() {
        synchronized (lock) {
            if (timer == null && !closed) {
                timer = newTimer();
            }
            return timer;
        }
    }

    private ScheduledThreadPoolExecutor newTimer() {
        ThreadFactory daemons = daemons("timer");
        AtomicReference<@Nullable ScheduledThreadPoolExecutor> pool = new AtomicReference<>();
        ScheduledThreadPoolExecutor own = new ScheduledThreadPoolExecutor(1, worker -> {
            Thread thread = daemons.newThread(() -> runTimer(worker, Objects.requireNonNull(pool.get())));
            timerThread = thread;
            return thread;
        });
        pool.set(own);
        own.setRemoveOnCancelPolicy(true); // waits end early as a rule, and a cancelled timer must not hold its key
        return own;
    }

    /**
     * Runs a worker of the timer. The JDK's pool needs heap to wait for a task, and to replace a worker that had none. So the thread of a
     * worker that died stays until the pool has another one.
     */
    static void runTimer(Runnable worker, ThreadPoolExecutor pool) {
        try {
            worker.run();
        } catch (Throwable e) {
            Failures.log(Incident.TIMER_DIED, e);
        }
        while (!hasThread(pool)) {
            LockSupport.parkNanos(NO_HEAP_PAUSE);
        }
    }

    private static boolean hasThread(ThreadPoolExecutor pool) {
        try {
            return pool.isShutdown() || pool.prestartCoreThread() || pool.getPoolSize() > 0;
        } catch (Throwable e) { // still no heap
            return false;
        }
    }

    /** {@return whether this is the timer thread of the cache's own, which may pause without holding up another's work} */
    boolean isOnOwnTimer() {
        return Thread.currentThread().equals(timerThread);
    }

    /** Cancels a task of either timer. Throws nothing. */
    void cancel(ScheduledFuture<?> task) {
        try {
            task.cancel(false);
        } catch (Throwable e) { // the task finds that there is nothing to do
            report(Incident.SCHEDULER_FAILED, e);
        }
    }

    // ---- callbacks

    /** Runs foreign code away from the timer and from the store's threads. */
    void callBack(Runnable task) {
        if (!isTaken(callBacks, task)) {
            rescue(task);
        }
    }

    /** Runs what the executor did not take, or took and did not run. */
    void rescue(Runnable task) {
        if (!isTaken(rescues, task) && !isTaken(fresh, task)) {
            guard(task); // no thread is to be had: late is better than never
        }
    }

    /** Unparks callers. {@code task} runs no foreign code. */
    void wake(Runnable task) {
        if (!isTaken(wakes, task)) {
            guard(task);
        }
    }

    private boolean isTaken(Supplier<? extends @Nullable Executor> pool, Runnable task) {
        try {
            Executor executor = pool.get();
            if (executor != null) {
                executor.execute(() -> guard(task));
                return true;
            }
        } catch (Throwable e) { // shut down, full, or without heap: the next one is tried
            report(Incident.EXECUTOR_REFUSED, e);
        }
        return false;
    }

    /** Logs the first failure, the second, the fourth, and so on: an executor that refuses refuses thousands of times. */
    private void report(Incident incident, Throwable failure) {
        int number = failures.incrementAndGet();
        if (Integer.bitCount(number) == 1) {
            log(incident, number, failure);
        }
    }

    /** Logs on a thread of its own: the caller may hold a lock, and a logger may block. Throws nothing. */
    void log(Incident incident, Throwable failure) {
        log(incident, 0, failure);
    }

    private void log(Incident incident, int number, Throwable failure) {
        try {
            Executor loggers = ownRescuers();
            if (loggers != null) {
                loggers.execute(() -> Failures.log(incident, occurrence(number), failure));
            }
        } catch (Throwable e) {
            // no thread for it: what is logged here has been made good for
        }
    }

    private static @Nullable String occurrence(int number) {
        return number == 0 ? null : " (failure " + number + " of a timer or an executor of this cache)";
    }

    private @Nullable Executor ownCallbacks() {
        synchronized (lock) {
            if (callbacks == null && !closed) {
                callbacks = pool("callback", Math.max(2, Runtime.getRuntime().availableProcessors()));
            }
            return closed ? null : callbacks;
        }
    }

    private @Nullable Executor ownWakers() {
        synchronized (lock) {
            if (wakers == null && !closed) {
                wakers = pool("waker", WAKERS);
            }
            return closed ? null : wakers;
        }
    }

    private @Nullable Executor ownRescuers() {
        synchronized (lock) {
            if (rescuers == null && !closed) {
                rescuers = pool("rescue", RESCUERS);
            }
            return closed ? null : rescuers;
        }
    }

    private Executor freshThread() {
        return task -> daemons("late").newThread(task).start();
    }

    private ThreadPoolExecutor pool(String purpose, int threads) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), // bounded by the waiters that the cache admits
                daemons(purpose));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private ThreadFactory daemons(String purpose) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "apicache-" + namespace + "-" + purpose + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    private static void guard(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // an Error, too: a pool's thread would end with it
            Failures.log(Incident.TASK_FAILED, e);
        }
    }

    /** Stops the threads that this object started; those of others are not touched. What is queued still runs: callers wait for it. */
    void close() {
        synchronized (lock) {
            closed = true;
            if (timer != null) {
                timer.shutdownNow();
            }
            for (ThreadPoolExecutor pool : new ThreadPoolExecutor[] {callbacks, wakers, rescuers}) {
                if (pool != null) {
                    pool.shutdown();
                }
            }
        }
    }
}
