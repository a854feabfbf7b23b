package io.apicache;

import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
import io.apicache.spi.Marker;
import io.apicache.spi.Stored;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of handle: sends the response to the store, again and with the same token while the outcome is unknown, since the work is
 * done and a lost reply must not lose it. Mutable state is guarded by the room's lock.
 */
final class Handling<R> {

    private final Claim<R> claim;
    private final Room<R> room;
    private final Engine<R> engine;
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();

    private @Nullable Supplier<CompletionStage<Stored<R>>> prepared;
    private Duration keepFor = Duration.ZERO;
    private long started;
    private long covers; // the arrivals before the response was first sent, who get it
    private int tries;
    private boolean inFlight;
    private boolean underWay; // the response is encoded, and goes to the store
    private boolean ended;

    @Nullable
    Handling<R> next; // of the room's list of open ones

    private long sentAt;
    private @Nullable Long retryAt;
    private @Nullable StoreUnavailableException lastFailure;

    Handling(Claim<R> claim) {
        this.claim = claim;
        this.room = claim.room();
        this.engine = room.engine();
    }

    /** {@return completes when the outcome is there} */
    CompletableFuture<Boolean> done() {
        return done;
    }

    /** Encodes the response on this thread. {@return completes when the outcome is there, on whatever thread brings it} */
    CompletableFuture<Boolean> start(R response, Duration keepFor) {
        this.keepFor = keepFor;
        try {
            prepared = engine.store().prepare(room.key, claim.proof(), response, keepFor);
        } catch (Throwable e) { // it could not be encoded, perhaps for want of heap: a smaller one may still do
            notSent(e, markerFor(e));
            return done;
        }
        return send();
    }

    /** Puts a marker in the place of the response. {@return completes when the outcome is there, on whatever thread brings it} */
    CompletableFuture<Boolean> startMark(Marker marker, Duration keepFor) {
        prepared = () -> engine.store().mark(room.key, claim.proof(), marker, keepFor);
        return send();
    }

    private CompletableFuture<Boolean> send() {
        try {
            long now = engine.now();
            room.lock.lock();
            try {
                started = now;
                covers = room.arrivals();
                sending(now);
            } finally {
                room.lock.unlock();
            }
            ask(1);
        } catch (Throwable e) {
            notSent(e, null);
        }
        return done;
    }

    /** {@return the marker for a response that failed like this, or null if it is not for the response that it failed} */
    private static @Nullable Marker markerFor(Throwable failure) {
        if (failure instanceof StoreUnavailableException
                || failure instanceof WaitInterruptedException
                || failure instanceof OutOfMemoryError) {
            return null;
        }
        return failure instanceof ResponseTooLargeException ? Marker.TOO_LARGE : Marker.NOT_ENCODABLE;
    }

    private void sending(long now) {
        tries++;
        underWay = true;
        inFlight = true;
        retryAt = null;
        sentAt = now;
    }

