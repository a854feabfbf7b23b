package io.apicache;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The timer and the threads that run foreign code: the caller's, or else a few daemons of the cache's own, started when needed. */
final class Threads {

    private static final Logger LOG = System.getLogger(ApiCache.class.getName());
    private static final int IDLE_SECONDS = 10;

    private final ScheduledExecutorService scheduler;
    private final Executor executor;
    private final @Nullable ScheduledThreadPoolExecutor ownScheduler;
    private final @Nullable ThreadPoolExecutor ownExecutor;

    Threads(String namespace, @Nullable ScheduledExecutorService scheduler, @Nullable Executor executor) {
        if (scheduler == null) {
            ownScheduler = timer(namespace);
            this.scheduler = ownScheduler;
        } else {
            ownScheduler = null;
            this.scheduler = scheduler;
        }
        if (executor == null) {
            ownExecutor = callbacks(namespace);
            this.executor = ownExecutor;
        } else {
            ownExecutor = null;
            this.executor = executor;
        }
    }

    private static ScheduledThreadPoolExecutor timer(String namespace) {
        ScheduledThreadPoolExecutor timer =
                new ScheduledThreadPoolExecutor(1, daemons("apicache-" + namespace + "-timer"));
        timer.setRemoveOnCancelPolicy(true); // waits end early as a rule, and a cancelled timer must not hold its room
        return timer;
    }

    private static ThreadPoolExecutor callbacks(String namespace) {
        int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), // bounded by the waiters that the cache admits
                daemons("apicache-" + namespace + "-callback"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** {@return the timer, or null if there will be no callback since the timer has been shut down} */
    @Nullable
    ScheduledFuture<?> schedule(Runnable task, long delayNanos) {
        try {
            return scheduler.schedule(() -> guard(task), Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    /** Runs foreign code away from the timer and from the store's threads. */
    void callBack(Runnable task) {
        try {
            executor.execute(() -> guard(task));
        } catch (RejectedExecutionException e) {
            guard(task); // shut down, or full: late is better than never
        }
    }

    private static void guard(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a task of the cache failed", e);
        }
    }

    /** Stops the threads that this object started; those of others are not touched. */
    void close() {
        if (ownScheduler != null) {
            ownScheduler.shutdownNow();
        }
        if (ownExecutor != null) {
            ownExecutor.shutdown(); // what is queued are answers that callers wait for
        }
    }
}
