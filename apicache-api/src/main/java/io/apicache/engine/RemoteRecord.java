package io.apicache.engine;

import io.apicache.ApiCacheException;
import io.apicache.StoreUnavailableException;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Claimed.Pending;
import io.apicache.spi.Digest;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one key's record in the store while no claim is held here, and the query that is open.
 *
 * <p>At most one query is in flight. It answers callers that arrived before it was sent; a caller who came later gets the next one, so that
 * no answer is older than the call that receives it. Guarded by the key's lock.
 */
final class RemoteRecord<R> {

    /** A claim is given back that is, or may be, this process's, and that no caller has got. */
    record GiveBack(AttemptId attempt) implements Effect {}

    /** The listener is notified of a failure of the store. */
    record StoreFailed(String verb, StoreUnavailableException failure) implements Effect {}

    private final KeyContext context;
    private final WaitQueue<R> waiters;

    private @Nullable Query<R> query; // in flight, or failed and about to be repeated
    private boolean queryAgain; // something happened that the query in flight may be too early for
    private @Nullable Pending<R> otherOwner; // another owner's claim, as last seen
    private long seenToken; // of the claim that was seen last
    private long seenSince; // when it was seen first
    private long seenUpTo; // the arrivals before the query that saw it
    private long leaseEnds;
    private long lastLook;
    private int quietLooks;
    private double jitter;

    RemoteRecord(KeyContext context, WaitQueue<R> waiters) {
        this.context = context;
        this.waiters = waiters;
    }

    // ---- what is known

    /** {@return whether a query is open} */
    boolean isOpen() {
        return query != null;
    }

    /** {@return whether this query is the one that is open} */
    @SuppressWarnings("ReferenceEquality")
    boolean isOpen(Query<R> asked) {
        return query == asked;
    }

    /** {@return whether the query that is open has failed, and is repeated} */
    boolean isFailing() {
        return query != null && query.lastFailure != null;
    }

    /** {@return whether another owner was seen to hold the claim} */
    boolean hasOtherOwner() {
        return otherOwner != null;
    }

    @Nullable
    Digest storedFingerprint() {
        return otherOwner == null ? null : otherOwner.fingerprint();
    }

    long leaseLeft(long now) {
        return otherOwner == null ? 0 : Math.max(0, leaseEnds - now);
    }

    /** {@return when another owner's claim was first seen here, or null if none is known} */
    @Nullable
    Long otherOwnerSince() {
        return otherOwner == null ? null : seenSince;
    }

    void forgetOtherOwner() {
        otherOwner = null;
    }

    /** {@return the outcome of a waiter whose time is up, or null while what is known of the record is older than its call} */
    @Nullable
    Resolution<R> deadlineResolution(Waiter<R> waiter, long now) {
        StoreUnavailableException failure = query == null ? null : query.lastFailure;
        long left = leaseLeft(now);
        if (failure != null && left == 0) { // another owner may be at work no more
            return new Resolution.Fail<>(failure);
        }
        boolean known = otherOwner != null && (failure != null || waiter.arrival <= seenUpTo);
        return known ? new Resolution.GiveUp<>(left) : null;
    }

    /** {@return the outcome of a caller that has reached its end} */
    Resolution<R> endResolution(long now) {
        long left = leaseLeft(now);
        if (left > 0) {
            return new Resolution.GiveUp<>(left);
        }
        StoreUnavailableException failure = query == null ? null : query.lastFailure;
        String verb = query == null ? "join" : query.verb();
        return new Resolution.Fail<>(failure != null ? failure : unanswered(verb));
    }

    private StoreUnavailableException unanswered(String verb) {
        return Failures.unanswered(verb, context.settings.storeTimeout());
    }

    /** {@return the outcome of a caller that cannot wait until more is known} */
    Resolution<R> refusal(long now) {
        StoreUnavailableException failure = query == null ? null : query.lastFailure;
        long left = leaseLeft(now);
        return failure != null && left == 0 ? new Resolution.Fail<>(failure) : new Resolution.GiveUp<>(left);
    }

