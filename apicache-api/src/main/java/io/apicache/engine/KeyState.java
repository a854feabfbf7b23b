package io.apicache.engine;

import io.apicache.spi.Claimed;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Claimed.Pending;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import org.jspecify.annotations.Nullable;

/**
 * Everything that this process has going on for one key: the callers that wait, what is known of the record in the store, and the claim
 * that is held here. Callers on one key cost the store one claim and one join, however many they are.
 *
 * <p>Events go in, effects come out: there is no lock, clock, thread or store in here. {@link Coordinator} and {@link StoreMoves} pass events in,
 * under the key's lock. Closing the step calls {@link #advance} if time matters, and {@link #conclude} always.
 */
final class KeyState<R> {

    /** Those of this process that own, or owned, the key: events that concern them go to them. */
    final Owners<R> owners;

    private final Key key;
    private final KeyContext context;
    private final WaitQueue<R> waiters;
    private final RemoteRecord<R> remote;
    private boolean ended; // and taken off the map of keys: a caller that still has it looks for a new one
    private Occasion occasion = Occasion.CALLER; // of the step that is taken
    private boolean news; // something has become known since the last visit to callers whose time is up
    private long lastAdvance; // deadlines up to then have been looked at, and their callers wait for an answer

    KeyState(KeyContext context, Key key) {
        this.context = context;
        this.key = key;
        this.waiters = new WaitQueue<>(context);
        this.remote = new RemoteRecord<>(context, waiters);
        this.owners = new Owners<>(context, key, waiters, remote);
    }

    boolean isEnded() {
        return ended;
    }

    // ---- callers come and go

    /** {@return false if the state has ended, and the caller must look for another} */
    boolean arrive(Waiter<R> waiter, Effects<R> effects) {
        if (!ended) {
            admit(waiter, effects);
        }
        return !ended;
    }

    /** {@return whether the caller left undecided; if not, its resolution is there} */
    boolean leave(Waiter<R> waiter) {
        return waiters.remove(waiter);
    }

    private void admit(Waiter<R> waiter, Effects<R> effects) {
        waiters.arrive(waiter);
        if (context.isClosed()) {
            effects.resolve(waiter, new Resolution.Fail<>(closed()));
            return;
        }
        long now = waiter.entered;
        Ownership<R> held = owners.held();
        boolean crowded = held != null || remote.isFailing() || remote.hasOtherOwner();
        boolean meant = WaitQueue.leavesToWait(storedFingerprint(), waiter);
        if (held != null && meant && held.isWorkOf(waiter.blocked())) {
            effects.resolve(waiter, new Resolution.Fail<>(nested()));
            return;
        }
        if (crowded && meant && !waiters.tryReserve(waiter)) {
            effects.resolve(waiter, held != null ? new Resolution.GiveUp<>(held.leaseLeft(now)) : remote.refusal(now));
            return;
        }
        lastAdvance = waiters.isEmpty() ? now - 1 : lastAdvance;
        waiter.waits = meant && crowded;
        try {
            waiters.add(waiter);
        } catch (Throwable e) {
            waiters.uncount(waiter);
            throw e;
        }
        if (held != null) {
            held.confirmFor(now, waiter.lastLook(), !meant);
            held.confirmIfDue(waiters.arrivals(), now, effects);
        } else {
            query(waiter, meant, effects);
        }
    }

    /** Another process may own the claim: asks the store on behalf of a caller, as far as it is not asked already. */
    private void query(Waiter<R> waiter, boolean meant, Effects<R> effects) {
        if (remote.isOpen()) {
            if (!waiter.canWait()) {
                remote.hurry(waiter.entered, effects);
            } else if (remote.hasOtherOwner() && remote.isLate(waiter)) {
                remote.askAgain();
            }
        } else if (!remote.hasOtherOwner()) {
            remote.claim(waiter, waiter.entered, effects);
        } else if (!meant || remote.isLate(waiter)) {
            // What is known of another owner's claim may be out of date: ask before a caller is refused for it.
            remote.join(waiter, waiter.entered, effects);
        }
    }

