package io.apicache;

import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
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
    private long started;
    private long covers; // the arrivals before the response was first sent, who get it
    private int tries;
    private boolean inFlight;
    private boolean ended;
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
        try {
            prepared = engine.store().prepare(room.key, claim.proof(), response, keepFor);
        } catch (Throwable e) { // it could not be encoded, perhaps for want of heap: a smaller one may still do
            notSent(e);
            return done;
        }
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
        return done;
    }

    private void sending(long now) {
        tries++;
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
            notSent(e);
            return;
        }
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            answered(number, answer.join(), null);
            return;
        }
        engine.keeper().watch();
        var unused = answer.whenComplete((stored, failure) -> answered(number, stored, failure));
    }

    private void notSent(Throwable why) {
        room.change(out -> {
            if (!ended) {
                claim.handlingEnded(false, false, out);
                end(why, out);
            }
            return true;
        });
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
        if (!inFlight) {
            return retryAt == null ? now + timeout : retryAt;
        }
        if (now - sentAt >= timeout) {
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
                claim.handlingEnded(false, false, out);
                end(!inFlight && known != null ? known : engine.calls().unanswered("handle"), out);
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
                inFlight = false;
                retryAt = null;
                claim.handlingEnded(true, false, out);
                if (claim.isDoubtful()) {
                    room.vacated(claim); // stored and then invalidated, or the other way round: those who wait ask
                } else {
                    room.settled(claim, record, fingerprint, covers, out);
                }
                end(null, out);
            }
            return true;
        });
    }

    private void refused(Stored<R> stored, Outbox<R> out) {
        claim.handlingEnded(false, true, out);
        String why = stored instanceof Stored.Stale<R> ? "another owner has taken over" : "its record is gone";
        end(
                new LeaseLostException("the response for " + room.key + " was not stored: the claim was lost, " + why),
                out);
    }

    private void failed(Throwable cause, Outbox<R> out) {
        if (!Failures.isTransient(cause)) {
            claim.handlingEnded(false, false, out);
            end((ApiCacheException) cause, out);
            return;
        }
        StoreUnavailableException unavailable = Failures.unavailable("handle", cause);
        out.act(() -> engine.events().storeFailed("handle", unavailable));
        long now = engine.now();
        if (!engine.isClosed() && now - started < engine.limits().storeTimeoutNanos()) {
            lastFailure = unavailable;
            retryAt = now + Decision.retryDelay(tries); // the room's timer sends it again
        } else {
            claim.handlingEnded(false, false, out);
            end(unavailable, out);
        }
    }

    private void end(@Nullable Throwable failure, Outbox<R> out) {
        ended = true;
        out.act(() -> {
            if (failure == null) {
                done.complete(true);
            } else {
                done.completeExceptionally(failure);
            }
        });
    }
}
