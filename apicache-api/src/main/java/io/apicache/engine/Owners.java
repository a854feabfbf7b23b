package io.apicache.engine;

import io.apicache.LeaseLostException;
import io.apicache.StoreUnavailableException;
import io.apicache.engine.Ownership.Closing;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Stored;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The owners of one key in this process: the claim that is held here, earlier ones that were lost while their owners work on, responses on
 * their way, and callers that run without a claim. Guarded by the key's lock.
 */
final class Owners<R> {

    private final KeyContext context;
    private final Key key;
    private final WaitQueue<R> waiters;
    private final RemoteRecord<R> remote;
    private @Nullable Ownership<R> ownership; // held here, or lost and not yet finished by its owner
    private int unprotected; // callers that run without a claim and have not finished
    private long unprotectedEnds;
    private @Nullable Ownership<R> attempting; // those whose response is on its way, also of claims that were lost

    Owners(KeyContext context, Key key, WaitQueue<R> waiters, RemoteRecord<R> remote) {
        this.context = context;
        this.key = key;
        this.waiters = waiters;
        this.remote = remote;
    }

    boolean isEmpty() {
        return ownership == null && unprotected == 0 && attempting == null;
    }

    /** {@return the claim that is held here, or null} */
    @Nullable
    Ownership<R> held() {
        return ownership != null && ownership.isHeld() ? ownership : null;
    }

    boolean holds(AttemptId attempt) {
        Ownership<R> held = held();
        return held != null && held.attemptId().equals(attempt);
    }

    /** A claim was granted. */
    void open(Ownership<R> opened, long now) {
        forgetOldLosses(now);
        opened.follow(ownership);
        ownership = opened;
    }

    /** Callers who came before the claim was confirmed are notified, as far as they do not go on waiting. */
    void stillHeld(Ownership<R> held, long now, Effects<R> effects) {
        if (!waiters.isEmpty()) {
            waiters.onPending(held.fingerprint, held.confirmedUpTo(), held.leaseLeft(now), effects);
        }
    }

    private void forgetOldLosses(long now) {
        if (ownership != null) {
            ownership.forgetOldLosses(now);
        }
    }

    /** The record was invalidated: a claim that is held here may be void. */
    void overtake() {
        if (ownership != null) {
            ownership.overtake();
        }
    }

    // ---- the lease

    /** {@return a question to the store whether the claim still stands} */
    Ownership.Renewal<R> verification(Ownership<R> held, long now) {
        return new Ownership.Renewal<>(held, now, waiters.arrivals());
    }

    /**
     * The store has answered a renewal.
     *
     * @param kept whether the claim still stands, or null if the store failed
     */
    void renewed(
            Ownership.Renewal<R> renewal,
            @Nullable Boolean kept,
            @Nullable Throwable failure,
            long now,
            Effects<R> effects) {
        Ownership<R> held = renewal.ownership();
        if (kept == null && held.state() == Ownership.State.OPEN) {
            effects.add(new RemoteRecord.StoreFailed("renew", Failures.unavailable("renew", Failures.unwrap(failure))));
        }
        if (held.renewed(renewal, kept, now, effects)) {
            stillHeld(held, now, effects);
        }
    }

    // ---- the owner handles

    /** {@return the attempt, or null if the owner has run without a claim and has now finished} */
    @Nullable
    HandleAttempt<R> beginHandle(Ownership<R> owned, boolean byId) {
        if (owned.state() == Ownership.State.UNPROTECTED) {
            owned.handled();
            return null;
        }
        if (byId) {
            requireUnambiguous(owned);
        }
        owned.requireUnfinished("handled");
        if (context.isClosed()) {
            throw new LeaseLostException("the cache was closed, which gave the claim on " + key + " back");
        }
        if (owned.state() == Ownership.State.LOST && owned.isFinished()) { // nothing would repeat the response
            throw new LeaseLostException("the response for " + key + " was not stored: the claim was lost");
        }
        HandleAttempt<R> begun = owned.beginAttempt();
        linkAttempting(owned);
        return begun;
    }

    private void linkAttempting(Ownership<R> owned) {
        owned.next = attempting;
        attempting = owned;
    }