    static IllegalStateException closed() {
        return new IllegalStateException("the cache is closed");
    }

    private IllegalStateException nested() {
        return new IllegalStateException("this thread holds the claim on " + key
                + " and would wait for itself: it is inside the work that execute runs for this id;"
                + " use the work's own result, or another id for a part of the work");
    }

    /** {@return since when a claim is known to be open, here or elsewhere, or null if none is} */
    @Nullable
    Long underWaySince() {
        Ownership<R> held = owners.held();
        return held != null ? Long.valueOf(held.opened) : remote.otherOwnerSince();
    }

    private @Nullable Digest storedFingerprint() {
        Ownership<R> held = owners.held();
        return held != null ? held.fingerprint : remote.storedFingerprint();
    }

    // ---- the store answers a query

    /** The store has answered with anything but a response. */
    void answered(Query.Ask<R> ask, Claimed<R> reply, long now, Effects<R> effects) {
        Query<R> query = ask.query();
        if (!remote.isOpen(
                query)) { // the answer to a try that was repeated meanwhile, or that no caller waits for any more
            if (reply instanceof Granted<R> && !owners.holds(query.attempt.id())) {
                remote.giveBack(query, effects);
            }
            return;
        }
        try {
            remote.answered();
            if (reply instanceof Granted<R> granted) {
                granted(ask, granted, now, effects);
            } else if (reply instanceof Pending<R> pending) {
                remote.pending(query, ask.answersUpTo(), pending, now, effects);
            } else {
                waiters.decide(
                        waiter -> new Resolution.Run<>(owners.runUnprotected(waiter.fingerprint, now, effects)),
                        effects);
            }
        } catch (Throwable e) {
            if (!owners.holds(query.attempt.id())) {
                remote.notTaken(query);
            }
            throw e;
        }
    }

    /** The claim is this process's: the winner has it, and the others wait for it. */
    private void granted(Query.Ask<R> ask, Granted<R> granted, long now, Effects<R> effects) {
        Query<R> query = ask.query();
        Waiter<R> winner = remote.granted(query, ask.answersUpTo(), now, effects);
        if (winner == null) {
            return;
        }
        Ownership<R> opened =
                Ownership.granted(context, key, query.attempt, granted, query.firstSent, ask.answersUpTo());
        Resolution<R> run = new Resolution.Run<>(opened);
        effects.resolve(winner, run);
        waiters.remove(winner);
        owners.open(opened, now);
        effects.watch();
        if (!waiters.isEmpty()) {
            waiters.after(
                    opened.confirmedUpTo(),
                    later -> opened.confirmFor(
                            later.entered, later.lastLook(), !WaitQueue.leavesToWait(opened.fingerprint, later)));
            owners.stillHeld(opened, now, effects);
        }
    }

    /** The store has answered with the response. {@return whether callers are left who came later, and for whom the store is queried} */
    boolean replayed(Query.Ask<R> ask, Handled<R> handled, @Nullable Digest storedFingerprint, Effects<R> effects) {
        if (!remote.isOpen(ask.query())) {
            return false;
        }
        remote.answered();
        waiters.decide(
                ask.answersUpTo(),
                waiter -> Resolution.onHandled(handled, storedFingerprint, waiter.fingerprint),
                effects);
        return !waiters.isEmpty();
    }

    /** Queries the store on behalf of callers that the last answer was too early for. */
    void claimAgain(long now, Effects<R> effects) {
        remote.claim(waiters.last(), now, effects);
    }

    void queryFailed(Query.Ask<R> ask, Throwable failure, long now, Effects<R> effects) {
        if (remote.isOpen(ask.query())) {
            remote.failed(ask.query(), ask.answersUpTo(), failure, now, effects);
        }
    }

    // ---- messages

    /** The record may have changed. {@return whether it is looked at, with {@link #join}} */
    boolean changed() {
        return owners.held() == null && remote.changed();
    }

