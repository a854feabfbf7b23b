package io.apicache.engine;

import io.apicache.ApiCacheException;
import io.apicache.ResponseTooLargeException;
import io.apicache.StoreUnavailableException;
import io.apicache.WaitInterruptedException;
import io.apicache.spi.Marker;
import io.apicache.spi.Stored;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One response, or marker, on its way to the store. It is sent again with the same token while the outcome is unknown: the work is done, and a
 * lost reply must not lose it. Mutable state is guarded by the key's lock.
 */
final class HandleAttempt<R> {

    /** Completes when the outcome is there, on whatever thread brings it. */
    final CompletableFuture<Boolean> done = new CompletableFuture<>();

    /** Stores the response, each time it is asked to. Set before it is first sent, unless there is a marker. */
    @Nullable
    Supplier<CompletionStage<Stored<R>>> prepared;

    Duration keepFor = Duration.ZERO;

    /** The arrivals before the response was first sent: they get it. */
    long answersUpTo;

    /** What is stored in the place of a response, or null: there is a response. */
    final @Nullable Marker marker;

    boolean ended;

    @Nullable
    StoreUnavailableException lastFailure;

    private long started;
    private int tries;
    private boolean inFlight;
    private boolean underWay; // the response is encoded, and goes to the store
    private long sentAt;
    private @Nullable Long retryAt;

    HandleAttempt(@Nullable Marker marker) {
        this.marker = marker;
    }

    /** {@return the number of this try} */
    int send(long arrivals, long now) {
        if (tries == 0) {
            started = now;
            answersUpTo = arrivals;
        }
        underWay = true;
        inFlight = true;
        retryAt = null;
        sentAt = now;
        return ++tries;
    }

    /** {@return the number of the try that comes next} */
    int nextNumber() {
        return tries + 1;
    }

    /** {@return whether the store's answer to this try is news} */
    boolean isAwaited(int number) {
        return !ended && inFlight && number == tries;
    }

    boolean isInFlight() {
        return inFlight;
    }

    void answered() {
        inFlight = false;
    }

    /** {@return when the response is to be sent again, or null} */
    @Nullable
    Long retryAt() {
        return retryAt;
    }

    boolean isRetryDue(long now) {
        return retryAt != null && now - retryAt >= 0;
    }

    /** {@return whether the response is sent again after a failure of the store} */
    boolean isRepeated(StoreUnavailableException failure, long now, long storeTimeout) {
        if (now - started >= storeTimeout) {
            return false;
        }
        lastFailure = failure;
        retryAt = now + Timing.retryDelay(tries);
        return true;
    }

    /** {@return when it must be looked at again, or null if the store has not answered in time} */
    @Nullable
    Long due(long now, long storeTimeout) {
        if (ended || (!underWay && marker == null && !done.isDone())) {
            return now + storeTimeout; // it is being encoded
        }
        if (!inFlight && retryAt != null) {
            return retryAt;
        }
        return inFlight && now - sentAt < storeTimeout ? sentAt + storeTimeout : null;
        // not in flight and not to be repeated: an Error came in between
    }

    void end() {
        ended = true;
        inFlight = false;
        retryAt = null;
    }

    /** {@return the marker for a response that failed like this when it was encoded, or null if it was not for the response that it failed} */
    static @Nullable Marker markerFor(Throwable failure) {
        if (failure instanceof StoreUnavailableException
                || failure instanceof WaitInterruptedException
                || failure instanceof OutOfMemoryError) {
            return null;
        }
        return failure instanceof ResponseTooLargeException ? Marker.TOO_LARGE : Marker.NOT_ENCODABLE;
    }

    /** {@return the marker for a response that the store refused like this, or null if it was not for the response} */
    static @Nullable Marker markerForRefusal(Throwable failure) {
        return failure instanceof ApiCacheException ? markerFor(failure) : null;
    }
}
