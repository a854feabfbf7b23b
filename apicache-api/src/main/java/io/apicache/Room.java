package io.apicache;

import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Everything that this process has going on for one key: the callers that wait, the question to the store that is on its way, and
 * the claim that is held here. Callers on one key cost the store one claim and one join, however many they are.
 */
final class Room<R> {

    final Key key;
    private final Engine<R> engine;

    // Guards all that follows, the inquiry, the waiters and the state of the claim. Never held while the store or
    // foreign code runs, other than the timer.
    final ReentrantLock lock = new ReentrantLock();
    private final Waiters<R> waiters;
    private final Inquiry<R> inquiry;
    private long arrivals;
    private boolean ended; // and taken off the engine's map: whoever still holds the room looks for a new one
    private @Nullable Claim<R> claim; // held here, or lost and not yet finished by its holder
    private int unprotected; // callers that run without a claim and have not finished
    private long unprotectedEnds;
    private long lastAdvance; // deadlines up to then have been looked at, and their callers wait for an answer
    private @Nullable ScheduledFuture<?> timer;
    private long timerDue;

    Room(Engine<R> engine, Key key) {
        this.engine = engine;
        this.key = key;
        this.waiters = new Waiters<>(engine);
        this.inquiry = new Inquiry<>(this, waiters);
    }

    Engine<R> engine() {
        return engine;
    }

    /** Changes something under the lock, draws the consequences, and carries them out without it. */
    boolean change(Predicate<Outbox<R>> step) {
        return change(step, true);
    }

    private boolean change(Predicate<Outbox<R>> step, boolean timePasses) {
        Outbox<R> out = new Outbox<>();
        boolean result = false;
        Throwable failure = null;
        lock.lock();
        try {
            result = step.test(out);
        } catch (Throwable e) { // an Error: what was decided before it is carried out all the same
            failure = e;
        }
        try {
            tick(timePasses, out);
        } catch (Throwable e) {
            failure = failure == null ? e : failure;
        } finally {
            lock.unlock();
        }
        out.carryOut(engine);
        if (failure != null) {
            Failures.rethrow(failure);
        }
        return result;
    }

    // ---- callers come and go

    /** {@return false if the room has ended, and the caller must look for another} */
    boolean enter(Waiter<R> waiter) {
        return change(
                out -> {
                    if (ended) {
                        return false;
                    }
                    admit(waiter, out);
                    return true;
                },
                false);
    }

    /** {@return whether the caller left undecided; if not, its verdict is there} */
    boolean leave(Waiter<R> waiter) {
        return change(out -> waiters.remove(waiter), false);
    }

    private void admit(Waiter<R> waiter, Outbox<R> out) {
        waiter.ticket = ++arrivals;
        if (engine.isClosed()) {
            out.decide(waiter, new Verdict.Fail<>(Engine.closed()));
            return;
        }
        boolean held = isHeld();
        boolean crowded = held || inquiry.isOpen() || inquiry.isForeign();
        boolean meant = Decision.leavesToWait(recorded(), waiter);
        if (crowded && meant && !waiters.hasSpace(waiter)) {
            out.decide(waiter, held ? new Verdict.GiveUp<>(leaseLeft()) : inquiry.refusal());
            return;
        }
        lastAdvance = waiters.isEmpty() ? waiter.entered - 1 : lastAdvance;
        waiters.add(waiter);
        waiter.waits = meant && waiter.mayWait() && (held || inquiry.isForeign() || inquiry.isFailing());
        if (held) {
            requireClaim().confirmFor(waiter, !meant);
            requireClaim().confirmIfDue(waiter.entered, out);
        } else if (inquiry.isOpen()) {
            if (!waiter.mayWait()) {
                inquiry.hurry(waiter.entered, out);
            }
        } else if (!inquiry.isForeign()) {
            inquiry.claim(waiter, waiter.entered, out);
        } else if (!meant) {
            // What is known of another owner's claim may be out of date: ask before anybody is refused for it.
            inquiry.join(waiter, waiter.entered, out);
        }
    }

    private Claim<R> requireClaim() {
        return Objects.requireNonNull(claim, "claim");
    }

    /** {@return how many have come: a look that is sent now can answer them} */
    long arrivals() {
        return arrivals;
    }

    // ---- hints

    void changed() {
        change(out -> {
            if (!isHeld()) {
                inquiry.changed(out);
            }
            return true;
        });
    }

