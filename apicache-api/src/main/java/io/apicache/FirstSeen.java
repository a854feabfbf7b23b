package io.apicache;

import io.apicache.engine.Claim;
import io.apicache.spi.Key;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The work is the caller's: this is the claim, and the right to answer. It ends with {@link #handle} or {@link #release}, at the
 * latest when the work limit is reached or the cache is closed. Until then the cache renews its lease.
 *
 * <p>Use it in try-with-resources: {@link #close()} gives the claim back if the work failed before there was a response.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; of concurrent calls of {@code handle} one stores.
 *
 * @param <R> the response type
 */
public final class FirstSeen<R> implements Receipt<R>, AutoCloseable {

    private final String requestId;
    private final Claim<R> claim;

    FirstSeen(String requestId, Claim<R> claim) {
        this.requestId = requestId;
        this.claim = claim;
    }

    @Override
    public String requestId() {
        return requestId;
    }

    Claim<R> claim() {
        return claim;
    }

    /**
     * Chooses how long the response of this claim is retained, in place of the cache's {@code keepFor}. It counts from the {@code handle}
     * that follows, which may be that of {@link ApiCache#execute}.
     *
     * @param keepFor zero or more, in milliseconds rounded up; zero hands the response to the present waiters only
     */
    public void keepFor(Duration keepFor) {
        claim.keepFor(keepFor);
    }

    /**
     * Stores the response for the cache's {@code keepFor} and wakes every waiter.
     *
     * @param response what every other caller gets
     * @throws LeaseLostException if the claim was lost; nothing was stored
     * @throws StoreUnavailableException if it is not known to be stored; the claim stays open, call again with the same response: if
     *     the first one has been stored after all, it stays
     * @throws ResponseTooLargeException if codec or store refuse it; the claim stays open. What else a codec throws passes through, too
     * @throws NullPointerException if the response is null. Closing the claim after a response that was refused leaves a marker, see {@link
     *     ResponseNotKeptException}
     * @throws IllegalStateException if the claim was handled or released before
     */
    public void handle(R response) {
        claim.handle(response, claim.keepFor(), false);
    }

    /**
     * Stores the response for a time of its own, as {@link #handle(Object)}.
     *
     * @param response what every other caller gets
     * @param keepFor how long it is retained from now on, in milliseconds rounded up; zero hands it to the present waiters only
     */
    public void handle(R response, Duration keepFor) {
        claim.handle(response, keepFor, false);
    }

    /**
     * Stores the response without waiting for the store, as {@link #handle(Object)}. Misuse is refused in this call, with {@link
     * IllegalStateException}; everything else is told through the future. The response is encoded in this call, and once; a store that keeps
     * it as it is, in memory, keeps this very object.
     *
     * @param response what every other caller gets
     * @return completes when it is stored, or with the exceptions of {@link #handle(Object)}
     */
    public CompletableFuture<Void> handleAsync(R response) {
        return claim.handleAsync(response, claim.keepFor(), false);
    }

    /**
     * Stores the response for a time of its own without waiting for the store.
     *
     * @param response what every other caller gets
     * @param keepFor how long it is retained from now on; zero hands it to the present waiters only
     * @return completes when it is stored, or with the exceptions of {@link #handle(Object)}
     */
    public CompletableFuture<Void> handleAsync(R response, Duration keepFor) {
        return claim.handleAsync(response, keepFor, false);
    }

    /**
     * Gives the claim back without a response: one of the waiters takes over at once. Doing it twice does nothing.
     *
     * @throws StoreUnavailableException if the store could not be told; the lease then runs out by itself
     * @throws IllegalStateException if it was handled before: see {@link ApiCache#invalidate(String)}
     */
    public void release() {
        claim.release(false);
    }

    /**
     * Gives the claim back without waiting for the store, as {@link #release()}. Misuse is refused in this call, with {@link
     * IllegalStateException}; all other failures complete the future exceptionally.
     *
     * @return completes when it is given back, or with {@link StoreUnavailableException}; the lease then runs out by itself
     */
    public CompletableFuture<Void> releaseAsync() {
        return claim.releaseAsync(false);
    }

    /**
     * {@return the fencing token: greater than that of every earlier owner of this id, and 0 without protection} Pass it along to
     * systems that can refuse a smaller one than they have seen.
     */
    public long token() {
        return claim.fencingToken();
    }

    /** {@return whether the lease could not be kept, so that another owner may be at work} */
    public boolean isLost() {
        return claim.isLost();
    }

    /**
     * {@return a stage that completes when the lease could not be kept, so that running work can stop} It never completes if the claim
     * is handled or released in time. Its dependents run on the cache's executor.
     */
    public CompletionStage<Void> lost() {
        return claim.lost();
    }

    /**
     * Gives the claim back unless {@code handle} was called. If it was called and failed, the work is done and is not offered for another
     * execution at once. A response that was refused for its size or its content leaves a marker, see {@link ResponseNotKeptException};
     * after any other failure the claim lapses within one lease. Throws nothing: a store that cannot be reached is reported to the
     * listener.
     */
    @Override
    public void close() {
        claim.close();
    }

    /** {@return the hash of the id and the state of the claim, never the token} */
    @Override
    public String toString() {
        return "FirstSeen[" + Key.show(requestId) + ", " + claim.describe() + "]";
    }
}
