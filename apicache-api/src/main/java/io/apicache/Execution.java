package io.apicache;

import io.apicache.engine.Failures;
import io.apicache.spi.Marker;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code execute} or {@code executeAsync}. What the work has returned reaches the caller, stored or not: as the return value,
 * or in the exception that says why it was not stored.
 */
final class Execution<R> {

    private final Calls<R> calls;
    private final Request request;
    private final Duration maxWait;

    Execution(Calls<R> calls, Request request, Duration maxWait) {
        this.calls = calls;
        this.request = request;
        this.maxWait = maxWait;
    }

    /** {@return the response of another owner, or null if the work is the caller's} */
    @Nullable
    R answered(Receipt<R> receipt) {
        if (receipt instanceof InFlight<R> busy) {
            throw new StillInFlightException(
                    calls.key(request.id()) + " is still in flight after " + maxWait,
                    busy.leaseLeft(),
                    busy.retryAfter());
        }
        return receipt instanceof Cached<R> hit ? hit.response() : null;
    }

    R run(FirstSeen<R> claim, Work<R> work) throws Exception {
        try (claim) {
            R response = working(claim, work);
            if (!isEndedByWork(claim, response)) {
                try {
                    claim.handle(unchecked(response));
                } catch (Throwable e) {
                    return notStored(claim, response, e);
                }
            }
            return unchecked(response);
        }
    }

    private static <R> @Nullable R working(FirstSeen<R> claim, Work<R> work) throws Exception {
        claim.claim().workBegins();
        try {
            return work.run(claim);
        } finally {
            claim.claim().workEnds();
        }
    }

    CompletableFuture<R> runAsync(
            CompletableFuture<Receipt<R>> receive,
            Function<? super FirstSeen<R>, ? extends CompletionStage<? extends R>> work) {
        CompletableFuture<R> result = new CompletableFuture<>();
        var unusedReceive = receive.whenComplete((receipt, failure) -> {
            if (failure != null) {
                result.completeExceptionally(Failures.unwrap(failure));
            } else {
                received(receipt, work, result);
            }
        });
        var unusedCancel = result.whenComplete((response, failure) -> {
            receive.cancel(false); // does nothing once the receipt is there
        });
        return result;
    }

    private void received(
            Receipt<R> receipt,
            Function<? super FirstSeen<R>, ? extends CompletionStage<? extends R>> work,
            CompletableFuture<R> result) {
        if (!(receipt instanceof FirstSeen<R> claim)) {
            complete(result, () -> unchecked(answered(receipt)));
            return;
        }
        if (result.isDone()) { // cancelled, just when the claim was granted
            closed(claim, () -> {});
            return;
        }
        CompletionStage<? extends R> done;
        claim.claim().workBegins();
        try {
            done = Objects.requireNonNull(work.apply(claim), "the stage that work returned");
        } catch (Throwable e) {
            closed(claim, () -> result.completeExceptionally(e));
            return;
        } finally {
            claim.claim().workEnds();
        }
        try {
            var unused = done.whenComplete((response, failure) -> {
                if (failure != null) {
                    closed(claim, () -> result.completeExceptionally(Failures.unwrap(failure)));
                } else {
                    store(claim, response, result);
                }
            });
        } catch (Throwable e) { // of a stage that is none: whether its work goes on is not known
            closed(claim, () -> result.completeExceptionally(e));
        }
    }

    private void store(FirstSeen<R> claim, @Nullable R response, CompletableFuture<R> result) {
        CompletableFuture<Void> handled;
        try {
            handled = isEndedByWork(claim, response)
                    ? CompletableFuture.completedFuture(null)
                    : claim.handleAsync(unchecked(response));
        } catch (Throwable e) {
            handled = CompletableFuture.failedFuture(e);
        }
        var unused = handled.whenComplete((stored, failure) -> closed(
                claim,
                () -> complete(
                        result,
                        () -> failure == null
                                ? unchecked(response)
                                : notStored(claim, response, Failures.unwrap(failure)))));
    }

    /** Closes the claim, and goes on whatever comes of it: a store that cannot be reached has been reported to the listener. */
    private static void closed(FirstSeen<?> claim, Runnable next) {
        var unused = claim.claim().closeAsync().whenComplete((closed, failure) -> next.run());
    }

    private static <R> void complete(CompletableFuture<R> result, Supplier<R> outcome) {
        try {
            result.complete(outcome.get());
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    /** {@return whether the work has stored a response itself, or has given the claim back} */
    private static boolean isEndedByWork(FirstSeen<?> claim, @Nullable Object response) {
        return response != null && claim.claim().isAnswered();
    }

    /** {@return the response, where the caller is to have it although it is not stored} */
    private R notStored(FirstSeen<R> claim, @Nullable R response, Throwable failure) {
        if (failure instanceof IllegalStateException && isEndedByWork(claim, response)) {
            return unchecked(response); // another thread of the work has ended the claim meanwhile
        }
        ApiCacheException why = why(claim, response, failure).carrying(response);
        calls.listeners().responseNotStored(request.id(), why);
        if (response != null && calls.returnsUnstored()) {
            return response;
        }
        throw why;
    }

    /** {@return an exception of this call's own: a store may have thrown one that others have too} */
    private ApiCacheException why(FirstSeen<R> claim, @Nullable Object response, Throwable failure) {
        if (response == null) {
            return calls.receipts().notKept(request.id(), Marker.NULL, failure);
        } else if (failure instanceof LeaseLostException || failure instanceof WaitInterruptedException) {
            return (ApiCacheException) failure;
        } else if (failure instanceof StoreUnavailableException || failure instanceof CorruptRecordException) {
            return (ApiCacheException) Failures.forCaller((ApiCacheException) failure);
        } else if (failure instanceof ResponseTooLargeException) {
            return new ResponseTooLargeException(String.valueOf(failure.getMessage()), failure);
        }
        Marker marker = claim.claim().unstorable();
        return marker != null
                ? calls.receipts().notKept(request.id(), marker, failure)
                : new ApiCacheException("the response of " + calls.key(request.id()) + " was not stored", failure);
    }

    /** Null passes: where it matters, it is refused as a response. */
    @SuppressWarnings("NullAway")
    private static <R> R unchecked(@Nullable R response) {
        return response;
    }
}