    void handled(Handled<R> record, long number, @Nullable Digest fingerprint) {
        change(out -> {
            if (!isHeld()) {
                inquiry.handled(record, number, fingerprint, out);
            }
            return true;
        });
    }

    // ---- the claim that is held here

    /** The claim is this process's: the winner has it, and the others wait for it. */
    void open(Waiter<R> winner, Claim<R> opened, Outbox<R> out) {
        Verdict<R> run = new Verdict.Run<>(opened);
        opened.follow(claim);
        out.decide(winner, run);
        waiters.remove(winner);
        claim = opened;
        engine.keeper().watch();
        if (!waiters.isEmpty()) {
            waiters.after(
                    opened.confirmedUpTo(),
                    later -> opened.confirmFor(later, !Decision.leavesToWait(opened.fingerprint(), later)));
            stillHeld(out);
        }
    }

    /** Those who came before the claim was confirmed are told so, as far as they do not go on waiting. */
    void stillHeld(Outbox<R> out) {
        if (!waiters.isEmpty()) {
            long left = leaseLeft();
            waiters.decide(requireClaim().confirmedUpTo(), waiter -> Decision.onPending(recorded(), waiter, left), out);
            waiters.leftToWait(new Verdict.GiveUp<>(left), out);
        }
    }

    /** The response is stored: everybody here gets it who came before it was sent. Later ones look: it may be invalidated by now. */
    void settled(Claim<R> by, Handled<R> record, @Nullable Digest fingerprint, long covers, Outbox<R> out) {
        vacated(by);
        inquiry.forgetForeign();
        if (!waiters.isEmpty()) {
            waiters.decide(covers, waiter -> Decision.onHandled(record, fingerprint, waiter.fingerprint()), out);
        }
    }

    /** The holder has finished with its claim. What remains is an earlier one that was lost, if its holder has not finished. */
    void vacated(Claim<R> by) {
        by.finish();
        if (claim == by) {
            claim = by.earlierUnfinished();
        }
    }

    boolean holds(AttemptId attempt) {
        return claim != null && claim.isHeld() && claim.attempt().equals(attempt);
    }

    private boolean isHeld() {
        return claim != null && claim.isHeld();
    }

    private @Nullable Digest recorded() {
        return claim != null && claim.isHeld() ? claim.fingerprint() : inquiry.recorded();
    }

    private long leaseLeft() {
        return claim != null && claim.isHeld() ? claim.leaseLeft() : inquiry.leaseLeft();
    }

    /** Somebody has invalidated the record through this cache. What was granted before may be void, and what comes later is not. */
    void invalidated() {
        List<Claim<R>> held = new ArrayList<>(1);
        change(out -> {
            inquiry.doubt();
            if (claim != null) {
                claim.doubt();
            }
            return claim != null && claim.isHeld() && held.add(claim);
        });
        held.forEach(Claim::verify);
    }

    /** {@return the claim that handle or release by id means, or null if there is none} */
    @Nullable
    Claim<R> claimById() {
        lock.lock();
        try {
            if (claim != null) {
                requireMeant(claim);
            }
            return claim;
        } finally {
            lock.unlock();
        }
    }

    /** Fails if the id may mean another claim than this one, perhaps since a moment ago. Called under the lock. */
    void requireMeant(Claim<R> byId) {
        if (unprotected > 0 || byId.earlierUnfinished() != null || (claim != null && claim != byId)) {
            throw new IllegalStateException("this cache has handed out more than one claim on " + key
                    + ", an earlier one of which was lost: call handle or release on the FirstSeen receipt instead");
        }
    }

    // ---- callers without a claim

    /** {@return leave to run without a claim, remembered until it is finished so that handle by id finds it} */
    Claim<R> runUnprotected(Request request) {
        unprotected++;
        unprotectedEnds = engine.now() + engine.limits().workLimitNanos();
        engine.keeper().watch();
        return Claim.unprotected(this, request);
    }

    /** {@return leave to run although the store cannot be asked, or null if the room has ended} */
    @Nullable
    Claim<R> letRun(Request request) {
        List<Claim<R>> leave = new ArrayList<>(1);
        change(out -> !ended && leave.add(runUnprotected(request)));
        return leave.isEmpty() ? null : leave.get(0);
    }