    /** The record was handled, and the message carried the response. {@return whether the record is looked at, with {@link #join}} */
    boolean handledElsewhere(
            Handled<R> record, long fencingToken, @Nullable Digest storedFingerprint, Effects<R> effects) {
        return owners.held() == null && remote.handled(record, fencingToken, storedFingerprint, effects);
    }

    /** Looks at the record because of a message. */
    void join(long now, Effects<R> effects) {
        remote.join(waiters.last(), now, effects);
    }

    /**
     * The record was invalidated through this cache. What was granted before may be void, and what comes later is not. {@return the claim
     * that is held here, which may be void, or null}
     */
    @Nullable
    Ownership<R> invalidated() {
        remote.invalidated();
        owners.overtake();
        return owners.held();
    }

    // ---- time passes

    /** Does what is due for the lease keeper. {@return when there is something to do again} */
    long expire(long now, Effects<R> effects) {
        long due = owners.expire(now, effects);
        Long unanswered = remote.expire(now, effects);
        advance(now, effects);
        return earlier(due, earlier(unanswered, waiters.firstEnd()));
    }

    /** A step begins. */
    void begin(Occasion why) {
        occasion = why;
        news |= why == Occasion.NEWS;
    }

    /** {@return whether the step needs to know the time, for {@link #advance}} */
    boolean needsTime() {
        if (ended || occasion == Occasion.CALLER || context.isClosed()) {
            return false;
        }
        boolean waited = !waiters.isEmpty() && (owners.held() != null || !remote.isFirstInFlight());
        return waited || owners.needTime();
    }

    /** Time has passed. */
    void advance(long now, Effects<R> effects) {
        Ownership<R> held = owners.held();
        waiters.expire(
                news ? null : Long.valueOf(lastAdvance),
                now,
                held != null
                        ? waiter -> heldDeadline(held, waiter, now)
                        : waiter -> remote.deadlineResolution(waiter, now),
                held != null ? waiter -> heldEnd(held, waiter, now) : waiter -> remote.endResolution(now),
                effects);
        news = false;
        lastAdvance = now;
        if (held != null) {
            held.confirmIfDue(waiters.arrivals(), now, effects);
        } else if (!waiters.isEmpty()) {
            remote.advance(now, effects);
        }
        owners.repeatIfDue(now, effects);
    }

    private @Nullable Resolution<R> heldDeadline(Ownership<R> held, Waiter<R> waiter, long now) {
        return waiter.arrival <= held.confirmedUpTo() ? heldEnd(held, waiter, now) : null;
    }

    private Resolution<R> heldEnd(Ownership<R> held, Waiter<R> waiter, long now) {
        Resolution<R> refused = WaitQueue.onPending(held.fingerprint, waiter, held.leaseLeft(now));
        return refused != null ? refused : new Resolution.GiveUp<>(held.leaseLeft(now));
    }

    /** Ends a step: draws the consequences that need no time. */
    void conclude(Effects<R> effects) {
        if (ended) {
            return;
        }
        if (context.isClosed()) {
            waiters.decide(waiter -> new Resolution.Fail<>(closed()), effects);
        }
        remote.abandon(effects);
        if (waiters.isEmpty() && !remote.isOpen()) {
            remote.forgetOtherOwner(); // who comes next asks: no caller here would have heard of a change meanwhile
            ended = owners.isEmpty();
        }
    }

    /** {@return when time decides something next, or null} What the store does not answer is left to the lease keeper. */
    @Nullable
    Long nextDeadline() {
        if (ended) {
            return null;
        }
        Ownership<R> held = owners.held();
        Long due = null;
        if (held != null || remote.hasOtherOwner() || remote.isFailing()) {
            due = waiters.firstDeadlineAfter(lastAdvance);
        }
        due = earlier(due, owners.due());
        return held != null ? due : earlier(due, remote.due());
    }

    private static @Nullable Long earlier(@Nullable Long a, @Nullable Long b) {
        return a == null ? b : b == null ? a : Long.valueOf(Timing.earlier(a, b));
    }

    private static long earlier(long a, @Nullable Long b) {
        return b == null ? a : Timing.earlier(a, b);
    }
}
