package io.apicache;

import io.apicache.ApiCacheListener.Outcome;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Key;
import java.time.Duration;

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
        throw new RequestMismatchException("request id " + Key.show(request.id())
                + " was used with another fingerprint: it is the key of a different request");
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

    Cached<R> cached(String requestId, Handled<R> handled) {
        R response;
        try {
            response = handled.value();
        } catch (CorruptRecordException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new CorruptRecordException("the response of " + Key.show(requestId) + " cannot be decoded", e);
        }
        if (response == null) {
            throw new CorruptRecordException("the response of " + Key.show(requestId) + " was decoded to null", null);
        }
        return new Cached<>(requestId, response, handled);
    }
}
