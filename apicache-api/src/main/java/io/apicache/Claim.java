package io.apicache;

import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Digest;
import io.apicache.spi.Marker;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The right to answer one request, and the lease under it. The owner counts its own deadline from before the command was sent, on
 * a monotonic clock: past it the claim is lost without asking anybody.
 *
 * <p>Mutable state is guarded by the room's lock.
 */
final class Claim<R> {

    enum State {
        OPEN,
        /** Being given back: nobody here may ask for it before the store knows. */
        RELEASING,
        /** Could not be kept. A late handle is still tried: the store accepts it if nobody has taken over. */
        LOST,
        /** There was no claim in the first place. */
        UNPROTECTED,
        HANDLED,
        RELEASED
    }

    private static final CompletableFuture<Boolean> NOT_RELEASED = CompletableFuture.completedFuture(false);

    private final Room<R> room;
    private final Engine<R> engine;
    private final Request request;
    private final @Nullable Token token;
    private final boolean takenOver;
    private final long opened;
    private final Lease lease; // unused without protection
    private final long covers; // the arrivals before it was asked for
    private @Nullable Confirmation<R> confirmation; // made when another caller comes

    private @Nullable Claim<R> earlier; // one of this cache on the same id, lost while its holder has not finished
    private boolean finished; // its holder has, or has had all the time that work may take
    private State state;
    private boolean attempted; // handle was called, so the work is done
    private CompletableFuture<Boolean> released = NOT_RELEASED;
    private long releasing; // since when
    private @Nullable Marker unstorable; // why the response of the last handle was refused for good
    private Duration unstorableFor = Duration.ZERO;
    private volatile @Nullable Duration keepFor; // of this response, if the work has chosen one
    private boolean doubtful; // the record went while a handle was on its way
    private volatile boolean unwanted; // closed by its holder, and could not be ended yet
    private boolean abandoned; // closed by its holder while a handle was on its way
    private @Nullable Handling<R> handling;
    private long lostAt;
    private @Nullable HandOver<Void> lost; // made when somebody asks
    private volatile boolean isLostForGood; // read without the lock by the hand-over

    // Whose code is running the work, inside execute. Without a lock: each thread only asks whether it is itself, and a
    // thread sees what it has written. Cleared when the work ends, so that no claim holds on to a thread.
    private @Nullable Thread worker;

    Claim(Room<R> room, Request request, Granted<R> granted, Look<R> look, long covers) {
        this.room = room;
        this.engine = room.engine();
        this.request = request;
        this.token = granted.token();
        this.takenOver = granted.takenOver();
        this.opened = look.firstSent;
        this.state = State.OPEN;
        this.lease = new Lease(engine.limits(), opened);
        this.covers = covers;
    }

    private Claim(Room<R> room, Request request) {
        this.room = room;
        this.engine = room.engine();
        this.request = request;
        this.token = null;
        this.takenOver = false;
        this.opened = engine.now();
        this.covers = 0;
        this.lease = new Lease(engine.limits(), opened);
        this.state = State.UNPROTECTED;
    }

    static <R> Claim<R> unprotected(Room<R> room, Request request) {
        return new Claim<>(room, request);
    }

    // ---- what the room asks, under its lock

    boolean isHeld() {
        return state == State.OPEN || state == State.RELEASING;
    }

    /** {@return whether it is about to end, as far as is known: callers wait for that, and then ask the store} */
    private boolean isEnding() {
        return state == State.RELEASING || (doubtful && handling != null);
    }

    /** The record is not what it was: if a response is on its way, nobody can tell whether it was stored before or will be refused. */
    void doubt() {
        doubtful = handling != null;
    }

    boolean isDoubtful() {
        return doubtful;
    }

    /** An earlier claim of this cache on the same id may be lost and still in its holder's hands. */
    void follow(@Nullable Claim<R> before) {
        earlier = before == null || before.isUnfinishedLoss() ? before : before.earlierUnfinished();
    }

    void finish() {
        finished = true;
        if (lost != null && !isLostForGood) {
            engine.handOvers().remove(lost);
        }
    }

