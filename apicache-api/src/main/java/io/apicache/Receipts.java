package io.apicache;

import io.apicache.ApiCacheListener.Outcome;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Marker;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns verdicts into receipts and exceptions, and tells the listener. Runs on the caller's thread, or on the executor for callers that
 * have none here: responses are decoded in it.
 */
final class Receipts<R> {

    private final Engine<R> engine;
    private final Events events;

    Receipts(Engine<R> engine) {
        this.engine = engine;
        this.events = engine.events();
    }

    Receipt<R> of(Waiter<R> waiter, Verdict<R> verdict) {
        Request request = waiter.request;
        if (verdict instanceof Verdict.Replay<R> replay) {
            return replayed(waiter, replay.handled());
        }
        if (verdict instanceof Verdict.Run<R> run) {
            if (run.claim().takenOver()) {
                events.takenOver(request.id());
            }
            events.received(waiter, Outcome.FIRST_SEEN);
            return new FirstSeen<>(request.id(), run.claim());
        }
        if (verdict instanceof Verdict.GiveUp<R> giveUp) {
            events.received(waiter, Outcome.IN_FLIGHT);
            return new InFlight<>(engine, waiter, Duration.ofNanos(giveUp.leaseLeft()));
        }
        if (verdict instanceof Verdict.Fail<R> fail) {
            return failed(waiter, fail.cause());
        }
        events.received(waiter, Outcome.MISMATCHED);
        throw mismatch(request);
    }

    private Receipt<R> failed(Waiter<R> waiter, RuntimeException cause) {
        boolean unavailable = cause instanceof StoreUnavailableException;
        if (unavailable && engine.runsUnprotected()) {
            events.ranUnprotected(waiter.request.id());
            events.received(waiter, Outcome.FIRST_SEEN);
            return new FirstSeen<>(waiter.request.id(), engine.letRun(waiter.request));
        }
        events.received(waiter, unavailable ? Outcome.UNAVAILABLE : Outcome.FAILED);
        throw Failures.forCaller(cause);
    }

    private Cached<R> replayed(Waiter<R> waiter, Handled<R> handled) {
        Cached<R> cached;
        try {
            cached = cached(waiter.request.id(), handled);
        } catch (Throwable e) { // also an Error of a codec: it ends this call, and the outcome is told
            events.received(waiter, Outcome.FAILED);
            throw e;
        }
        events.received(waiter, Outcome.CACHED);
        return cached;
    }

    Optional<Cached<R>> peeked(Request request, Optional<Handled<R>> found) {
        Fingerprint given = request.fingerprint();
        if (found.isPresent() && given != null && Decision.mismatch(found.get().fingerprint(), given.digest())) {
            throw mismatch(request);
        }
        return found.map(handled -> cached(request.id(), handled));
    }

    private RequestMismatchException mismatch(Request request) {
        return new RequestMismatchException("request id " + engine.key(request.id())
                + " was used with another fingerprint: it is the key of a different request");
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
            throw new CorruptRecordException("the response of " + engine.key(requestId) + " cannot be decoded", e);
        }
        if (response == null) {
            throw new CorruptRecordException("the response of " + engine.key(requestId) + " was decoded to null", null);
        }
        return new Cached<>(requestId, response, handled);
    }

    /** {@return what a caller gets who finds a marker} */
    private ResponseNotKeptException marked(String requestId, Marker reason) {
        return new ResponseNotKeptException(
                "the work of " + engine.key(requestId) + " is done, but its response was not kept: " + reason(reason)
                        + "; invalidate the id to have the work done again",
                reason,
                null);
    }

    /** {@return what the owner gets whose response is not kept} */
    ResponseNotKeptException notKept(String requestId, Marker reason, @Nullable Throwable cause) {
        return new ResponseNotKeptException(
                "the response of " + engine.key(requestId) + " was not kept: " + reason(reason), reason, cause);
    }

    private static String reason(Marker marker) {
        if (marker == Marker.TOO_LARGE) {
            return "it is too large";
        }
        return marker == Marker.NULL ? "it is null" : "it could not be encoded";
    }
}
