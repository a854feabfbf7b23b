package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.engine.Failures;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Calls that block, each in a daemon thread of its own: one that hangs fails its test and holds up nothing else. */
final class Callers {

    /** How long a call may take on the slowest machine before it counts as hung. No test that passes waits for this long. */
    static final long PATIENCE_SECONDS = Long.getLong("apicache.test.patience", 300);

    private Callers() {}

    /** A call under way, and the thread that makes it. */
    static final class Call<T> extends FutureTask<T> {

        private final Thread thread = new Thread(this, "caller");

        Call(Callable<T> call) {
            super(call);
            thread.setDaemon(true);
        }

        /** {@return whether the caller is parked, or has returned} */
        boolean rests() {
            Thread.State state = thread.getState();
            return isDone() || state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
        }

        Thread thread() {
            return thread;
        }
    }

    /** Makes a call. */
    static <T> Call<T> start(Callable<T> call) {
        Call<T> started = new Call<>(call);
        started.thread.start();
        return started;
    }

    /** Makes a call. {@return the call once it waits, or has returned} */
    static <T> Call<T> waiting(Callable<T> call) {
        Call<T> started = start(call);
        eventually("the caller waits or returns", started::rests);
        return started;
    }

    /** {@return what a call came to: what it returned, or what it threw} */
    static Object outcome(Future<?> call, String what) {
        try {
            return call.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return Failures.unwrap(e);
        } catch (TimeoutException e) {
            throw new AssertionError(what + " has not ended after " + PATIENCE_SECONDS + " s: it hangs", e);
        } catch (InterruptedException e) {
            throw new AssertionError(what + ": the test was interrupted", e);
        }
    }

    /** Waits for something that other threads bring about. */
    static void eventually(String what, BooleanSupplier condition) {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - patience).as(what).isNegative();
            LockSupport.parkNanos(50_000);
        }
    }
}