    /** {@return the last of the earlier claims that was lost and that its holder may still take for the current one, or null} */
    @Nullable
    Claim<R> earlierUnfinished() {
        while (earlier != null && !earlier.isUnfinishedLoss()) {
            earlier = earlier.earlier;
        }
        return earlier;
    }

    private boolean isUnfinishedLoss() {
        return state == State.LOST
                && !finished
                && engine.now() - lostAt < engine.limits().workLimitNanos();
    }

    // ---- whether the claim still stands: a caller who is answered from it must have come before the store confirmed
    // it

    /** {@return the arrivals that may be answered from this claim} */
    long confirmedUpTo() {
        return confirmation == null ? covers : confirmation.upTo();
    }

    void confirmFor(Waiter<R> waiter, boolean atOnce) {
        if (confirmation == null) {
            confirmation = new Confirmation<>(covers, opened);
        }
        confirmation.request(waiter, atOnce);
    }

    /** Asks the store whether the claim still stands, if a caller needs to know by now. A renewal says so. */
    void confirmIfDue(long now, Outbox<R> out) {
        if (confirmation != null && state == State.OPEN && !isEnding() && confirmation.isDue(now)) {
            renew(now, out);
        }
    }

    /** {@return when a confirmation is due, or null} */
    @Nullable
    Long due() {
        return confirmation != null && state == State.OPEN && !isEnding() ? confirmation.due() : null;
    }

    // ---- the lease

    AttemptId attempt() {
        return proof().owner();
    }

    @Nullable
    Digest fingerprint() {
        Fingerprint fingerprint = request.fingerprint();
        return fingerprint == null ? null : fingerprint.digest();
    }

    /** {@return when it was asked for} */
    long opened() {
        return opened;
    }

    long leaseLeft() {
        return lease.left(engine.now());
    }

    /** Renews, notices a loss. {@return when it must be looked at again} */
    long sweep(long now, Outbox<R> out) {
        long due = now + engine.limits().storeTimeoutNanos();
        if (confirmation != null) {
            confirmation.sweep(now, engine.limits().storeTimeoutNanos());
        }
        if (unwanted && state == State.OPEN && handling == null) {
            state = State.RELEASED;
            room.vacated(this);
            return due;
        }
        long forgotten = opened + engine.limits().workLimitNanos();
        if (state == State.OPEN && (lease.isOver(now) || now - forgotten >= 0)) {
            lose(out);
        } else if (state == State.OPEN) {
            if (lease.isRenewalDue(now)) {
                renew(now, out);
            }
            return Decision.earlier(due, Decision.earlier(lease.due(), forgotten));
        }
        if (state == State.RELEASING && now - releasing >= 2 * engine.limits().storeTimeoutNanos()) {
            CompletableFuture<Boolean> answer =
                    released; // an Error came in between, for a release ends within one time-out
            out.act(() -> answer.completeExceptionally(engine.calls().unanswered("release")));
            state = State.RELEASED;
            room.vacated(this);
        }
        if (state == State.LOST
                && handling == null
                && now - lostAt >= engine.limits().workLimitNanos()) {
            room.vacated(this); // whoever holds it has had all the time that work may take
        }
        return due;
    }

    private void renew(long now, Outbox<R> out) {
        out.act(room.flat(new Renewal<>(this, now, room.arrivals())));
        lease.renewing(now);
        if (confirmation != null) {
            confirmation.sent(now);
        }
    }

    /** A renewal has been answered. Called under the room's lock. */
    void renewed(Renewal<R> renewal, @Nullable Boolean kept, @Nullable Throwable failure, Outbox<R> out) {
        if (state != State.OPEN) {
            return;
        }
        if (kept == null) {
            StoreUnavailableException cause = Failures.unavailable("renew", Failures.unwrap(failure));
            out.act(() -> engine.events().storeFailed("renew", cause));
        } else if (kept && !lease.isOver(engine.now())) { // later than that it may be somebody else's already
            lease.renewed(renewal.sent);
        } else if (handling == null) {
            lose(out);
            return;
        } else {
            doubt(); // with a handle on its way, no claim may just as well mean that it has been stored
            return;
        }
        if (confirmation != null) {
            confirmation.answered(renewal.sent, renewal.covers); // of a store that fails nothing newer can be had
        }
        room.stillHeld(out);
    }

