package io.apicache;

import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
    // foreign code runs.
    final ReentrantLock lock = new ReentrantLock();
    private final Waiters<R> waiters;
    private final Inquiry<R> inquiry;
    private long arrivals;
    private boolean ended; // and taken off the engine's map: whoever still holds the room looks for a new one
    private @Nullable Claim<R> claim; // held here, or lost and not yet finished by its holder
    private int unprotected; // callers that run without a claim and have not finished
    private long unprotectedEnds;
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
        Outbox<R> out = new Outbox<>();
        boolean result;
        lock.lock();
        try {
            result = step.test(out);
            tick(out);
        } finally {
            lock.unlock();
        }
        out.carryOut(engine);
        return result;
    }

    // ---- callers come and go

    /** {@return false if the room has ended, and the caller must look for another} */
    boolean enter(Waiter<R> waiter) {
        return change(out -> {
            if (ended) {
                return false;
            }
            admit(waiter, out);
            return true;
        });
    }

    /** {@return whether the caller left undecided; if not, its verdict is there or about to be} */
    boolean leave(Waiter<R> waiter) {
        return change(out -> waiters.remove(waiter));
    }

    private void admit(Waiter<R> waiter, Outbox<R> out) {
        waiter.ticket = ++arrivals;
        if (engine.isClosed()) {
            out.decide(waiter, new Verdict.Fail<>(Engine.closed()));
            return;
        }
        boolean held = isHeld();
        boolean free = claim != null && claim.isEnding(); // as soon as the store knows: whoever comes now asks then
        Verdict<R> known = held && !free ? Decision.onPending(recorded(), waiter, leaseLeft()) : null;
        boolean crowded = held || inquiry.isOpen() || inquiry.isForeign();
        if (known == null && crowded && waiter.mayWait() && !waiters.hasSpace(waiter)) {
            known = new Verdict.GiveUp<>(leaseLeft());
        }
        if (known != null) {
            out.decide(waiter, known);
            return;
        }
        waiters.add(waiter);
        waiter.waits = waiter.mayWait() && (held || inquiry.isForeign() || inquiry.isFailing());
        if (held || inquiry.isOpen()) {
            return;
        }
        if (!inquiry.isForeign()) {
            inquiry.claim(waiter, waiter.entered, out);
        } else if (Decision.onPending(inquiry.recorded(), waiter, 0) != null) {
            // What is known of somebody else's claim may be out of date: ask before anybody is refused for it.
            inquiry.join(waiter, waiter.entered, out);
        }
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

    void handled(Handled<R> record) {
        change(out -> {
            if (!isHeld()) {
                inquiry.handled(record, out);
            }
            return true;
        });
    }

    // ---- the claim that is held here

    /** The claim is this process's: the winner has it, and the others wait for it. */
    void open(Waiter<R> winner, Granted<R> granted, long sent, Outbox<R> out) {
        waiters.remove(winner);
        claim = new Claim<>(this, winner.request, granted, sent, claim);
        engine.keeper().watch();
        out.decide(winner, new Verdict.Run<>(claim));
        stillHeld(out);
    }

    /** Those who wait are told so, as far as they do not go on waiting. */
    void stillHeld(Outbox<R> out) {
        if (!waiters.isEmpty()) {
            long left = leaseLeft();
            waiters.decide(waiter -> Decision.onPending(recorded(), waiter, left), out);
            waiters.leftToWait(left, out);
        }
    }

    /** The response is stored: everybody here gets it. */
    void settled(Claim<R> by, Handled<R> record, Outbox<R> out) {
        vacated(by);
        inquiry.forgetForeign();
        waiters.decide(waiter -> Decision.onHandled(record, waiter.fingerprint()), out);
    }

    /** The holder has finished with its claim. */
    void vacated(Claim<R> by) {
        if (claim == by) {
            claim = null;
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
        if (unprotected > 0 || byId.isAmbiguous() || (claim != null && claim != byId)) {
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
            if (unanswered != null) {
                due[0] = Decision.earlier(due[0], unanswered);
            }
            return true;
        });
        return due[0];
    }

    /** Ends every wait and gives up the claim. {@return what to wait for} */
    CompletableFuture<?> close() {
        CompletableFuture<?>[] released = {CompletableFuture.completedFuture(null)};
        change(out -> {
            waiters.decide(waiter -> new Verdict.Fail<>(Engine.closed()), out);
            unprotected = 0;
            if (claim != null) {
                released[0] = claim.cacheClosed(out);
            }
            return true;
        });
        return released[0];
    }

    private void tick(Outbox<R> out) {
        if (ended) {
            return;
        }
        if (!waiters.isEmpty() && (isHeld() || !inquiry.isFirstInFlight())) {
            long now = engine.now();
            boolean held = isHeld();
            waiters.expire(now, held ? new Verdict.GiveUp<>(leaseLeft()) : inquiry.timeIsUp(), out);
            if (!held && !waiters.isEmpty()) {
                inquiry.timePasses(now, out);
            }
        }
        inquiry.abandon(out);
        if (waiters.isEmpty() && !inquiry.isOpen() && claim == null && unprotected == 0) {
            ended = true;
            engine.ended(this);
        }
        schedule(inquiry.due(isHeld()));
    }

    /** One timer for the room: for whatever comes first. */
    private void schedule(@Nullable Long due) {
        if (timer != null && (due == null || due != timerDue)) {
            timer.cancel(false);
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
