package io.apicache;

import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Claimed.Pending;
import io.apicache.spi.Digest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What the store has been asked about one key, and what it said last of somebody else's claim.
 *
 * <p>At most one look is in flight. It answers those who arrived before it was sent; whoever came later gets the next one, so that
 * no answer is older than the call that receives it. Mutable state is guarded by the room's lock.
 */
final class Inquiry<R> {

    private final Room<R> room;
    private final Engine<R> engine;
    private final Waiters<R> waiters;

    private @Nullable Look<R> look; // on its way, or failed and about to be repeated
    private boolean lookAgain; // something happened that the look in flight may be too early for
    private @Nullable Pending<R> foreign; // somebody else's claim, as last seen
    private long leaseEnds;
    private long lastLook;
    private int quietLooks;
    private double jitter;

    Inquiry(Room<R> room, Waiters<R> waiters) {
        this.room = room;
        this.engine = room.engine();
        this.waiters = waiters;
    }

    // ---- what is known

    /** {@return whether a question is open} */
    boolean isOpen() {
        return look != null;
    }

    /** {@return whether the question that is open has failed, and is asked again} */
    boolean isFailing() {
        return look != null && look.lastFailure != null;
    }

    /** {@return whether somebody else was seen to hold the claim} */
    boolean isForeign() {
        return foreign != null;
    }

    @Nullable
    Digest recorded() {
        return foreign == null ? null : foreign.fingerprint();
    }

    long leaseLeft() {
        return foreign == null ? 0 : Math.max(0, leaseEnds - engine.now());
    }

    void forgetForeign() {
        foreign = null;
    }

    /** {@return what a waiter is told whose time is up, or null while nothing at all is known of the record} */
    @Nullable
    Verdict<R> timeIsUp() {
        StoreUnavailableException failure = look == null ? null : look.lastFailure;
        if (failure != null && leaseLeft() == 0) { // whoever was at work may be so no more
            return new Verdict.Fail<>(failure);
        }
        return foreign == null ? null : new Verdict.GiveUp<>(leaseLeft());
    }

    // ---- asking

    void claim(Waiter<R> candidate, long now, Outbox<R> out) {
        ask(candidate, false, now, out);
    }

    void join(Waiter<R> candidate, long now, Outbox<R> out) {
        jitter = ThreadLocalRandom.current().nextDouble();
        ask(candidate, true, now, out);
    }

    private void ask(Waiter<R> candidate, boolean joins, long now, Outbox<R> out) {
        Attempt attempt = new Attempt(
                AttemptId.next(), candidate.fingerprint(), engine.limits().lease(), waiters.allMayWait());
        Look<R> next = new Look<>(attempt, candidate, joins, room.arrivals(), now);
        look = next;
        lastLook = now;
        lookAgain = false;
        out.act(() -> send(next));
    }

