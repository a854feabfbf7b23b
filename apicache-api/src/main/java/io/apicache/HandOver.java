package io.apicache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An outcome on its way to a caller that waits without a thread. It is converted and the future completed on the cache's executor,
 * since foreign code may follow. An executor that drops the task cannot keep the caller waiting: the lease keeper visits every open
 * hand-over, and passes one that is late to a rescue thread.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; the outcome is passed once.
 */
final class HandOver<U> implements Runnable {

    private final Engine<?> engine;
    private final BooleanSupplier decided;
    private final Supplier<? extends @Nullable U> outcome;
    private final CompletableFuture<U> result;
    private final AtomicBoolean passed = new AtomicBoolean();
    private volatile @Nullable Throwable failure; // of the conversion
    private volatile boolean rescued;
    private volatile boolean ready;
    private volatile long readyAt;

    /**
     * Creates a hand-over that is not open yet.
     *
     * @param decided whether the outcome is there, so that it can be passed even if {@link #ready} was never called
     * @param outcome converts the outcome on the thread that completes the result; what it throws completes it exceptionally
     */
    HandOver(
            Engine<?> engine,
            BooleanSupplier decided,
            Supplier<? extends @Nullable U> outcome,
            CompletableFuture<U> result) {
        this.engine = engine;
        this.decided = decided;
        this.outcome = outcome;
        this.result = result;
    }

    CompletableFuture<U> result() {
        return result;
    }

    /** The outcome is there: has it passed on the executor. Throws nothing. */
    void ready() {
        try {
            readyAt = engine.now();
            ready = true;
        } catch (Throwable e) { // of a clock that fails: the keeper notices that the outcome is there
            engine.threads().log(Incident.CLOCK_FAILED, e);
        }
        engine.threads().callBack(this);
    }

    /** Passes the outcome, unless another thread has. If there is no heap for it, the keeper has it tried again. */
    @Override
    public void run() {
        if (!passed.compareAndSet(false, true)) {
            return;
        }
        try {
            pass();
        } finally {
            if (result.isDone()) {
                engine.handOvers().remove(this);
            } else {
                rescued = false;
                passed.set(false);
            }
        }
    }

    private void pass() {
        Throwable known = failure;
        if (known == null) {
            try {
                @Nullable U converted = outcome.get(); // once: a claim must not be handed out twice
                if (!result.complete(converted) && converted instanceof FirstSeen<?> unwanted) {
                    unwanted.abandon(); // the future was cancelled: another caller shall have the claim
                }
                return;
            } catch (Throwable e) { // an Error of a codec, too, must not leave the caller waiting
                known = e;
                failure = e;
            }
        }
        result.completeExceptionally(Failures.unwrap(known));
    }

    /** Passes the outcome on a rescue thread if the executor had its time and has not. Each is queued there once. */
    void rescue(long now, long patience) {
        if (!ready && decided.getAsBoolean()) {
            readyAt = now;
            ready = true;
        } else if (ready && now - readyAt >= patience) {
            rescueNow();
        }
    }

    /** Passes the outcome on a rescue thread, if it is there: the cache is closing, and its keeper with it. */
    void rescueIfDecided() {
        if (ready || decided.getAsBoolean()) {
            rescueNow();
        }
    }

    private void rescueNow() {
        if (!rescued && !passed.get()) {
            rescued = true;
            engine.threads().rescue(this);
        }
    }
}
