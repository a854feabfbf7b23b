package io.apicache;

import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Everything that this process has going on for one key: the callers that wait, the question to the store that is on its way, and
 * the claim that is held here. Callers on one key cost the store one claim and one join, however many they are.
 */
final class Room<R> {

    private static final int DEEPEST = 8;

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Room> NESTED =
            AtomicIntegerFieldUpdater.newUpdater(Room.class, "nested");

    final Key key;
    private final Engine<R> engine;

    // Guards all that follows, the inquiry, the waiters and the state of the claim. Never held while the store or
    // foreign code runs, other than the timer.
    final ReentrantLock lock = new ReentrantLock();
    private final Waiters<R> waiters;
    private final Inquiry<R> inquiry;
    private long arrivals;
    private volatile int nested; // answers that a store gives at once, one within the other
    private boolean ended; // and taken off the engine's map: whoever still holds the room looks for a new one
    private @Nullable Claim<R> claim; // held here, or lost and not yet finished by its holder
    private int unprotected; // callers that run without a claim and have not finished
    private long unprotectedEnds;
    private @Nullable Handling<R> handlings; // that are open, also of claims that were lost
    private boolean news; // something has become known since the last visit to callers whose time is up
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
        return change(step, Occasion.NEWS);
    }

    /** Why something changes. */
    enum Occasion {
        /** A caller comes or goes: no time passes for the others. */
        CALLER,
        /** Time has passed. */
        TIME,
        /** Something has become known, so that callers whose time is up may be told. */
        NEWS
    }

    private boolean change(Predicate<Outbox<R>> step, Occasion occasion) {
        Outbox<R> out = new Outbox<>();
        boolean result = false;
        Throwable failure = null;
        lock.lock();
        try {
            news |= occasion == Occasion.NEWS;
            result = step.test(out);
        } catch (Throwable e) { // an Error: what was decided before it is carried out all the same
            failure = e;
        }
        try {
            tick(occasion != Occasion.CALLER, out);
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
        waiter.room = this;
        return change(
                out -> {
                    if (ended) {
                        return false;
                    }
                    admit(waiter, out);
                    return true;
                },
                Occasion.CALLER);
    }

    /** {@return whether the caller left undecided; if not, its verdict is there} */
    boolean leave(Waiter<R> waiter) {
        return change(out -> waiters.remove(waiter), Occasion.CALLER);
    }

    private void admit(Waiter<R> waiter, Outbox<R> out) {
        waiter.ticket = ++arrivals;
        if (engine.isClosed()) {
            out.decide(waiter, new Verdict.Fail<>(Engine.closed()));
            return;
        }
        boolean held = isHeld();
        boolean crowded = held || inquiry.isFailing() || inquiry.isForeign();
        boolean meant = Decision.leavesToWait(recorded(), waiter);
        if (held && meant && requireClaim().isWorkOf(waiter)) {
            out.decide(waiter, new Verdict.Fail<>(nested()));
            return;
        }
        if (crowded && meant && !waiters.hasSpace(waiter)) {
            out.decide(waiter, held ? new Verdict.GiveUp<>(leaseLeft()) : inquiry.refusal());
            return;
        }
        lastAdvance = waiters.isEmpty() ? waiter.entered - 1 : lastAdvance;
        waiter.waits = meant && crowded;
        try {
            waiters.add(waiter);
        } catch (Throwable e) {
            waiters.uncount(waiter);
            throw e;
        }
        if (held) {
            requireClaim().confirmFor(waiter, !meant);
            requireClaim().confirmIfDue(waiter.entered, out);
        } else if (inquiry.isOpen()) {
            if (!waiter.mayWait()) {
                inquiry.hurry(waiter.entered, out);
            } else if (inquiry.isForeign() && inquiry.isLate(waiter)) {
                inquiry.askAgain();
            }
        } else if (!inquiry.isForeign()) {
            inquiry.claim(waiter, waiter.entered, out);
        } else if (!meant || inquiry.isLate(waiter)) {
            // What is known of another owner's claim may be out of date: ask before anybody is refused for it.
            inquiry.join(waiter, waiter.entered, out);
        }
    }

    private IllegalStateException nested() {
        return new IllegalStateException("this thread holds the claim on " + key
                + " and would wait for itself: it is inside the work that execute runs for this id;"
                + " use the work's own result, or another id for a part of the work");
    }

    private Claim<R> requireClaim() {
        return Objects.requireNonNull(claim, "claim");
    }

    /** Takes the answer of a store that answers at once. What it leads to may be asked within it, but not without end. */
    void nest(Runnable answer) {
        NESTED.incrementAndGet(this);
        try {
            answer.run();
        } finally {
            NESTED.decrementAndGet(this);
        }
    }

    /** {@return the question, or one that the timer asks: callers who keep coming must not make the stack of one of them grow} */
    Runnable flat(Runnable question) {
        if (nested <= DEEPEST) {
            return question;
        }
        return () -> {
            if (engine.schedule(question, engine.now()) == null) {
                question.run();
            }
        };
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
            waiters.onPending(recorded(), requireClaim().confirmedUpTo(), leaseLeft(), out);
        }
    }

    // ---- handles that are open

    void opened(Handling<R> handling) {
        handling.next = handlings;
        handlings = handling;
    }

    void ended(Handling<R> handling) {
        if (handlings == handling) {
            handlings = handling.next;
            return;
        }
        for (Handling<R> each = handlings; each != null; each = each.next) {
            if (each.next == handling) {
                each.next = handling.next;
            }
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

    /** {@return since when a claim is known to be open, here or elsewhere, or null if none is} */
    @Nullable
    Long underWaySince() {
        lock.lock();
        try {
            return claim != null && claim.isHeld() ? Long.valueOf(claim.opened()) : inquiry.foreignSince();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Digest recorded() {
        return claim != null && claim.isHeld() ? claim.fingerprint() : inquiry.recorded();
    }

    private long leaseLeft() {
        return claim != null && claim.isHeld() ? claim.leaseLeft() : inquiry.leaseLeft();
    }

    /**
     * The record was invalidated through this cache. What was granted before may be void, and what comes later is not. {@return completes
     * when a claim that is held here is known to be void, or to stand}
     */
    CompletableFuture<Boolean> invalidated() {
        List<Claim<R>> held = new ArrayList<>(1);
        change(out -> {
            inquiry.doubt();
            if (claim != null) {
                claim.doubt();
            }
            return claim != null && claim.isHeld() && held.add(claim);
        });
        return held.isEmpty()
                ? CompletableFuture.completedFuture(true)
                : held.get(0).verify();
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
            for (Handling<R> each = handlings; each != null; each = each.next) {
                due[0] = Decision.earlier(due[0], each.sweep(now, out));
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
        change(
                out -> {
                    advance(engine.now(), out);
                    return true;
                },
                Occasion.TIME);
    }

    /** Ends every wait and gives up the claim. Adds to {@code pending} what a closing cache has to wait for. */
    void close(List<Handling<R>> pending) {
        change(out -> {
            unprotected = 0;
            for (Handling<R> each = handlings; each != null; each = each.next) {
                pending.add(each);
            }
            if (claim != null) {
                claim.cacheClosed(out);
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
            if (claim == null && unprotected == 0 && handlings == null) {
                ended = true;
                engine.ended(this);
            }
        }
        schedule(due());
    }

    /** {@return whether it is worth while to read the clock} */
    private boolean isTimeOfInterest() {
        boolean waited = !waiters.isEmpty() && (isHeld() || !inquiry.isFirstInFlight());
        return waited || handlings != null || (claim != null && claim.due() != null);
    }

    private void advance(long now, Outbox<R> out) {
        boolean held = isHeld();
        waiters.expire(
                news ? null : Long.valueOf(lastAdvance),
                now,
                held ? this::heldTimeIsUp : inquiry::timeIsUp,
                held ? this::heldEnd : waiter -> inquiry.end(),
                out);
        news = false;
        lastAdvance = now;
        if (held) {
            requireClaim().confirmIfDue(now, out);
        } else if (!waiters.isEmpty()) {
            inquiry.timePasses(now, out);
        }
        for (Handling<R> each = handlings; each != null; each = each.next) {
            each.repeatIfDue(now, out);
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
        for (Handling<R> each = handlings; each != null; each = each.next) {
            due = earlier(due, each.retryAt());
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
            engine.threads().cancel(timer);
            timer = null;
        }
        if (timer == null && due != null) {
            timerDue = due;
            timer = engine.schedule(this::timerFired, due);
        }
    }

    private void timerFired() {
        change(
                out -> {
                    timer = null;
                    return true;
                },
                Occasion.TIME);
    }
}