    private void unlinkAttempting(Ownership<R> owned) {
        if (attempting == null || isSame(attempting, owned)) {
            attempting = attempting == null ? null : attempting.next;
            owned.next = null;
            return;
        }
        for (Ownership<R> each = attempting; each != null; each = each.next) {
            if (each.next != null && isSame(each.next, owned)) {
                each.next = owned.next;
            }
        }
        owned.next = null;
    }

    @SuppressWarnings("ReferenceEquality") // identity is what is asked for
    private static boolean isSame(@Nullable Object one, @Nullable Object other) {
        return one == other;
    }

    /** The response is encoded: it is to be sent for the first time. {@return what to send, or null: the cache was closed meanwhile} */
    Ownership.@Nullable Send<R> send(Ownership<R> owned, HandleAttempt<R> attempt, long now) {
        return attempt.ended ? null : new Ownership.Send<>(owned, attempt, attempt.send(waiters.arrivals(), now));
    }

    /** The response cannot be sent. {@code marker} says why, if it is for what the response is. */
    void notSent(
            Ownership<R> owned,
            HandleAttempt<R> attempt,
            Throwable why,
            @Nullable Marker marker,
            long now,
            Effects<R> effects) {
        if (!attempt.ended) {
            end(attempt, why, effects);
            owned.unstorable(marker, attempt.keepFor);
            attemptEnded(owned, attempt, now, effects);
        }
    }

    /** The response is stored, by this try or by an earlier one. */
    void accepted(Ownership.Send<R> sent, Handled<R> record, @Nullable Digest storedFingerprint, Effects<R> effects) {
        Ownership<R> owned = sent.ownership();
        HandleAttempt<R> attempt = sent.attempt();
        if (attempt.ended) {
            return;
        }
        end(attempt, null, effects);
        owned.endAttempt();
        unlinkAttempting(owned);
        owned.handled();
        claimEnded(owned);
        if (owned.isOvertaken()) {
            return; // stored and then invalidated, or the other way round: those who wait ask
        }
        remote.forgetOtherOwner();
        if (!waiters.isEmpty()) { // later ones look: it may be invalidated by now
            waiters.decide(
                    attempt.answersUpTo,
                    waiter -> Resolution.onHandled(record, storedFingerprint, waiter.fingerprint),
                    effects);
        }
    }

    /** The store has answered that the response is not stored. */
    void refused(Ownership.Send<R> sent, Stored<R> reply, long now, Effects<R> effects) {
        Ownership<R> owned = sent.ownership();
        HandleAttempt<R> attempt = sent.attempt();
        if (!attempt.isAwaited(sent.number())) {
            return;
        }
        String why = reply instanceof Stored.Stale<R> ? "another owner has taken over" : "its record is gone";
        end(
                attempt,
                new LeaseLostException("the response for " + key + " was not stored: the claim was lost, " + why),
                effects);
        owned.endAttempt();
        unlinkAttempting(owned);
        if (owned.state() == Ownership.State.OPEN) {
            owned.lose(now, effects);
        }
        claimEnded(owned); // the owner has been notified: nothing is left to be done with this claim
    }

    void sendFailed(Ownership.Send<R> sent, Throwable cause, long now, Effects<R> effects) {
        HandleAttempt<R> attempt = sent.attempt();
        if (attempt.isAwaited(sent.number())) {
            attempt.answered();
            attemptFailed(sent.ownership(), attempt, cause, now, effects);
        }
    }

    private void attemptFailed(
            Ownership<R> owned, HandleAttempt<R> attempt, Throwable cause, long now, Effects<R> effects) {
        if (!Failures.isTransient(cause)) {
            end(attempt, cause, effects);
            owned.unstorable(HandleAttempt.markerFor(cause), attempt.keepFor);
            attemptEnded(owned, attempt, now, effects);
            return;
        }
        StoreUnavailableException unavailable = Failures.unavailable("handle", cause);
        effects.add(new RemoteRecord.StoreFailed("handle", unavailable));
        if (context.isClosed() || !attempt.isRepeated(unavailable, now, context.settings.storeTimeoutNanos())) {
            end(attempt, unavailable, effects);
            attemptEnded(owned, attempt, now, effects);
        }
    }

    /** Called first of all that the end brings with it: what fails afterwards leaves no caller waiting. */
    private static void end(HandleAttempt<?> attempt, @Nullable Throwable failure, Effects<?> effects) {
        effects.add(new Effect.Completed(attempt.done, failure));
        attempt.end();
    }