    private void lose(Outbox<R> out) {
        long now = engine.now(); // what may throw comes first: the loss is told, or has not happened
        HandOver<Void> told = lost;
        out.act(() -> {
            if (told != null) {
                told.ready();
            }
            engine.events().leaseLost(request.id());
        });
        lostAt = now;
        state = State.LOST;
        isLostForGood = true;
    }

    /**
     * Asks the store whether the claim still stands, and loses it if not. {@return completes when that is known, or is left to the keeper,
     * which goes on asking}
     */
    CompletableFuture<Boolean> verify() {
        CompletableFuture<Boolean> verified;
        try {
            Renewal<R> renewal = locked(() -> new Renewal<>(this, engine.now(), room.arrivals()));
            verified = engine.calls().bounded("renew", renewal::ask).whenComplete(renewal);
        } catch (Throwable e) {
            verified = CompletableFuture.failedFuture(e);
        }
        return verified.exceptionally(failure -> {
            Failures.log(Incident.CLAIM_NOT_VERIFIED, room.key, failure);
            return false; // the record is gone, which is what the caller asked for
        });
    }

    /** The cache is closing: gives the claim back. */
    void cacheClosed(Outbox<R> out) {
        if (state == State.OPEN) {
            lose(out);
            out.act(() -> {
                var unused = engine.giveBack(room.key, attempt()); // the cache waits for whatever it has asked
            });
        }
        room.vacated(this);
    }

    // ---- the work, where the library runs it

    /** The calling thread runs the work from now on, until {@link #workEnds}. */
    void workBegins() {
        worker = Thread.currentThread();
    }

    void workEnds() {
        worker = null;
    }

    /** {@return whether the caller is blocked inside the work of this claim, so that it would wait for itself} */
    boolean isWorkOf(Waiter<R> caller) {
        Thread working = worker;
        return working != null && handling == null && caller.isBlocking(working);
    }

    // ---- what the holder does

    Duration defaultKeepFor() {
        Duration chosen = keepFor;
        return chosen == null ? engine.limits().keepFor() : chosen;
    }

    void keepFor(Duration chosen) {
        keepFor = Durations.keepFor(chosen);
    }

    /** {@return whether the holder has stored a response itself, or has given the claim back} */
    boolean isAnswered() {
        return locked(() ->
                handling != null || state == State.HANDLED || state == State.RELEASING || state == State.RELEASED);
    }

    long number() {
        return token == null ? 0 : token.number();
    }

    Token proof() {
        return Objects.requireNonNull(token, "an unprotected claim has no token");
    }

    Room<R> room() {
        return room;
    }

    boolean takenOver() {
        return takenOver;
    }

    boolean isLost() {
        return locked(() -> {
            if (state == State.OPEN && lease.isOver(engine.now())) {
                return true; // the timer is late: nobody may rely on it for this
            }
            return state == State.LOST;
        });
    }

    CompletionStage<Void> lost() {
        HandOver<Void> stage = locked(() -> {
            if (lost == null) {
                lost = new HandOver<>(engine, () -> isLostForGood, () -> null, new CompletableFuture<>());
                if (state == State.OPEN) {
                    engine.handOvers().add(lost); // until it is lost, or over
                }
            }
            return lost;
        });
        if (isLostForGood) {
            stage.run();
        }
        return stage.result().minimalCompletionStage();
    }

    void handle(R response, Duration keepFor, boolean byId) {
        CompletableFuture<Boolean> done = startHandling(response, keepFor, byId);
        engine.calls().await(done, "handle", 2 * engine.limits().storeTimeoutNanos());
        handledEvent();
    }

