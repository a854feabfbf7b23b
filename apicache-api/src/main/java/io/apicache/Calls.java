package io.apicache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks the store, and hands over what it answers: in bounded time, and not on the store's threads where foreign code follows. */
final class Calls {

    private final Threads threads;
    private final Limits limits;

    Calls(Threads threads, Limits limits) {
        this.threads = threads;
        this.limits = limits;
    }

    /** {@return what the store answers, also if it throws instead} */
    static <T> CompletableFuture<T> ask(Supplier<CompletionStage<T>> question) {
        try {
            return question.get().toCompletableFuture();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    StoreUnavailableException unanswered(String verb) {
        return Failures.unanswered(verb, limits.storeTimeout());
    }

    /** Asks something that no room keeps an eye on. {@return fails with an ApiCacheException, and in bounded time} */
    <T> CompletableFuture<T> bounded(String verb, Supplier<CompletionStage<T>> question) {
        CompletableFuture<T> answer = ask(question);
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            return answer;
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        ScheduledFuture<?> timer =
                threads.schedule(() -> result.completeExceptionally(unanswered(verb)), limits.storeTimeoutNanos());
        var unused = answer.whenComplete((value, failure) -> {
            if (timer != null) {
                timer.cancel(false);
            }
            if (failure == null) {
                result.complete(value);
            } else {
                Throwable cause = Failures.unwrap(failure);
                result.completeExceptionally(Failures.isTransient(cause) ? Failures.unavailable(verb, cause) : cause);
            }
        });
        return result;
    }

    /** Waits for a call that ends by itself. */
    static <T> T await(CompletableFuture<T> future, String verb) {
        try {
            return future.get();
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

    /** {@return a future for foreign code: completed here if the outcome is there, and else on the executor} */
    <T, U> CompletableFuture<U> handOver(CompletableFuture<T> inner, Function<T, ? extends @Nullable U> convert) {
        CompletableFuture<U> result = new CompletableFuture<>();
        if (inner.isDone()) {
            pass(inner, convert, result);
        } else {
            var unused = inner.whenComplete((value, failure) -> threads.callBack(() -> pass(inner, convert, result)));
        }
        return result;
    }

    private static <T, U> void pass(
            CompletableFuture<T> inner, Function<T, ? extends @Nullable U> convert, CompletableFuture<U> result) {
        try {
            @Nullable U converted = convert.apply(inner.join());
            if (!result.complete(converted) && converted instanceof FirstSeen<?> nobodys) {
                nobodys.close(); // the future was cancelled: somebody else shall have the claim
            }
        } catch (RuntimeException | Error e) { // an error in a codec must not leave the caller waiting
            result.completeExceptionally(Failures.unwrap(e));
        }
    }
}
