package io.apicache;

import io.apicache.ApiCacheListener.Outcome;
import io.apicache.engine.Claim;
import io.apicache.engine.Engine;
import io.apicache.engine.Failures;
import io.apicache.engine.Resolution;
import io.apicache.engine.Timing;
import io.apicache.engine.Waiter;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns resolutions into receipts and exceptions, and tells the listener. Runs on the caller's thread, or on the executor for callers that
 * have none here: responses are decoded in it.
 */
final class Receipts<R> implements Engine.Receiver<R, Receipt<R>> {

    private final Calls<R> calls;
    private final Listeners listeners;

    Receipts(Calls<R> calls, Listeners listeners) {
        this.calls = calls;
        this.listeners = listeners;
    }

    @Override
    public Receipt<R> receive(Waiter<R> waiter, Resolution<R> resolution, @Nullable Claim<R> claim) {
        String requestId = waiter.key().id();
        if (resolution instanceof Resolution.Replay<R> replay) {
            return replayed(waiter, replay.handled());
        }
        if (claim != null) {
            if (claim.isTakenOver()) {
                listeners.takenOver(requestId);
            }
            listeners.received(waiter, Outcome.FIRST_SEEN);
            return new FirstSeen<>(requestId, claim);
        }
        if (resolution instanceof Resolution.GiveUp<R> giveUp) {
            listeners.received(waiter, Outcome.IN_FLIGHT);
            return new InFlight<>(calls, waiter, Duration.ofNanos(giveUp.leaseLeft()));
        }
        if (resolution instanceof Resolution.Fail<R> fail) {
            return failed(waiter, fail.cause());
        }
        listeners.received(waiter, Outcome.MISMATCHED);
        throw mismatch(waiter.key());
    }

    /** The future was cancelled: another caller shall have the claim. */
    @Override
    public void discard(Receipt<R> receipt) {
        if (receipt instanceof FirstSeen<R> unwanted) {
            unwanted.claim().abandon();
        }
    }

    private Receipt<R> failed(Waiter<R> waiter, RuntimeException cause) {
        boolean unavailable = cause instanceof StoreUnavailableException;
        String requestId = waiter.key().id();
        if (unavailable && calls.runsUnprotected()) {
            listeners.ranUnprotected(requestId);
            listeners.received(waiter, Outcome.FIRST_SEEN);
            return new FirstSeen<>(requestId, calls.engine().runUnprotected(waiter.key(), waiter.fingerprint()));
        }
        listeners.received(waiter, unavailable ? Outcome.UNAVAILABLE : Outcome.FAILED);
        throw Failures.forCaller(cause);
    }

    private Cached<R> replayed(Waiter<R> waiter, Handled<R> handled) {
        Cached<R> cached;
        try {
            cached = cached(waiter.key().id(), handled);
        } catch (Throwable e) { // also an Error of a codec: it ends this call, and the outcome is told
            listeners.received(waiter, Outcome.FAILED);
            throw e;
        }
        listeners.received(waiter, Outcome.CACHED);
        return cached;
    }

    Optional<Cached<R>> peeked(Request request, Optional<Handled<R>> found) {
        if (found.isPresent() && Timing.mismatch(found.get().fingerprint(), request.digest())) {
            throw mismatch(calls.key(request.id()));
        }
        return found.map(handled -> cached(request.id(), handled));
    }

    private RequestMismatchException mismatch(Key key) {
        return new RequestMismatchException(
                "request id " + key + " was used with another fingerprint: it is the key of a different request");
    }

    Cached<R> cached(String requestId, Handled<R> handled) {
        Marker marker = handled.marker();
        if (marker != null) {
            throw marked(requestId, marker);
        }
        R response;
        try {
            response = handled.value();
        } catch (CorruptRecordException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new CorruptRecordException("the response of " + calls.key(requestId) + " cannot be decoded", e);
        }
        if (response == null) {
            throw new CorruptRecordException("the response of " + calls.key(requestId) + " was decoded to null", null);
        }
        return new Cached<>(requestId, response, handled);
    }

    /** {@return what a caller gets who finds a marker} */
    private ResponseNotKeptException marked(String requestId, Marker reason) {
        return new ResponseNotKeptException(
                "the work of " + calls.key(requestId) + " is done, but its response was not kept: " + reason(reason)
                        + "; invalidate the id to have the work done again",
                reason,
                null);
    }

    /** {@return what the owner gets whose response is not kept} */
    ResponseNotKeptException notKept(String requestId, Marker reason, @Nullable Throwable cause) {
        return new ResponseNotKeptException(
                "the response of " + calls.key(requestId) + " was not kept: " + reason(reason), reason, cause);
    }

    private static String reason(Marker marker) {
        if (marker == Marker.TOO_LARGE) {
            return "it is too large";
        }
        return marker == Marker.NULL ? "it is null" : "it could not be encoded";
    }
}