    // ---- querying

    void claim(Waiter<R> candidate, long now, Effects<R> effects) {
        ask(candidate, false, now, effects);
    }

    void join(Waiter<R> candidate, long now, Effects<R> effects) {
        jitter = context.jitter();
        ask(candidate, true, now, effects);
    }

    private void ask(Waiter<R> candidate, boolean joins, long now, Effects<R> effects) {
        Attempt attempt =
                new Attempt(context.nextId(), candidate.fingerprint, context.settings.lease(), waiters.allCanWait());
        Query<R> next = new Query<>(attempt, candidate, joins, waiters.arrivals(), now);
        effects.add(new Query.Ask<>(next, next.answersUpTo, now));
        query = next;
        lastLook = now;
        queryAgain = false;
    }

    private void repeat(Query<R> asked, long now, Effects<R> effects) {
        effects.add(new Query.Ask<>(asked, waiters.arrivals(), now));
        asked.repeat(waiters.arrivals(), now);
    }

    /** {@return whether the last query was sent after this caller's last look was due} The caller would get no other look in time. */
    boolean isLate(Waiter<R> waiter) {
        return waiter.lastLook() - lastLook <= 0;
    }

    /** A caller has come while a query is open that may be too early for it. */
    void askAgain() {
        queryAgain = true;
    }

    /** A caller who has no time for a pause has come: a query that failed is repeated at once. */
    void hurry(long now, Effects<R> effects) {
        Query<R> asked = query;
        if (asked != null && !asked.inFlight) {
            repeat(asked, now, effects);
        }
    }

    // ---- answers

    /** The query that is open has been answered: what was known before is out of date. */
    void answered() {
        query = null;
        otherOwner = null;
    }

    /** The answer could not be taken, for want of heap, say: the keeper takes the query for unanswered, and it is repeated. */
    void notTaken(Query<R> asked) {
        query = query != null ? query : asked;
    }

    void giveBack(Query<R> granted, Effects<R> effects) {
        effects.add(new GiveBack(granted.attempt.id()));
    }

    /** {@return the caller who gets the claim, or null if it is given back: those who are still here ask again, when time passes} */
    @Nullable
    Waiter<R> granted(Query<R> asked, long answersUpTo, long now, Effects<R> effects) {
        boolean unfit = context.isClosed() || asked.discardGrant || asked.isStale(now, context.settings);
        Waiter<R> winner = unfit ? null : waiters.winner(asked, answersUpTo);
        if (winner == null) {
            giveBack(asked, effects);
        }
        return winner;
    }

    void pending(Query<R> asked, long answersUpTo, Pending<R> pending, long now, Effects<R> effects) {
        otherOwner = pending;
        seenUpTo = answersUpTo;
        if (seenToken != pending.number()) {
            seenToken = pending.number();
            seenSince = now;
        }
        long left = Durations.clamped(pending.leaseLeft());
        leaseEnds = now + left;
        boolean unanswered = waiters.onPending(pending.fingerprint(), answersUpTo, left, effects);
        quietLooks = asked.joins ? quietLooks + 1 : 0;
        if (!waiters.isEmpty()) {
            effects.watch();
            if (!asked.joins || queryAgain || unanswered) {
                join(waiters.last(), now, effects);
            }
        }
    }

    void failed(Query<R> asked, long answersUpTo, Throwable cause, long now, Effects<R> effects) {
        if (!Failures.isTransient(cause)) { // a record that cannot be read: asking again would not change it
            answered(); // so that those who came later look for themselves
            waiters.decide(answersUpTo, waiter -> new Resolution.Fail<>((ApiCacheException) cause), effects);
            return;
        }
        StoreUnavailableException unavailable = Failures.unavailable(asked.verb(), cause);
        asked.failed(unavailable, now);
        effects.add(new StoreFailed(asked.verb(), unavailable));
        waiters.decide(answersUpTo, waiter -> waiter.canWait() ? null : refusal(now), effects);
        waiters.park(refusal(now), effects);
        if (!waiters.isEmpty()) {
            effects.watch();
            if (!waiters.allCanWait()) { // they came after this try was sent, and have no time for a pause
                repeat(asked, now, effects);
            }
        }
    }