    CompletableFuture<Void> handleAsync(R response, Duration keepFor, boolean byId) {
        CompletableFuture<Boolean> started;
        try {
            started = startHandling(response, keepFor, byId);
        } catch (LeaseLostException e) {
            started = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Boolean> done = started;
        return engine.handOver(done, () -> {
            done.join();
            handledEvent();
            return null;
        });
    }

    private void handledEvent() {
        if (token != null && engine.events().isHeard()) {
            engine.events().handled(request.id(), Duration.ofNanos(engine.now() - opened));
        }
    }

    private CompletableFuture<Boolean> startHandling(R response, Duration keepFor, boolean byId) {
        Duration kept = Durations.keepFor(keepFor);
        if (response == null) {
            locked(() -> {
                if (state == State.OPEN && handling == null) {
                    attempted = true; // the work is done
                    unstorable(Marker.NULL, kept);
                }
                return attempted;
            });
            throw new NullPointerException("response");
        }
        Handling<R> started = locked(() -> {
            if (state == State.UNPROTECTED) {
                state = State.HANDLED;
                return null;
            }
            if (byId) {
                room.requireMeant(this);
            }
            requireUnfinished("handled");
            if (engine.isClosed()) {
                throw new LeaseLostException("the cache was closed, which gave the claim on " + room.key + " back");
            }
            if (state == State.LOST && finished) { // its room may have ended, and nothing would repeat the response
                throw new LeaseLostException("the response for " + room.key + " was not stored: the claim was lost");
            }
            attempted = true;
            unstorable = null;
            return beginHandling();
        });
        if (started == null) {
            room.finishUnprotected();
            return CompletableFuture.completedFuture(true);
        }
        return started.start(response, kept);
    }

    private void requireUnfinished(String verb) {
        String done = handling == null ? null : "is being handled by another call";
        if (state == State.HANDLED) {
            done = "has been handled before";
        } else if (state == State.RELEASED || state == State.RELEASING) {
            done = "has been released before";
        }
        if (done != null) {
            throw new IllegalStateException("the claim on " + room.key + " cannot be " + verb + ": it " + done);
        }
    }

    /** The response was refused for what it is, or for another reason if there is no marker. Called under the room's lock. */
    void unstorable(@Nullable Marker marker, Duration keepFor) {
        unstorable = marker;
        unstorableFor = keepFor;
    }

    /** The handle has ended. Called under the room's lock. */
    void handlingEnded(boolean stored, boolean refused, Outbox<R> out) {
        Handling<R> over = handling;
        handling = null;
        if (over != null) {
            room.ended(over);
        }
        if (stored) {
            state = State.HANDLED;
        } else if (refused) {
            if (state == State.OPEN) {
                lose(out);
            }
            room.vacated(this); // it has been told: nothing is left to be done with this claim
        } else if (abandoned && unstorable != null && !engine.isClosed()) {
            out.act(this::abandon); // which leaves a marker
        } else if (abandoned) {
            state = State.RELEASED;
            room.vacated(this);
        } else if (doubtful) {
            doubtful = false;
            if (state == State.OPEN) {
                room.stillHeld(out);
            }
        }
    }

    void release(boolean byId) {
        if (engine.calls().await(startRelease(byId), "release")) {
            engine.events().released(request.id());
        }
    }

    CompletableFuture<Void> releaseAsync(boolean byId) {
        return releasedEvent(startRelease(byId));
    }

    /** {@return completes on the executor, when the listener has been notified of the release, if there was one} */
    private CompletableFuture<Void> releasedEvent(CompletableFuture<Boolean> released) {
        return engine.handOver(released, () -> {
            if (released.join()) {
                engine.events().released(request.id());
            }
            return null;
        });
    }

    /** {@return completes with whether it was this call that gave the claim back} */
    private CompletableFuture<Boolean> startRelease(boolean byId) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        State before = locked(() -> {
            if (state == State.RELEASING || state == State.RELEASED) {
                return state;
            }
            if (byId && state != State.UNPROTECTED) {
                room.requireMeant(this);
            }
            requireUnfinished("released");
            State was = state;
            long now = engine.now();
            state = State.RELEASED;
            if (was == State.OPEN) {
                state = State.RELEASING;
                released = answer;
                releasing = now;
            }
            return was;
        });
        if (before == State.UNPROTECTED) {
            room.finishUnprotected();
        } else if (before == State.LOST) {
            vacate();
        } else if (before == State.OPEN) {
            var unused = engine.giveBack(room.key, attempt()).whenComplete((held, failure) -> {
                try {
                    vacate();
                } finally {
                    complete(answer, failure);
                }
            });
            return answer;
        }
        return locked(() -> released.thenApply(done -> false)); // another call is at it: over when that one is
    }

    private static void complete(CompletableFuture<Boolean> answer, @Nullable Throwable failure) {
        if (failure == null) {
            answer.complete(true);
        } else {
            answer.completeExceptionally(failure);
        }
    }