    /** An attempt has ended, and the response is not stored, or not known to be. */
    private void attemptEnded(Ownership<R> owned, HandleAttempt<R> attempt, long now, Effects<R> effects) {
        owned.endAttempt();
        unlinkAttempting(owned);
        if (attempt.marker != null) {
            owned.end();
            claimEnded(owned);
        } else if (owned.isAbandoned() && owned.unstorable() != null && !context.isClosed()) {
            owned.leaveToKeeper(); // should the next line fail
            var unused = close(owned, now, effects); // which leaves a marker
        } else if (owned.isAbandoned()) {
            owned.end();
            claimEnded(owned);
        } else if (owned.leaveOvertaken()) {
            stillHeld(owned, now, effects);
        }
    }

    /** The cache is closed, and its timer stops: there will be no other answer. */
    void giveUp(Ownership<R> owned, HandleAttempt<R> attempt, long now, Effects<R> effects) {
        if (!attempt.ended) {
            StoreUnavailableException known = attempt.lastFailure;
            end(
                    attempt,
                    !attempt.isInFlight() && known != null
                            ? known
                            : Failures.unanswered("handle", context.settings.storeTimeout()),
                    effects);
            attemptEnded(owned, attempt, now, effects);
        }
    }

    // ---- the owner releases or closes

    /** {@return completes with whether it was this call that gave the claim back} */
    CompletableFuture<Boolean> release(Ownership<R> owned, boolean byId, long now, Effects<R> effects) {
        Ownership.State state = owned.state();
        if (state == Ownership.State.RELEASING || state == Ownership.State.RELEASED) {
            return owned.released().thenApply(done -> false); // another call is at it: over when that one is
        }
        if (byId && state != Ownership.State.UNPROTECTED) {
            requireUnambiguous(owned);
        }
        owned.requireUnfinished("released");
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        if (state == Ownership.State.OPEN) {
            effects.add(new Ownership.Release<>(owned, answer));
            owned.release(answer, now);
            return answer;
        }
        owned.release(answer, now);
        if (state == Ownership.State.UNPROTECTED) {
            finishUnprotected();
        } else {
            claimEnded(owned);
        }
        return CompletableFuture.completedFuture(false);
    }

    /** The store has answered a release, or failed to. */
    void released(Ownership.Release<R> release, Effects<R> effects) {
        release.ownership().end();
        claimEnded(release.ownership());
    }

    /** The owner closes the claim. {@return completes with whether the claim was given back, or null if nothing is to be waited for} */
    @Nullable
    CompletableFuture<Boolean> close(Ownership<R> owned, long now, Effects<R> effects) {
        Closing how = owned.close(context.isClosed());
        if (how == Closing.RELEASE) {
            return release(owned, false, now, effects);
        }
        if (how == Closing.MARK) {
            return mark(owned, now, effects);
        }
        if (how == Closing.LAPSE) {
            lapse(owned, effects); // the work is done and the response is not stored: not offered again at once
        }
        return null;
    }

    /** The work is done, and its response cannot be stored: a marker keeps other callers from doing the work again. */
    private CompletableFuture<Boolean> mark(Ownership<R> owned, long now, Effects<R> effects) {
        HandleAttempt<R> attempt = owned.beginMark();
        linkAttempting(owned);
        attempt.keepFor = context.settings.notKeptFor(owned.unstorableFor());
        effects.add(new Ownership.Send<>(owned, attempt, 1));
        attempt.send(waiters.arrivals(), now);
        return attempt.done.thenApply(marked -> false);
    }

    /** Ends the claim without the store: it is renewed no more. */
    void lapse(Ownership<R> owned, Effects<R> effects) {
        owned.end();
        claimEnded(owned);
    }

    /** The owner has finished with its claim. What remains is an earlier one that was lost, if its owner has not finished. */
    private void claimEnded(Ownership<R> by) {
        by.finish();
        if (isSame(ownership, by)) {
            ownership = by.earlierUnfinished();
        }
    }

    // ---- by id

    /** {@return the claim that handle or release by id means, or null if there is none} */
    @Nullable
    Ownership<R> ownershipById(long now) {
        forgetOldLosses(now);
        if (ownership != null) {
            requireUnambiguous(ownership);
        }
        return ownership;
    }

