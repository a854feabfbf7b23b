package io.apicache;

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
    private int tries;
    private boolean inFlight;
    private boolean ended;
    private long sentAt;

    Handling(Claim<R> claim) {
        this.claim = claim;
        this.room = claim.room();
        this.engine = room.engine();
    }

    /** Encodes the response on this thread. {@return completes when the outcome is there, on whatever thread brings it} */
    CompletableFuture<Boolean> start(R response, Duration keepFor) {
        try {
            prepared = engine.store().prepare(room.key, claim.proof(), response, keepFor);
        } catch (RuntimeException
                | Error e) { // it could not be encoded, perhaps for want of heap: a smaller one may still do
            notSent(e);
            return done;
        }
        started = engine.now();
        send(started);
        return done;
    }

    private void send(long now) {
        int number;
        room.lock.lock();
        try {
            number = ++tries;
            inFlight = true;
            sentAt = now;
        } finally {
            room.lock.unlock();
        }
        CompletableFuture<Stored<R>> answer;
        try {
            answer = Objects.requireNonNull(prepared, "prepared").get().toCompletableFuture();
        } catch (StoreUnavailableException e) {
            answered(number, null, e);
            return;
        } catch (RuntimeException | Error e) { // the store does not take it, and will not take it later
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
            claim.handlingEnded(false, false, out);
            end(why, out);
            return true;
        });
    }

    /** A try that the store does not answer counts as failed with an unknown outcome. */
    void sweep(long now, Outbox<R> out) {
        if (inFlight && now - sentAt >= engine.limits().storeTimeoutNanos()) {
            int number = tries;
            out.act(() -> answered(number, null, engine.calls().unanswered("handle")));
        }
    }

    private void answered(int number, @Nullable Stored<R> stored, @Nullable Throwable failure) {
        room.change(out -> {
            boolean current = !ended && inFlight && number == tries;
            if (current || (!ended && stored instanceof Stored.Accepted<R>)) {
                inFlight = false;
                decide(stored, failure, out);
            }
            return true;
        });
    }

    private void decide(@Nullable Stored<R> stored, @Nullable Throwable failure, Outbox<R> out) {
        if (stored instanceof Stored.Accepted<R> accepted) {
            claim.handlingEnded(true, false, out);
            if (claim.isDoubtful()) {
                room.vacated(claim); // stored and then invalidated, or the other way round: those who wait ask
            } else {
                room.settled(claim, accepted.record(), out);
            }
            end(null, out);
        } else if (stored != null) {
            claim.handlingEnded(false, true, out);
            String why = stored instanceof Stored.Stale<R> ? "another owner has taken over" : "its record is gone";
            end(
                    new LeaseLostException(
                            "the response for " + room.key + " was not stored: the claim was lost, " + why),
                    out);
        } else {
            failed(Failures.unwrap(failure), out);
        }
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
            long due = now + Decision.retryDelay(tries);
            out.act(() -> repeat(due, unavailable));
        } else {
            claim.handlingEnded(false, false, out);
            end(unavailable, out);
        }
    }

    private void repeat(long due, StoreUnavailableException unavailable) {
        if (engine.schedule(() -> send(engine.now()), due)
                == null) { // the cache was closed: there will be no other try
            room.change(out -> {
                claim.handlingEnded(false, false, out);
                end(unavailable, out);
                return true;
            });
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