    private void vacate() {
        room.change(out -> {
            state = State.RELEASED;
            room.vacated(this);
            return true;
        });
    }

    void close() {
        try {
            CompletableFuture<Boolean> released = startClosing();
            if (released != null && engine.calls().await(released, "release")) {
                engine.events().released(request.id());
            }
        } catch (StoreUnavailableException | WaitInterruptedException e) {
            // told to the listener already, or still to come; the lease runs out by itself
        } catch (Throwable e) { // what the work threw may be on its way, and must not be hidden
            lapse(e);
        }
    }

    /** Ends the claim without the store, which may not have been asked: it is renewed no more. Throws nothing. */
    private void lapse(Throwable why) {
        Failures.log(Incident.CLAIM_LAPSES, room.key, why);
        try {
            if (locked(() -> state == State.OPEN)) {
                vacate();
            }
        } catch (Throwable e) {
            leaveToKeeper(); // no heap, perhaps
            Failures.log(Incident.CLAIM_NOT_ENDED, room.key, e);
        }
    }

    /** The holder has closed the claim, and ending it failed: the next round of the keeper ends it. */
    void leaveToKeeper() {
        unwanted = true;
    }

    /** {@return completes on the executor when the claim is closed; its failure says only that the store could not be reached} */
    CompletableFuture<Void> closeAsync() {
        try {
            CompletableFuture<Boolean> closing = startClosing();
            return closing == null ? CompletableFuture.completedFuture(null) : releasedEvent(closing);
        } catch (Throwable e) {
            lapse(e);
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Closes without waiting for the store: no caller has got the claim. */
    void abandon() {
        try {
            var unused = startClosing();
        } catch (Throwable e) {
            lapse(e);
        }
    }

    /** {@return the marker for the response of the last handle, or null if it was not refused for good} */
    @Nullable
    Marker unstorable() {
        return locked(() -> unstorable);
    }

    /** How a claim ends that its holder closes. */
    enum Closing {
        RELEASE,
        MARK,
        LAPSE,
        NOTHING
    }

    /** {@return completes with whether the claim was given back, or null if nothing is to be waited for} */
    private @Nullable CompletableFuture<Boolean> startClosing() {
        Closing how = locked(this::howToClose);
        if (how == Closing.RELEASE) {
            return startRelease(false);
        }
        if (how == Closing.MARK) {
            return mark(handling, unstorable);
        }
        if (how == Closing.LAPSE) {
            vacate(); // the work is done and the response is not stored: renewed no more, so that it lapses
        }
        return null;
    }

    private Closing howToClose() {
        boolean open = state == State.OPEN || (state == State.LOST && !finished);
        abandoned = handling != null;
        if (abandoned) {
            return Closing.NOTHING; // what becomes of the handle decides
        } else if (!attempted) {
            return open || state == State.LOST || state == State.UNPROTECTED ? Closing.RELEASE : Closing.NOTHING;
        } else if (open && unstorable != null && !engine.isClosed()) {
            beginHandling();
            return Closing.MARK;
        }
        return state == State.OPEN || state == State.LOST ? Closing.LAPSE : Closing.NOTHING;
    }

    /** The work is done, and its response cannot be stored: a marker keeps other callers from doing the work again. */
    private @Nullable CompletableFuture<Boolean> mark(@Nullable Handling<R> marking, @Nullable Marker why) {
        if (marking == null || why == null) {
            return null; // the cache was closed meanwhile, which gave the handle up
        }
        return marking.startMark(why, engine.limits().notKeptFor(unstorableFor))
                .whenComplete((marked, failure) -> {
                    if (failure != null) {
                        vacate();
                    }
                })
                .thenApply(marked -> false);
    }

    private Handling<R> beginHandling() {
        Handling<R> begun = new Handling<>(this);
        handling = begun;
        room.opened(begun);
        return begun;
    }

    String describe() {
        return locked(() -> state.name().toLowerCase(Locale.ROOT));
    }

    private <T> T locked(Supplier<T> read) {
        room.lock.lock();
        try {
            return read.get();
        } finally {
            room.lock.unlock();
        }
    }
}