    /** Fails if the id may mean another claim than this one, perhaps since a moment ago. */
    private void requireUnambiguous(Ownership<R> byId) {
        if (unprotected > 0 || byId.earlierUnfinished() != null || (ownership != null && !isSame(ownership, byId))) {
            throw new IllegalStateException("this cache has handed out more than one claim on " + key
                    + ", an earlier one of which was lost: call handle or release on the FirstSeen receipt instead");
        }
    }

    // ---- callers without a claim

    /** {@return leave to run without a claim, remembered until it is finished so that handle by id finds it} */
    Ownership<R> runUnprotected(@Nullable Digest fingerprint, long now, Effects<R> effects) {
        Ownership<R> leave = Ownership.unprotected(context, key, fingerprint, now);
        unprotected++;
        unprotectedEnds = now + context.settings.workLimitNanos();
        effects.watch();
        return leave;
    }

    /** {@return whether a caller ran here without a claim, and has finished now} */
    boolean finishUnprotected() {
        return unprotected > 0 && unprotected-- > 0;
    }

    // ---- time passes

    /** {@return whether time decides something for an owner} */
    boolean needTime() {
        return attempting != null || (ownership != null && ownership.confirmationDue() != null);
    }

    /** Does what is due for the lease keeper. {@return when there is something to do again} */
    long expire(long now, Effects<R> effects) {
        long due = now + Durations.FOREVER;
        if (ownership != null) {
            due = ownership.expire(waiters.arrivals(), now, effects);
            if (ownership.isFinished()) {
                ownership = ownership.earlierUnfinished();
            }
        }
        Ownership<R> following;
        for (Ownership<R> each = attempting; each != null; each = following) {
            following = each.next;
            due = Timing.earlier(due, expireAttempt(each, now, effects));
        }
        if (unprotected > 0 && now - unprotectedEnds >= 0) {
            unprotected = 0;
        }
        return due;
    }

    /** A try that the store does not answer counts as failed with an unknown outcome. {@return when it does, or is to be sent again} */
    private long expireAttempt(Ownership<R> owned, long now, Effects<R> effects) {
        long timeout = context.settings.storeTimeoutNanos();
        HandleAttempt<R> attempt = owned.attempt();
        Long due = attempt.due(now, timeout);
        if (due != null) {
            return due;
        }
        attempt.answered();
        attemptFailed(owned, attempt, Failures.unanswered("handle", context.settings.storeTimeout()), now, effects);
        return now + timeout;
    }

    /** Sends again what is to be sent again. */
    void repeatIfDue(long now, Effects<R> effects) {
        for (Ownership<R> each = attempting; each != null; each = each.next) {
            repeatIfDue(each, now, effects);
        }
    }

    private void repeatIfDue(Ownership<R> owned, long now, Effects<R> effects) {
        HandleAttempt<R> attempt = owned.attempt();
        if (attempt.isRetryDue(now)) {
            effects.add(new Ownership.Send<>(owned, attempt, attempt.nextNumber()));
            attempt.send(waiters.arrivals(), now);
        }
    }

    /** {@return when time decides something for an owner next, or null} */
    @Nullable
    Long due() {
        Long due = ownership == null ? null : ownership.confirmationDue();
        for (Ownership<R> each = attempting; each != null; each = each.next) {
            Long retryAt = each.attempt().retryAt();
            if (retryAt != null) {
                due = due == null ? retryAt : Long.valueOf(Timing.earlier(due, retryAt));
            }
        }
        return due;
    }

    /** The cache is closed: gives up the claim. Adds to {@code pending} the attempts that a closing cache has to wait for. */
    void closeCache(List<Ownership.Send<R>> pending, long now, Effects<R> effects) {
        unprotected = 0;
        for (Ownership<R> each = attempting; each != null; each = each.next) {
            pending.add(new Ownership.Send<>(each, each.attempt(), 0));
        }
        if (ownership != null) {
            Ownership<R> owned = ownership;
            if (owned.state() == Ownership.State.OPEN) {
                owned.lose(now, effects);
                effects.add(new RemoteRecord.GiveBack(owned.attemptId()));
            }
            claimEnded(owned);
        }
    }
}