    /** {@return whether somebody ran here without a claim, and has finished now} */
    boolean finishUnprotected() {
        return change(out -> unprotected > 0 && unprotected-- > 0);
    }

    // ---- time passes

    /** Does what is due. {@return when there is something to do again} Called by the lease keeper. */
    long sweep() {
        long[] due = {engine.now() + Durations.FOREVER};
        change(out -> {
            long now = engine.now();
            if (claim != null) {
                due[0] = claim.sweep(now, out);
            }
            if (unprotected > 0 && now - unprotectedEnds >= 0) {
                unprotected = 0;
            }
            Long unanswered = inquiry.sweep(now, out);
            advance(now, out);
            due[0] = earlier(due[0], earlier(unanswered, waiters.firstEnd()));
            return true;
        });
        return due[0];
    }

    /** A caller's time is up, and the caller looks for itself, in case the timer does not. */
    void overdue() {
        change(out -> {
            advance(engine.now(), out);
            return true;
        });
    }

    /** Ends every wait and gives up the claim. Adds to {@code pending} what a closing cache has to wait for. */
    void close(List<Handling<R>> pending) {
        change(out -> {
            unprotected = 0;
            if (claim != null) {
                claim.cacheClosed(pending, out);
            }
            return true; // the waits end in the tick
        });
    }

    private void tick(boolean timePasses, Outbox<R> out) {
        if (ended) {
            return;
        }
        if (engine.isClosed()) {
            waiters.decide(waiter -> new Verdict.Fail<>(Engine.closed()), out);
        } else if (timePasses && isTimeOfInterest()) {
            advance(engine.now(), out);
        }
        inquiry.abandon(out);
        if (waiters.isEmpty() && !inquiry.isOpen()) {
            inquiry.forgetForeign(); // who comes next asks: nobody here would have heard of a change meanwhile
            if (claim == null && unprotected == 0) {
                ended = true;
                engine.ended(this);
            }
        }
        schedule(due());
    }

    /** {@return whether it is worth while to read the clock} */
    private boolean isTimeOfInterest() {
        boolean waited = !waiters.isEmpty() && (isHeld() || !inquiry.isFirstInFlight());
        return waited || (claim != null && claim.due() != null);
    }

    private void advance(long now, Outbox<R> out) {
        lastAdvance = now;
        boolean held = isHeld();
        waiters.expire(
                now,
                held ? this::heldTimeIsUp : inquiry::timeIsUp,
                held ? this::heldEnd : waiter -> inquiry.end(),
                out);
        if (held) {
            requireClaim().confirmIfDue(now, out);
        } else if (!waiters.isEmpty()) {
            inquiry.timePasses(now, out);
        }
        if (claim != null) {
            claim.repeatHandling(now, out);
        }
    }

    private @Nullable Verdict<R> heldTimeIsUp(Waiter<R> waiter) {
        return waiter.ticket <= requireClaim().confirmedUpTo() ? heldEnd(waiter) : null;
    }

    private Verdict<R> heldEnd(Waiter<R> waiter) {
        Verdict<R> refused = Decision.onPending(recorded(), waiter, leaseLeft());
        return refused != null ? refused : new Verdict.GiveUp<>(leaseLeft());
    }

    /** {@return when time decides something next, or null} What the store does not answer is left to the keeper. */
    private @Nullable Long due() {
        Long due = null;
        if (isHeld() || inquiry.isForeign() || inquiry.isFailing()) {
            due = waiters.firstDeadlineAfter(lastAdvance);
        }
        if (claim != null) {
            due = earlier(due, claim.due());
        }
        return isHeld() ? due : earlier(due, inquiry.due());
    }

    private static @Nullable Long earlier(@Nullable Long a, @Nullable Long b) {
        return a == null ? b : b == null ? a : Long.valueOf(Decision.earlier(a, b));
    }

    private static long earlier(long a, @Nullable Long b) {
        return b == null ? a : Decision.earlier(a, b);
    }

    /** One timer for the room: for whatever comes first. A timer that has run or was dropped without a trace is replaced by the next step. */
    private void schedule(@Nullable Long due) {
        if (timer != null && (due == null || due != timerDue || timer.isDone())) {
            Threads.cancel(timer);
            timer = null;
        }
        if (timer == null && due != null) {
            timerDue = due;
            timer = engine.schedule(this::timerFired, due);
        }
    }

    private void timerFired() {
        change(out -> {
            timer = null;
            return true;
        });
    }
}
