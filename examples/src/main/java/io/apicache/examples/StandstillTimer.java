package io.apicache.examples;

import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The timer of a process that stands still, or has died: it takes every task and runs none, so nothing is renewed. A timer that was shut
 * down would not do: the cache replaces that by one of its own.
 */
public final class StandstillTimer extends ScheduledThreadPoolExecutor {

    private static final long NEVER_DAYS = 36_500;

    /** Starts a timer that runs nothing for a hundred years. */
    public StandstillTimer() {
        super(1, task -> {
            Thread thread = new Thread(task, "standstill");
            thread.setDaemon(true);
            return thread;
        });
        setRemoveOnCancelPolicy(true);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return super.schedule(task, NEVER_DAYS, TimeUnit.DAYS);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        return super.schedule(task, NEVER_DAYS, TimeUnit.DAYS);
    }
}