    // ---- messages

    /** {@return whether the record is looked at because of a message} Repeated messages cost one look, and one more after it. */
    boolean changed() {
        queryAgain = query != null;
        quietLooks = 0;
        return query == null && otherOwner != null && !waiters.isEmpty();
    }

    /**
     * A message carried the response. It is ignored if its token is older than the last one seen. It answers callers that arrived before
     * the query that saw this claim: the record was handled after they came. For later callers the key sends a join, since the record may
     * have been invalidated before they came.
     *
     * @return whether the record is looked at because of the message
     */
    boolean handled(Handled<R> record, long fencingToken, @Nullable Digest storedFingerprint, Effects<R> effects) {
        if (otherOwner == null) {
            queryAgain |= query != null; // the answer that it overtook says whether it is any news
            return false;
        }
        if (fencingToken < otherOwner.number()) {
            return false;
        }
        waiters.decide(
                seenUpTo, waiter -> Resolution.onHandled(record, storedFingerprint, waiter.fingerprint), effects);
        return changed();
    }

    /**
     * The record was invalidated. If a query is in flight, it is not known whether the store answered it before or after; and what a
     * message carries from now on may be the response that was invalidated.
     */
    void invalidated() {
        otherOwner = null;
        if (query != null) {
            query.discardGrant = true;
            queryAgain = true;
        }
    }

    // ---- time passes

    /** {@return whether time decides nothing now: the first answer is still to come, or the keeper finds that there is none} */
    boolean isFirstInFlight() {
        return query != null && query.inFlight && query.lastFailure == null && otherOwner == null;
    }

    /** Queries the store, or repeats the query, if it is time to. Callers wait, and no claim is held here. */
    void advance(long now, Effects<R> effects) {
        Query<R> asked = query;
        if (asked == null) {
            if (otherOwner == null || now - nextLook() >= 0) {
                join(waiters.last(), now, effects);
            }
        } else if (!asked.inFlight && now - asked.retryAt >= 0) {
            repeat(asked, now, effects);
        }
    }

    /** A query that failed and that no caller waits for any more is not repeated. */
    void abandon(Effects<R> effects) {
        Query<R> asked = query;
        if (asked != null && !asked.inFlight && waiters.isEmpty()) {
            query = null;
            if (asked.mayBeGranted) {
                giveBack(asked, effects);
            }
        }
    }

    /** A query that the store does not answer counts as failed. {@return when that is, or null} */
    @Nullable
    Long expire(long now, Effects<R> effects) {
        Query<R> asked = query;
        if (asked == null || !asked.inFlight) {
            return null;
        }
        long due = asked.lastSent + context.settings.storeTimeoutNanos();
        if (now - due < 0) {
            return due;
        }
        failed(asked, asked.answersUpTo, unanswered(asked.verb()), now, effects);
        return null;
    }

    /** {@return when the store is to be queried, or queried again, for those who wait, or null} */
    @Nullable
    Long due() {
        if (query != null) {
            return query.inFlight ? null : query.retryAt;
        }
        return otherOwner == null || waiters.isEmpty() ? null : nextLook();
    }

    private long nextLook() {
        Long deadline = waiters.firstDeadlineAfter(lastLook + Timing.LAST_LOOK);
        long next = Timing.nextLook(lastLook, quietLooks, leaseEnds, deadline, jitter);
        Long shortLook = waiters.firstShortLookAfter(lastLook);
        return shortLook == null ? next : Timing.earlier(next, shortLook);
    }
}
