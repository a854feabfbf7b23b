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
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the store has been asked about one key, and what it said last of somebody else's claim.
 *
 * <p>At most one look is in flight. It answers those who arrived before it was sent; a caller who came later gets the next one, so that
 * no answer is older than the call that receives it. Mutable state is guarded by the room's lock.
 */
final class Inquiry<R> {

    private final Room<R> room;
    private final Engine<R> engine;
    private final Waiters<R> waiters;

    private @Nullable Look<R> look; // on its way, or failed and about to be repeated
    private boolean lookAgain; // something happened that the look in flight may be too early for
    private @Nullable Pending<R> foreign; // another owner's claim, as last seen
    private long seenNumber; // of the claim that was seen last
    private long seenSince; // when it was seen first
    private long seenUpTo; // the arrivals before the look that saw it
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

    /** {@return whether another owner was seen to hold the claim} */
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

    /** {@return when another owner's claim was first seen here, or null if none is known} */
    @Nullable
    Long foreignSince() {
        return foreign == null ? null : seenSince;
    }

    void forgetForeign() {
        foreign = null;
    }

    /** {@return the outcome of a waiter whose time is up, or null while what is known of the record is older than its call} */
    @Nullable
    Verdict<R> timeIsUp(Waiter<R> waiter) {
        StoreUnavailableException failure = look == null ? null : look.lastFailure;
        if (failure != null && leaseLeft() == 0) { // another owner may be at work no more
            return new Verdict.Fail<>(failure);
        }
        boolean known = foreign != null && (failure != null || waiter.ticket <= seenUpTo);
        return known ? new Verdict.GiveUp<>(leaseLeft()) : null;
    }

    /** {@return the outcome of a caller that has reached its end} */
    Verdict<R> end() {
        long left = leaseLeft();
        if (left > 0) {
            return new Verdict.GiveUp<>(left);
        }
        StoreUnavailableException failure = look == null ? null : look.lastFailure;
        String verb = look == null ? "join" : look.verb();
        return new Verdict.Fail<>(failure != null ? failure : engine.calls().unanswered(verb));
    }

    /** {@return the outcome of a caller that cannot wait until more is known} */
    Verdict<R> refusal() {
        StoreUnavailableException failure = look == null ? null : look.lastFailure;
        long left = leaseLeft();
        return failure != null && left == 0 ? new Verdict.Fail<>(failure) : new Verdict.GiveUp<>(left);
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
        out.act(room.flat(new Try(next)));
        look = next;
        lastLook = now;
        lookAgain = false;
    }

    private void repeat(Look<R> asked, long now, Outbox<R> out) {
        asked.repeat(room.arrivals(), now);
        out.act(room.flat(new Try(asked)));
    }

    /** {@return whether the room has looked so late that the caller, who came since, would get no look before its time is up} */
    boolean isLate(Waiter<R> waiter) {
        return waiter.lastLook() - lastLook <= 0;
    }

    /** A caller has come while a question is open that may be too early for it. */
    void askAgain() {
        lookAgain = true;
    }

    /** A caller who has no time for a pause has come: a question that failed is repeated at once. */
    void hurry(long now, Outbox<R> out) {
        Look<R> asked = look;
        if (asked != null && !asked.inFlight) {
            repeat(asked, now, out);
        }
    }

    /** One try of a look: sends it, and takes the answer. */
    private final class Try implements Runnable, BiConsumer<@Nullable Claimed<R>, @Nullable Throwable> {

        private final Look<R> sent;
        private final long covers;

        Try(Look<R> sent) {
            this.sent = sent;
            this.covers = sent.covers;
        }

        @Override
        public void run() {
            CompletableFuture<Claimed<R>> answer = Calls.ask(() -> sent.joins
                    ? engine.store().join(room.key, sent.attempt)
                    : engine.store().claim(room.key, sent.attempt));
            if (answer.isDone() && !answer.isCompletedExceptionally()) {
                room.nest(() -> accept(answer.join(), null));
                return;
            }
            engine.keeper().watch();
            var unused = answer.whenComplete(this);
        }

        @Override
        public void accept(@Nullable Claimed<R> said, @Nullable Throwable failure) {
            if (said instanceof Handled<R> handled) {
                handled(handled);
                return;
            }
            room.change(out -> {
                if (look != sent) {
                    tooLate(sent, said, out);
                } else if (said == null) {
                    failed(sent, covers, Failures.unwrap(failure), out);
                } else {
                    settle(said, out);
                }
                return true;
            });
        }