    private void send(Look<R> sent) {
        CompletableFuture<Claimed<R>> answer = Calls.ask(() -> sent.joins
                ? engine.store().join(room.key, sent.attempt)
                : engine.store().claim(room.key, sent.attempt));
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            answered(sent, answer.join(), null);
            return;
        }
        engine.keeper().watch();
        var unused = answer.whenComplete((said, failure) -> answered(sent, said, failure));
    }

    // ---- answers

    private void answered(Look<R> sent, @Nullable Claimed<R> said, @Nullable Throwable failure) {
        room.change(out -> {
            if (look != sent) {
                tooLate(sent, said, out);
            } else if (said != null) {
                look = null;
                foreign = null;
                settle(sent, said, out);
            } else {
                failed(sent, Failures.unwrap(failure), out);
            }
            return true;
        });
    }

    /** The answer to a try that was repeated meanwhile, or that everybody has stopped waiting for. */
    private void tooLate(Look<R> sent, @Nullable Claimed<R> said, Outbox<R> out) {
        if (said instanceof Granted<R> && !room.holds(sent.attempt.id())) {
            giveBack(sent, out);
        }
    }

    private void giveBack(Look<R> granted, Outbox<R> out) {
        out.act(() -> {
            var unused = engine.giveBack(room.key, granted.attempt.id()); // the listener is told of a failure
        });
    }

    private void settle(Look<R> sent, Claimed<R> said, Outbox<R> out) {
        if (said instanceof Granted<R> granted) {
            boolean unfit = engine.isClosed() || sent.doubtful || sent.isStale(engine.now(), engine.limits());
            Waiter<R> winner = unfit ? null : waiters.winner(sent);
            if (winner == null) {
                giveBack(sent, out); // those who are still here ask again, when time passes in the room
            } else {
                room.open(winner, granted, sent.firstSent, out);
            }
        } else if (said instanceof Pending<R> pending) {
            pending(sent, pending, out);
        } else if (said instanceof Handled<R> handled) {
            waiters.decide(sent.covers, waiter -> Decision.onHandled(handled, waiter.fingerprint()), out);
            if (!waiters.isEmpty()) {
                claim(waiters.last(), engine.now(), out);
            }
        } else {
            waiters.decide(waiter -> new Verdict.Run<>(room.runUnprotected(waiter.request)), out);
        }
    }

    private void pending(Look<R> sent, Pending<R> pending, Outbox<R> out) {
        foreign = pending;
        long now = engine.now();
        long left = Durations.nanos(pending.leaseLeft(), "leaseLeft");
        leaseEnds = now + left;
        waiters.decide(sent.covers, waiter -> Decision.onPending(pending.fingerprint(), waiter, left), out);
        waiters.leftToWait(left, out);
        quietLooks = sent.joins ? quietLooks + 1 : 0;
        boolean unanswered = waiters.any(waiter -> Decision.onPending(pending.fingerprint(), waiter, left));
        if (!waiters.isEmpty() && (!sent.joins || lookAgain || unanswered)) {
            join(waiters.last(), now, out);
        }
    }

    private void failed(Look<R> sent, Throwable cause, Outbox<R> out) {
        if (!Failures.isTransient(cause)) { // a record that cannot be read: asking again would not change it
            look = null;
            waiters.decide(sent.covers, waiter -> new Verdict.Fail<>((ApiCacheException) cause), out);
            return;
        }
        StoreUnavailableException unavailable = Failures.unavailable(sent.verb(), cause);
        sent.failed(unavailable, engine.now());
        out.act(() -> engine.events().storeFailed(sent.verb(), unavailable));
        waiters.decide(sent.covers, waiter -> waiter.mayWait() ? null : new Verdict.Fail<>(unavailable), out);
        waiters.leftToWait();
    }

    // ---- hints

    /** The record may have changed. Repeated hints cost one look, and one more after it. */
    void changed(Outbox<R> out) {
        lookAgain = look != null;
        quietLooks = 0;
        if (look == null && foreign != null && !waiters.isEmpty()) {
            join(waiters.last(), engine.now(), out);
        }
    }

    /** A message brought the response along. An old one, from before the claim that was last seen, is no news. */
    void handled(Handled<R> record, Outbox<R> out) {
        if (foreign == null) {
            lookAgain |= look != null; // the answer that it overtook says whether it is any news
        } else if (record.number() >= foreign.number()) {
            waiters.decide(waiter -> Decision.onHandled(record, waiter.fingerprint()), out);
        }
    }

    /**
     * The record was invalidated. If a question was on its way, nobody can tell whether before or after it was granted; and what a
     * message brings from now on may be the response that was invalidated.
     */
    void doubt() {
        foreign = null;
        if (look != null) {
            look.doubtful = true;
            lookAgain = true;
        }
    }

    // ---- time passes

    /** {@return whether time decides nothing now: the first answer is still to come, or the keeper finds that there is none} */
    boolean isFirstInFlight() {
        return look != null && look.inFlight && look.lastFailure == null && foreign == null;
    }

    /** Asks, or asks again, if it is time to. Somebody waits, and nobody here holds the claim. */
    void timePasses(long now, Outbox<R> out) {
        Look<R> asked = look;
        if (asked == null) {
            if (foreign == null || now - nextLook() >= 0) {
                join(waiters.last(), now, out);
            }
        } else if (!asked.inFlight && now - asked.retryAt >= 0) {
            asked.repeat(now);
            out.act(() -> send(asked));
        }
    }

    /** A question that is not answered and that nobody waits for any more is not asked again. */
    void abandon(Outbox<R> out) {
        Look<R> asked = look;
        if (asked != null && !asked.inFlight && waiters.isEmpty()) {
            look = null;
            if (asked.mayBeGranted) {
                giveBack(asked, out);
            }
        }
    }

    /** A look that the store does not answer counts as failed. {@return when that is, or null} */
    @Nullable
    Long sweep(long now, Outbox<R> out) {
        Look<R> asked = look;
        if (asked == null || !asked.inFlight) {
            return null;
        }
        long due = asked.lastSent + engine.limits().storeTimeoutNanos();
        if (now - due < 0) {
            return due;
        }
        failed(asked, engine.calls().unanswered(asked.verb()), out);
        return null;
    }

    /** {@return when there is something to do for the waiters, or null} */
    @Nullable
    Long due(boolean held) {
        Long due = held || foreign != null || isFailing() ? waiters.firstDeadline() : null;
        if (look != null && !look.inFlight) {
            due = due == null ? look.retryAt : Decision.earlier(due, look.retryAt);
        }
        if (look == null && foreign != null && !held && !waiters.isEmpty()) {
            due = due == null ? nextLook() : Decision.earlier(due, nextLook());
        }
        return due;
    }

    private long nextLook() {
        Long deadline = waiters.firstDeadlineAfter(lastLook + Decision.LAST_LOOK);
        return Decision.nextLook(lastLook, quietLooks, leaseEnds, deadline, jitter);
    }
}
