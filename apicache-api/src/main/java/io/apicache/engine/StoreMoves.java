package io.apicache.engine;

import io.apicache.StoreUnavailableException;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Time;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The moves of the store, asked on behalf of a key, and the way of each answer back to the key. Never called under a key's lock.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class StoreMoves<R> {

    private static final int DEEPEST = 8;

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<KeySlot> NESTED =
            AtomicIntegerFieldUpdater.newUpdater(KeySlot.class, "nested");

    private final Store<R> store;
    private final KeyContext context;
    private final Time time;
    private final Threads threads;
    private final EventSink events;
    private final StoreClient client;
    private final Steps<R> steps;
    private final LeaseKeeper<R> keeper;

    StoreMoves(
            Store<R> store,
            KeyContext context,
            Time time,
            Threads threads,
            EventSink events,
            StoreClient client,
            Steps<R> steps,
            LeaseKeeper<R> keeper) {
        this.store = store;
        this.context = context;
        this.time = time;
        this.threads = threads;
        this.events = events;
        this.client = client;
        this.steps = steps;
        this.keeper = keeper;
    }

    // ---- claim and join

    /**
     * {@return whether too many answers that a store gave at once are nested on this stack} The next query then runs on the timer: callers
     * who keep coming must not make the stack of one of them grow.
     */
    private static boolean isNestedTooDeep(KeySlot<?> slot) {
        return slot.nested > DEEPEST;
    }

    void ask(KeySlot<R> slot, Query.Ask<R> ask) {
        if (isNestedTooDeep(slot) && threads.scheduleAt(() -> askNow(slot, ask), steps.now(), time) != null) {
            return;
        }
        askNow(slot, ask);
    }

    private void askNow(KeySlot<R> slot, Query.Ask<R> ask) {
        Query<R> query = ask.query();
        CompletableFuture<Claimed<R>> answer;
        try {
            answer = (query.joins ? store.join(slot.key, query.attempt) : store.claim(slot.key, query.attempt))
                    .toCompletableFuture();
        } catch (Throwable e) { // an Error, too: the caller would never hear of it
            answer = CompletableFuture.failedFuture(e);
        }
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            NESTED.incrementAndGet(slot);
            try {
                answered(slot, ask, answer.join(), null);
            } finally {
                NESTED.decrementAndGet(slot);
            }
            return;
        }
        keeper.watch();
        var unused = answer.whenComplete((reply, failure) -> answered(slot, ask, reply, failure));
    }

    private void answered(KeySlot<R> slot, Query.Ask<R> ask, @Nullable Claimed<R> reply, @Nullable Throwable failure) {
        if (reply == null) {
            queryFailed(slot, ask, Failures.unwrap(failure));
        } else if (reply instanceof Handled<R> handled) {
            replayed(slot, ask, handled);
        } else {
            long now = steps.nowOr(ask.sent()); // an answer is not lost for want of the time
            try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
                step.state().answered(ask, reply, now, step);
            }
        }
    }

    private void replayed(KeySlot<R> slot, Query.Ask<R> ask, Handled<R> handled) {
        Digest storedFingerprint;
        try {
            storedFingerprint = handled.fingerprint(); // the store's code: not under the key's lock
        } catch (Throwable e) {
            queryFailed(slot, ask, Failures.unwrap(e));
            return;
        }
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            if (step.state().replayed(ask, handled, storedFingerprint, step)) {
                step.state().claimAgain(steps.now(), step);
            }
        }
    }

    private void queryFailed(KeySlot<R> slot, Query.Ask<R> ask, Throwable failure) {
        long now = steps.nowOr(ask.sent());
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            step.state().queryFailed(ask, failure, now, step);
        }
    }

    // ---- renew

    void renew(KeySlot<R> slot, Ownership.Renewal<R> renewal) {
        if (isNestedTooDeep(slot) && threads.scheduleAt(() -> renewNow(slot, renewal), steps.now(), time) != null) {
            return;
        }
        renewNow(slot, renewal);
    }

    private void renewNow(KeySlot<R> slot, Ownership.Renewal<R> renewal) {
        CompletableFuture<Boolean> answer =
                StoreClient.ask(() -> store.renew(slot.key, renewal.ownership().token(), context.settings.lease()));
        boolean atOnce = answer.isDone();
        if (atOnce) {
            NESTED.incrementAndGet(slot);
        }
        try {
            var unused = answer.whenComplete((kept, failure) -> renewed(slot, renewal, kept, failure));
        } finally {
            if (atOnce) {
                NESTED.decrementAndGet(slot);
            }
        }
    }

    private void renewed(
            KeySlot<R> slot, Ownership.Renewal<R> renewal, @Nullable Boolean kept, @Nullable Throwable failure) {
        long now = steps.nowOr(renewal.sent());
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            step.owners().renewed(renewal, kept, failure, now, step);
        }
    }

    // ---- handle and mark

    void send(KeySlot<R> slot, Ownership.Send<R> send) {
        HandleAttempt<R> attempt = send.attempt();
        CompletableFuture<Stored<R>> answer;
        try {
            answer = (attempt.marker != null
                            ? store.mark(slot.key, send.ownership().token(), attempt.marker, attempt.keepFor)
                            : Objects.requireNonNull(attempt.prepared, "prepared")
                                    .get())
                    .toCompletableFuture();
        } catch (StoreUnavailableException e) {
            sendFailed(slot, send, e);
            return;
        } catch (Throwable e) { // the store does not take it, and will not take it later
            notSent(slot, send.ownership(), attempt, e, HandleAttempt.markerForRefusal(e));
            return;
        }
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            sent(slot, send, answer.join(), null);
            return;
        }
        keeper.watch();
        var unused = answer.whenComplete((stored, failure) -> sent(slot, send, stored, failure));
    }

    private void sent(KeySlot<R> slot, Ownership.Send<R> send, @Nullable Stored<R> reply, @Nullable Throwable failure) {
        if (reply instanceof Stored.Accepted<R> accepted) {
            accepted(slot, send, accepted.record());
        } else if (reply == null) {
            sendFailed(slot, send, Failures.unwrap(failure));
        } else {
            long now = steps.nowOr(send.ownership().opened);
            try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
                step.owners().refused(send, reply, now, step);
            }
        }
    }

    private void accepted(KeySlot<R> slot, Ownership.Send<R> send, Handled<R> record) {
        Digest storedFingerprint;
        try {
            storedFingerprint = record.fingerprint(); // the store's code: not under the key's lock
        } catch (Throwable e) {
            sendFailed(slot, send, Failures.unwrap(e));
            return;
        }
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            step.owners().accepted(send, record, storedFingerprint, step);
        }
    }

    private void sendFailed(KeySlot<R> slot, Ownership.Send<R> send, Throwable failure) {
        long now = steps.nowOr(send.ownership().opened);
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            step.owners().sendFailed(send, failure, now, step);
        }
    }

    /** The response could not be sent at all. Throws nothing that leaves the caller waiting. */
    void notSent(
            KeySlot<R> slot, Ownership<R> owned, HandleAttempt<R> attempt, Throwable why, @Nullable Marker marker) {
        try {
            long now = steps.nowOr(owned.opened);
            try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
                step.owners().notSent(owned, attempt, why, marker, now, step);
            }
        } finally {
            if (!attempt.ended) { // the step failed as well
                attempt.done.completeExceptionally(why);
            }
        }
    }

    // ---- release

    void release(KeySlot<R> slot, Ownership.Release<R> release) {
        CompletableFuture<Boolean> answer;
        try {
            answer = giveBack(slot.key, release.ownership().attemptId());
        } catch (Throwable e) { // an Error on the way: the lease runs out by itself
            answer = CompletableFuture.failedFuture(e);
        }
        var unused = answer.whenComplete((held, failure) -> released(slot, release, failure));
    }

    /** Tells the owner last, and whatever fails before: its code may follow, and other callers can go on by then. */
    private void released(KeySlot<R> slot, Ownership.Release<R> release, @Nullable Throwable failure) {
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            step.owners().released(release, step);
        } finally {
            Effect.complete(release.answer(), failure);
        }
    }

    /** Gives a claim back that is, or may be, this process's. {@return fails with StoreUnavailableException, and in bounded time} */
    CompletableFuture<Boolean> giveBack(Key key, AttemptId attempt) {
        return client.bounded("release", () -> store.release(key, attempt)).whenComplete((held, failure) -> {
            if (failure != null) {
                storeFailed("release", Failures.unavailable("release", Failures.unwrap(failure)));
            }
        });
    }

    /** Notifies the listener of a failure of the store. */
    void storeFailed(String verb, StoreUnavailableException failure) {
        if (events.isHeard()) {
            threads.callBack(() -> events.storeFailed(verb, failure));
        }
    }

    /**
     * Asks the store whether a claim still stands.
     *
     * @return completes when that is known, or is left to the lease keeper, which goes on asking
     */
    CompletableFuture<Boolean> verify(KeySlot<R> slot, Ownership<R> held) {
        CompletableFuture<Boolean> verified;
        try {
            Ownership.Renewal<R> renewal = verification(slot, held);
            verified = client.bounded("renew", () -> store.renew(slot.key, held.token(), context.settings.lease()))
                    .whenComplete((kept, failure) -> renewed(slot, renewal, kept, failure));
        } catch (Throwable e) {
            verified = CompletableFuture.failedFuture(e);
        }
        return verified.exceptionally(failure -> {
            Failures.log(Incident.CLAIM_NOT_VERIFIED, slot.key, failure);
            return false; // the record is gone, which is what the caller asked for
        });
    }

    private Ownership.Renewal<R> verification(KeySlot<R> slot, Ownership<R> held) {
        long now = steps.now();
        slot.lock.lock();
        try {
            return slot.state.owners.verification(held, now);
        } finally {
            slot.lock.unlock();
        }
    }
}