        private void handled(Handled<R> handled) {
            Digest recorded;
            try {
                recorded = handled.fingerprint(); // the store's code: not under the room's lock
            } catch (Throwable e) {
                accept(null, e);
                return;
            }
            room.change(out -> {
                if (look == sent) {
                    look = null;
                    foreign = null;
                    waiters.decide(covers, waiter -> Decision.onHandled(handled, recorded, waiter.fingerprint()), out);
                    if (!waiters.isEmpty()) {
                        claim(waiters.last(), engine.now(), out);
                    }
                }
                return true;
            });
        }

        private void settle(Claimed<R> said, Outbox<R> out) {
            try {
                look = null;
                foreign = null;
                if (said instanceof Granted<R> granted) {
                    granted(sent, covers, granted, out);
                } else if (said instanceof Pending<R> pending) {
                    pending(sent, covers, pending, out);
                } else {
                    waiters.decide(waiter -> new Verdict.Run<>(room.runUnprotected(waiter.request)), out);
                }
            } catch (Throwable e) { // for want of heap, say: the keeper takes it for unanswered, and asks again
                look = room.holds(sent.attempt.id()) || look != null ? look : sent;
                throw e;
            }
        }
    }

    // ---- answers

    /** The answer to a try that was repeated meanwhile, or that nobody waits for any more. */
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

    private void granted(Look<R> sent, long covers, Granted<R> granted, Outbox<R> out) {
        boolean unfit = engine.isClosed() || sent.doubtful || sent.isStale(engine.now(), engine.limits());
        Waiter<R> winner = unfit ? null : waiters.winner(sent, covers);
        if (winner == null) {
            giveBack(sent, out); // those who are still here ask again, when time passes in the room
        } else {
            room.open(winner, new Claim<>(room, winner.request, granted, sent, covers), out);
        }
    }

    private void pending(Look<R> sent, long covers, Pending<R> pending, Outbox<R> out) {
        foreign = pending;
        seenUpTo = covers;
        long now = engine.now();
        if (seenNumber != pending.number()) {
            seenNumber = pending.number();
            seenSince = now;
        }
        long left = Durations.clamped(pending.leaseLeft());
        leaseEnds = now + left;
        boolean unanswered = waiters.onPending(pending.fingerprint(), covers, left, out);
        quietLooks = sent.joins ? quietLooks + 1 : 0;
        if (!waiters.isEmpty()) {
            engine.keeper().watch();
            if (!sent.joins || lookAgain || unanswered) {
                join(waiters.last(), now, out);
            }
        }
    }

    private void failed(Look<R> sent, long covers, Throwable cause, Outbox<R> out) {
        if (!Failures.isTransient(cause)) { // a record that cannot be read: asking again would not change it
            look = null;
            foreign = null; // so that those who came later look for themselves
            waiters.decide(covers, waiter -> new Verdict.Fail<>((ApiCacheException) cause), out);
            return;
        }
        StoreUnavailableException unavailable = Failures.unavailable(sent.verb(), cause);
        long now = engine.now();
        sent.failed(unavailable, now);
        out.act(() -> engine.events().storeFailed(sent.verb(), unavailable));
        waiters.decide(covers, waiter -> waiter.mayWait() ? null : refusal(), out);
        waiters.leftToWait(refusal(), out);
        if (!waiters.isEmpty()) {
            engine.keeper().watch();
            if (!waiters.allMayWait()) { // they came after this try was sent, and have no time for a pause
                repeat(sent, now, out);
            }
        }
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

    /**
     * A message brought the response along. An old one, from before the claim that was last seen, is no news. It answers those who had
     * arrived when that claim was looked for: the record was handled after they came. Of a later caller it may be late by an invalidation,
     * or by the whole retention, so that one looks.
     */
    void handled(Handled<R> record, long number, @Nullable Digest recorded, Outbox<R> out) {
        if (foreign == null) {
            lookAgain |= look != null; // the answer that it overtook says whether it is any news
        } else if (number >= foreign.number()) {
            waiters.decide(seenUpTo, waiter -> Decision.onHandled(record, recorded, waiter.fingerprint()), out);
            changed(out);
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
            repeat(asked, now, out);
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
        failed(asked, asked.covers, engine.calls().unanswered(asked.verb()), out);
        return null;
    }

    /** {@return when the store is to be asked, or asked again, for those who wait, or null} */
    @Nullable
    Long due() {
        if (look != null) {
            return look.inFlight ? null : look.retryAt;
        }
        return foreign == null || waiters.isEmpty() ? null : nextLook();
    }

    private long nextLook() {
        Long deadline = waiters.firstDeadlineAfter(lastLook + Decision.LAST_LOOK);
        long next = Decision.nextLook(lastLook, quietLooks, leaseEnds, deadline, jitter);
        Long shortLook = waiters.firstShortLookAfter(lastLook);
        return shortLook == null ? next : Decision.earlier(next, shortLook);
    }
}