    private void ask(int number) {
        CompletableFuture<Stored<R>> answer;
        try {
            answer = Objects.requireNonNull(prepared, "prepared").get().toCompletableFuture();
        } catch (StoreUnavailableException e) {
            answered(number, null, e);
            return;
        } catch (Throwable e) { // the store does not take it, and will not take it later
            notSent(e, e instanceof ApiCacheException ? markerFor(e) : null);
            return;
        }
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            answered(number, answer.join(), null);
            return;
        }
        engine.keeper().watch();
        var unused = answer.whenComplete((stored, failure) -> answered(number, stored, failure));
    }

    private void notSent(Throwable why, @Nullable Marker marker) {
        try {
            room.change(out -> {
                if (!ended) {
                    end(why, out);
                    claim.unstorable(marker, keepFor);
                    claim.handlingEnded(false, false, out);
                }
                return true;
            });
        } finally {
            if (!ended) { // the step failed as well
                done.completeExceptionally(why);
            }
        }
    }

    /** {@return when the response is to be sent again, or null} */
    @Nullable
    Long retryAt() {
        return retryAt;
    }

    void repeatIfDue(long now, Outbox<R> out) {
        if (retryAt != null && now - retryAt >= 0) {
            int number = tries + 1;
            out.act(() -> ask(number));
            sending(now);
        }
    }

    /** A try that the store does not answer counts as failed with an unknown outcome. {@return when it does, or is to be sent again} */
    long sweep(long now, Outbox<R> out) {
        long timeout = engine.limits().storeTimeoutNanos();
        if (ended || (!underWay && !done.isDone())) {
            return now + timeout; // it is being encoded
        }
        if (!inFlight && retryAt != null) {
            return retryAt;
        }
        if (!inFlight || now - sentAt >= timeout) { // not in flight and not to be repeated: an Error came in between
            inFlight = false;
            failed(engine.calls().unanswered("handle"), out);
            return now + timeout;
        }
        return sentAt + timeout;
    }

    /** The cache is closed, and its timer stops: there will be no other answer. */
    void giveUp() {
        room.change(out -> {
            if (!ended) {
                StoreUnavailableException known = lastFailure;
                end(!inFlight && known != null ? known : engine.calls().unanswered("handle"), out);
                claim.handlingEnded(false, false, out);
            }
            return true;
        });
    }

    private void answered(int number, @Nullable Stored<R> stored, @Nullable Throwable failure) {
        if (stored instanceof Stored.Accepted<R> accepted) {
            accepted(number, accepted.record());
            return;
        }
        room.change(out -> {
            if (!ended && inFlight && number == tries) {
                inFlight = false;
                if (stored == null) {
                    failed(Failures.unwrap(failure), out);
                } else {
                    refused(stored, out);
                }
            }
            return true;
        });
    }

    /** The response is stored, by this try or by an earlier one. */
    private void accepted(int number, Handled<R> record) {
        Digest fingerprint;
        try {
            fingerprint = record.fingerprint(); // the store's code: not under the room's lock
        } catch (Throwable e) {
            answered(number, null, e);
            return;
        }
        room.change(out -> {
            if (!ended) {
                end(null, out);
                claim.handlingEnded(true, false, out);
                if (claim.isDoubtful()) {
                    room.vacated(claim); // stored and then invalidated, or the other way round: those who wait ask
                } else {
                    room.settled(claim, record, fingerprint, covers, out);
                }
            }
            return true;
        });
    }

    private void refused(Stored<R> stored, Outbox<R> out) {
        String why = stored instanceof Stored.Stale<R> ? "another owner has taken over" : "its record is gone";
        end(
                new LeaseLostException("the response for " + room.key + " was not stored: the claim was lost, " + why),
                out);
        claim.handlingEnded(false, true, out);
    }

    private void failed(Throwable cause, Outbox<R> out) {
        if (!Failures.isTransient(cause)) {
            end((ApiCacheException) cause, out);
            claim.unstorable(markerFor(cause), keepFor);
            claim.handlingEnded(false, false, out);
            return;
        }
        StoreUnavailableException unavailable = Failures.unavailable("handle", cause);
        out.act(() -> engine.events().storeFailed("handle", unavailable));
        long now = engine.now();
        if (!engine.isClosed() && now - started < engine.limits().storeTimeoutNanos()) {
            lastFailure = unavailable;
            retryAt = now + Decision.retryDelay(tries); // the room's timer sends it again
        } else {
            end(unavailable, out);
            claim.handlingEnded(false, false, out);
        }
    }

    /** Called first of all that the end brings with it: what fails afterwards leaves nobody waiting. */
    private void end(@Nullable Throwable failure, Outbox<R> out) {
        out.act(() -> {
            if (failure == null) {
                done.complete(true);
            } else {
                done.completeExceptionally(failure);
            }
        });
        ended = true;
        inFlight = false;
        retryAt = null;
    }
}
