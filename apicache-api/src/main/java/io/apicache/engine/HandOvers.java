package io.apicache.engine;

import io.apicache.spi.Time;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes that callers without a thread still wait for. An outcome is passed on the cache's executor, since foreign code may follow. An
 * executor that drops the task cannot keep the caller waiting: the lease keeper visits every open hand-over, and passes one that is late to
 * a rescue thread.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class HandOvers {

    private static final int VISITS_PER_PATIENCE = 4;

    private final Threads threads;
    private final Time time;
    private final long patience;
    private final long pause;
    private final Set<HandOver<?>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean visited;
    private volatile long lastVisit;

    HandOvers(Threads threads, Time time, Settings settings) {
        this.threads = threads;
        this.time = time;
        this.patience = settings.storeTimeoutNanos();
        this.pause = patience / VISITS_PER_PATIENCE;
    }

    /**
     * Where the outcome of a hand-over comes from.
     *
     * @param <T> what the caller gets
     */
    interface Source<T> {

        /** {@return whether the outcome is there, so that it can be passed even if {@link HandOver#ready} was never called} */
        boolean isReady();

        /** {@return the outcome, converted on the thread that completes the result; what it throws completes it exceptionally} */
        @Nullable
        T get();

        /** The caller has cancelled the result, and has not got the outcome. */
        default void discard(T outcome) {}
    }

    <T> HandOver<T> create(Source<T> source, CompletableFuture<T> result) {
        return new HandOver<>(source, result);
    }

    void add(HandOver<?> handOver) {
        open.add(handOver);
    }

    void remove(HandOver<?> handOver) {
        open.remove(handOver);
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** The cache is closed: passes on what is there, before the threads end. */
    void close() {
        open.forEach(HandOver::rescueIfReady);
    }

    /** Passes on what is late. {@return when to look again, or null if none is open} However often it is called, it visits all four times per store time-out. */
    @Nullable
    Long expire(long now) {
        if (open.isEmpty()) {
            return null;
        }
        if (!visited || now - lastVisit >= pause) {
            visited = true;
            lastVisit = now;
            for (HandOver<?> handOver : open) {
                handOver.rescueIfLate(now);
            }
        }
        return lastVisit + pause;
    }

    /** One outcome on its way to one caller. It is passed once. */
    final class HandOver<T> implements Runnable, Ready {

        private final Source<T> source;
        private final CompletableFuture<T> result;
        private final AtomicBoolean passed = new AtomicBoolean();
        private volatile @Nullable Throwable failure; // of the conversion
        private volatile boolean rescued;
        private volatile boolean ready;
        private volatile long readyAt;

        private HandOver(Source<T> source, CompletableFuture<T> result) {
            this.source = source;
            this.result = result;
        }

        CompletableFuture<T> result() {
            return result;
        }

        /** The outcome is there: has it passed on the executor. Throws nothing. */
        @Override
        public void ready() {
            try {
                readyAt = time.nanoTime();
                ready = true;
            } catch (Throwable e) { // of a clock that fails: the keeper notices that the outcome is there
                threads.log(Incident.CLOCK_FAILED, e);
            }
            threads.callBack(this);
        }

        @Override
        public void cancel() {
            remove(this);
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
                    remove(this);
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
                    @Nullable T outcome = source.get(); // once: a claim must not be handed out twice
                    if (!result.complete(outcome) && outcome != null) {
                        source.discard(outcome);
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
        private void rescueIfLate(long now) {
            if (!ready && source.isReady()) {
                readyAt = now;
                ready = true;
            } else if (ready && now - readyAt >= patience - 2 * pause) {
                rescue();
            }
        }

        private void rescueIfReady() {
            if (ready || source.isReady()) {
                rescue();
            }
        }

        private void rescue() {
            if (!rescued && !passed.get()) {
                rescued = true;
                threads.rescue(this);
            }
        }
    }
}
