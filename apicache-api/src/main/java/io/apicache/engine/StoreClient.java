package io.apicache.engine;

import io.apicache.StoreUnavailableException;
import io.apicache.WaitInterruptedException;
import io.apicache.spi.Time;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store, in bounded time, whatever the store, the timer or the clock do.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class StoreClient {

    private static final long SHORTEST_PARK = TimeUnit.MILLISECONDS.toNanos(1);

    private final Threads threads;
    private final Settings settings;
    private final Time time;
    private final Set<Bounded<?>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    StoreClient(Threads threads, Settings settings, Time time) {
        this.threads = threads;
        this.settings = settings;
        this.time = time;
    }

    /** {@return what the store answers, also if it throws instead, or answers nothing} */
    static <T> CompletableFuture<T> ask(Supplier<CompletionStage<T>> question) {
        try {
            return question.get().toCompletableFuture();
        } catch (Throwable e) { // an Error, too: the caller would never hear of it
            return CompletableFuture.failedFuture(e);
        }
    }

    StoreUnavailableException unanswered(String verb) {
        return Failures.unanswered(verb, settings.storeTimeout());
    }

    /** Asks something that no key's state keeps an eye on. {@return fails with an ApiCacheException, and in bounded time} */
    <T> CompletableFuture<T> bounded(String verb, Supplier<CompletionStage<T>> question) {
        CompletableFuture<T> answer = ask(question);
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            return answer;
        }
        Bounded<T> result = new Bounded<>(verb);
        open.add(result);
        result.timer = threads.schedule(result::giveUp, settings.storeTimeoutNanos());
        var unused = answer.whenComplete(result::answered);
        if (closed) { // meanwhile, so that no timer bounds it
            result.giveUp();
        }
        return result;
    }

    /** Gives up what is still open, since the timer that bounds it ends. */
    void close() {
        closed = true;
        open.forEach(Bounded::giveUp);
    }

    /** {@return completes when all that is open now has been answered or given up} */
    CompletableFuture<?> settled() {
        return CompletableFuture.allOf(open.toArray(CompletableFuture[]::new));
    }

    final class Bounded<T> extends CompletableFuture<T> {

        private final String verb;
        private volatile @Nullable ScheduledFuture<?> timer;

        Bounded(String verb) {
            this.verb = verb;
        }

        void giveUp() {
            end();
            completeExceptionally(unanswered(verb));
        }

        void answered(T value, Throwable failure) {
            end();
            if (failure == null) {
                complete(value);
            } else {
                Throwable cause = Failures.unwrap(failure);
                completeExceptionally(Failures.isTransient(cause) ? Failures.unavailable(verb, cause) : cause);
            }
        }

        private void end() {
            open.remove(this);
            ScheduledFuture<?> pending = timer;
            if (pending != null) {
                threads.cancel(pending);
            }
        }
    }

    /** Waits for a call that ends by itself, and for one that does not as long as the store may take to answer. */
    <T> T await(CompletableFuture<T> future, String verb) {
        return await(future, verb, settings.storeTimeoutNanos());
    }

    /**
     * Waits for a call that ends by itself.
     *
     * @param longest the wait after which the outcome counts as unknown, by the cache's clock, in case the timer that ends the call is no more
     */
    <T> T await(CompletableFuture<T> future, String verb, long longest) {
        long last = time.nanoTime() + longest;
        try {
            while (true) {
                long left = last - time.nanoTime();
                try {
                    return future.get(Math.max(left, SHORTEST_PARK), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    if (left <= 0) {
                        throw unanswered(verb);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WaitInterruptedException("interrupted during " + verb + ": it may still happen", e);
        } catch (ExecutionException e) {
            Throwable cause = Failures.unwrap(e);
            if (cause instanceof Error error) {
                throw error; // of a codec: it says nothing of the store
            }
            throw cause instanceof RuntimeException known ? known : Failures.unavailable(verb, cause);
        }
    }
}
