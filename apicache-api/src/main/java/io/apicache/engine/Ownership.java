package io.apicache.engine;

import io.apicache.StoreUnavailableException;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A claim that is held by this process, or was, and its lease. The owner counts its own deadline from before the command was sent, on
 * a monotonic clock: past it the claim is lost without asking the store.
 *
 * <p>Mutable state is guarded by the key's lock. There is no lock, clock or store in here. {@link Owners} decides what happens to an ownership.
 */
final class Ownership<R> {

    enum State {
        OPEN,
        /** Being given back: no caller of this cache may ask for it before the store knows. */
        RELEASING,
        /** Could not be kept. A late handle is still tried: the store accepts it if no other owner has taken over. */
        LOST,
        /** There was no claim in the first place. */
        UNPROTECTED,
        HANDLED,
        RELEASED
    }

    /** How a claim ends that its owner closes. */
    enum Closing {
        RELEASE,
        MARK,
        LAPSE,
        NOTHING
    }

    /** A renewal is sent. The lease counts from {@code sent}, and the answer is good for the arrivals before it. */
    record Renewal<R>(Ownership<R> ownership, long sent, long answersUpTo) implements Effect {}

    /** The response of an attempt is sent to the store. */
    record Send<R>(Ownership<R> ownership, HandleAttempt<R> attempt, int number) implements Effect {}

    /** The claim is given back by its owner, who waits for {@code answer}. */
    record Release<R>(Ownership<R> ownership, CompletableFuture<Boolean> answer) implements Effect {}

    /** The claim is lost: the listener and the owner are notified. */
    record Lost(Key key, @Nullable Ready owner) implements Effect {}

    private static final CompletableFuture<Boolean> NOT_RELEASED = CompletableFuture.completedFuture(false);

    private final KeyContext context;
    final Key key;
    final @Nullable Digest fingerprint;
    final @Nullable Token token; // none without protection
    final boolean takenOver;
    final long opened; // when it was asked for
    private final Lease lease; // unused without protection
    private final long answersUpTo; // the arrivals before it was asked for
    private @Nullable Confirmation confirmation; // made when another caller comes

    private @Nullable Ownership<R> earlier; // one of this cache on the same key, lost while its owner has not finished
    private boolean finished; // its owner has, or has had all the time that work may take
    private State state;
    private boolean attempted; // handle was called, so the work is done
    private CompletableFuture<Boolean> released = NOT_RELEASED;
    private long releasing; // since when
    private @Nullable Marker unstorable; // why the response of the last handle was refused for good
    private Duration unstorableFor = Duration.ZERO;
    private volatile @Nullable Duration keepFor; // of this response, if the work has chosen one
    private boolean overtaken; // the record went while a handle was on its way
    private volatile boolean unwanted; // closed by its owner, and could not be ended yet
    private boolean abandoned; // closed by its owner while a handle was on its way
    private @Nullable HandleAttempt<R> attempt;
    private long lostAt;
    private @Nullable Ready onLoss; // made when the owner asks
    private volatile boolean isLostForGood; // read without the lock, by the one who passes it on

    /** The next one of the key's list of those with an attempt. */
    @Nullable
    Ownership<R> next;

    // The thread that runs the work inside execute. Not guarded: a thread only asks whether it is itself, and sees
    // what it has written. Cleared when the work ends, so that no claim holds on to a thread.
    private @Nullable Thread worker;

    private Ownership(
            KeyContext context,
            Key key,
            @Nullable Digest fingerprint,
            @Nullable Token token,
            boolean takenOver,
            long opened,
            long answersUpTo) {
        this.context = context;
        this.key = key;
        this.fingerprint = fingerprint;
        this.token = token;
        this.takenOver = takenOver;
        this.opened = opened;
        this.lease = new Lease(context.settings, opened);
        this.answersUpTo = answersUpTo;
        this.state = token == null ? State.UNPROTECTED : State.OPEN;
    }

    /**
     * A claim that was granted.
     *
     * @param firstSent when the first query for it was sent
     * @param answersUpTo the last arrival before the query that was answered
     */
    static <R> Ownership<R> granted(
            KeyContext context, Key key, Attempt attempt, Granted<R> granted, long firstSent, long answersUpTo) {
        return new Ownership<>(
                context, key, attempt.fingerprint(), granted.token(), granted.takenOver(), firstSent, answersUpTo);
    }

    /** {@return leave to run without a claim} */
    static <R> Ownership<R> unprotected(KeyContext context, Key key, @Nullable Digest fingerprint, long now) {
        return new Ownership<>(context, key, fingerprint, null, false, now, 0);
    }

    // ---- what is known

    State state() {
        return state;
    }

    boolean isHeld() {
        return state == State.OPEN || state == State.RELEASING;
    }

    /** {@return whether it is about to end, as far as is known: callers wait for that, and then ask the store} */
    private boolean isEnding() {
        return state == State.RELEASING || (overtaken && attempt != null);
    }

    boolean isAttempting() {
        return attempt != null;
    }

    HandleAttempt<R> attempt() {
        return Objects.requireNonNull(attempt, "attempt");
    }

    Token token() {
        return Objects.requireNonNull(token, "an unprotected claim has no token");
    }

    AttemptId attemptId() {
        return token().owner();
    }

    long fencingToken() {
        return token == null ? 0 : token.number();
    }

    /** {@return whether the owner has stored a response itself, or has given the claim back} */
    boolean isAnswered() {
        return attempt != null || state == State.HANDLED || state == State.RELEASING || state == State.RELEASED;
    }

    boolean isFinished() {
        return finished;
    }

    @Nullable
    Marker unstorable() {
        return unstorable;
    }

    Duration unstorableFor() {
        return unstorableFor;
    }

    CompletableFuture<Boolean> released() {
        return released;
    }

    boolean isOverOrLost(long now) {
        return state == State.LOST || (state == State.OPEN && lease.isOver(now)); // the timer may be late
    }

    boolean isLostForGood() {
        return isLostForGood;
    }

    String describe() {
        return state.name().toLowerCase(Locale.ROOT);
    }

    Duration keepFor() {
        Duration chosen = keepFor;
        return chosen == null ? context.settings.keepFor() : chosen;
    }

    void keepFor(Duration chosen) {
        keepFor = Durations.keepFor(chosen);
    }

    // ---- the work, where the library runs it

    /** The calling thread runs the work from now on, until {@link #workEnds}. */
    void workBegins() {
        worker = Thread.currentThread();
    }

    void workEnds() {
        worker = null;
    }

    /** {@return whether this thread is inside the work of this claim, so that it would wait for itself} */
    @SuppressWarnings("ReferenceEquality") // a subclass may override equals; the lock is held here
    boolean isWorkOf(@Nullable Thread blocked) {
        return blocked != null && worker == blocked && attempt == null;
    }

    // ---- earlier claims of this cache on the same key

    /** An earlier claim may be lost and still in its owner's hands. */
    void follow(@Nullable Ownership<R> before) {
        earlier = before == null || before.isUnfinishedLoss() ? before : before.earlierUnfinished();
    }

    /** {@return the last of the earlier claims that was lost and that its owner may still take for the current one, or null} */
    @Nullable
    Ownership<R> earlierUnfinished() {
        while (earlier != null && !earlier.isUnfinishedLoss()) {
            earlier = earlier.earlier;
        }
        return earlier;
    }

    private boolean isUnfinishedLoss() {
        return state == State.LOST && !finished;
    }

    /** The owner has finished with the claim. */
    void finish() {
        finished = true;
        if (onLoss != null && !isLostForGood) {
            onLoss.cancel(); // runs no foreign code
        }
    }

    // ---- whether the claim still stands; a caller is answered from it only if the store confirmed it since

    /** {@return the last arrival that may be answered from this claim} */
    long confirmedUpTo() {
        return confirmation == null ? answersUpTo : confirmation.upTo();
    }

    /** A caller has come that needs the store to confirm the claim. */
    void confirmFor(long entered, long lastLook, boolean atOnce) {
        if (confirmation == null) {
            confirmation = new Confirmation(answersUpTo, opened);
        }
        confirmation.request(entered, lastLook, atOnce);
    }

    /** Asks the store whether the claim still stands, if a caller needs to know by now. A renewal says so. */
    void confirmIfDue(long arrivals, long now, EffectSink effects) {
        if (confirmation != null && state == State.OPEN && !isEnding() && confirmation.isDue(now)) {
            renew(arrivals, now, effects);
        }
    }

    /** {@return when a confirmation is due, or null} */
    @Nullable
    Long confirmationDue() {
        return confirmation != null && state == State.OPEN && !isEnding() ? confirmation.due() : null;
    }

    // ---- the lease

    long leaseLeft(long now) {
        return lease.left(now);
    }

    /**
     * Renews the lease, and notices that it or the time for the work is over.
     *
     * @return when it must be looked at again
     */
    long expire(long arrivals, long now, EffectSink effects) {
        long due = now + context.settings.storeTimeoutNanos();
        forgetOldLosses(now);
        if (confirmation != null) {
            confirmation.expire(now, context.settings.storeTimeoutNanos());
        }
        if (unwanted && state == State.OPEN && attempt == null) {
            state = State.RELEASED;
            finish();
            return due;
        }
        long forgotten = opened + context.settings.workLimitNanos();
        if (state == State.OPEN && (lease.isOver(now) || now - forgotten >= 0)) {
            lose(now, effects);
        } else if (state == State.OPEN) {
            if (lease.isRenewalDue(now)) {
                renew(arrivals, now, effects);
            }
            return Timing.earlier(due, Timing.earlier(lease.due(), forgotten));
        }
        if (state == State.RELEASING && now - releasing >= 2 * context.settings.storeTimeoutNanos()) {
            // an Error came in between, for a release ends within one time-out
            effects.add(new Effect.Completed(released, unanswered("release")));
            state = State.RELEASED;
            finish();
        }
        return due;
    }

    /** An owner has had all the time that work may take: what it does from now on by id is for a later claim. */
    void forgetOldLosses(long now) {
        for (Ownership<R> each = this; each != null; each = each.earlier) {
            if (each.isUnfinishedLoss()
                    && each.attempt == null
                    && now - each.lostAt >= context.settings.workLimitNanos()) {
                each.finish();
            }
        }
    }

    private StoreUnavailableException unanswered(String verb) {
        return Failures.unanswered(verb, context.settings.storeTimeout());
    }

    private void renew(long arrivals, long now, EffectSink effects) {
        effects.add(new Renewal<>(this, now, arrivals));
        lease.renewing(now);
        if (confirmation != null) {
            confirmation.sent(now);
        }
    }

    /**
     * The store has answered a renewal, or failed to.
     *
     * @param kept whether the claim still stands, or null if that is not known
     * @return whether the callers that the renewal speaks for can be answered from the claim
     */
    boolean renewed(Renewal<R> renewal, @Nullable Boolean kept, long now, EffectSink effects) {
        if (state != State.OPEN) {
            return false;
        }
        if (kept != null) {
            if (kept && !lease.isOver(now)) { // later than that it may be another owner's already
                lease.renewed(renewal.sent());
            } else if (attempt == null) {
                lose(now, effects);
                return false;
            } else {
                overtake(); // "not held" may also mean that the pending handle succeeded
                return false;
            }
        }
        if (confirmation != null) {
            confirmation.answered(
                    renewal.sent(), renewal.answersUpTo()); // of a store that fails nothing newer can be had
        }
        return true;
    }

    void lose(long now, EffectSink effects) {
        effects.add(new Lost(
                key, onLoss)); // what may throw comes first: the owner is notified, or the claim is not lost yet
        lostAt = now;
        state = State.LOST;
        isLostForGood = true;
    }

    /** Notifies the owner of a loss, if there was none before and one may still come. {@return whether one may} */
    boolean notifyOnLoss(Ready owner) {
        onLoss = owner;
        return state == State.OPEN;
    }

    @Nullable
    Ready onLoss() {
        return onLoss;
    }

    /** The record is not what it was: if a response is on its way, it is not known whether it was stored before or will be refused. */
    void overtake() {
        overtaken = attempt != null;
    }

    boolean isOvertaken() {
        return overtaken;
    }

    // ---- what the owner does

    /** Fails if the owner has ended the claim before. */
    void requireUnfinished(String verb) {
        String done = attempt == null ? null : "is being handled by another call";
        if (state == State.HANDLED) {
            done = "has been handled before";
        } else if (state == State.RELEASED || state == State.RELEASING) {
            done = "has been released before";
        }
        if (done != null) {
            throw new IllegalStateException("the claim on " + key + " cannot be " + verb + ": it " + done);
        }
    }

    /** A handle begins: the work is done. */
    HandleAttempt<R> beginAttempt() {
        HandleAttempt<R> begun = new HandleAttempt<>(null);
        attempted = true;
        unstorable = null;
        attempt = begun;
        return begun;
    }

    /** A marker is stored in the place of the response. */
    HandleAttempt<R> beginMark() {
        HandleAttempt<R> begun = new HandleAttempt<>(unstorable);
        attempt = begun;
        return begun;
    }

    /** The work has returned null, which cannot be stored. */
    void nullHandled(Duration keepFor) {
        if (state == State.OPEN && attempt == null) {
            attempted = true;
            unstorable(Marker.NULL, keepFor);
        }
    }

    /** The response was refused for what it is, or for another reason if there is no marker. */
    void unstorable(@Nullable Marker marker, Duration keepFor) {
        unstorable = marker;
        unstorableFor = keepFor;
    }

    void endAttempt() {
        attempt = null;
    }

    void handled() {
        state = State.HANDLED;
    }

    /** {@return whether the owner has closed the claim meanwhile} */
    boolean isAbandoned() {
        return abandoned;
    }

    /** The attempt has ended without a word on the record, which may have changed meanwhile. {@return whether that was so, and the claim is open} */
    boolean leaveOvertaken() {
        boolean was = overtaken;
        overtaken = false;
        return was && state == State.OPEN;
    }

    /** The owner gives the claim back. {@return the state before} */
    State release(CompletableFuture<Boolean> answer, long now) {
        State was = state;
        state = State.RELEASED;
        if (was == State.OPEN) {
            state = State.RELEASING;
            released = answer;
            releasing = now;
        }
        return was;
    }

    void end() {
        state = State.RELEASED;
    }

    /** The owner closes the claim. {@return whether nothing else is to be done now: it has ended, or is left to a handle that is under way} */
    boolean isClosedOrAbandons() {
        abandoned = attempt != null;
        return abandoned || state == State.HANDLED || state == State.RELEASED || state == State.RELEASING;
    }

    /** Decides what is to be done when the owner closes the claim. */
    Closing close(boolean cacheClosed) {
        boolean open = state == State.OPEN || (state == State.LOST && !finished);
        abandoned = attempt != null;
        if (abandoned) {
            return Closing.NOTHING; // what becomes of the handle decides
        } else if (!attempted) {
            return open || state == State.LOST || state == State.UNPROTECTED ? Closing.RELEASE : Closing.NOTHING;
        } else if (open && unstorable != null && !cacheClosed) {
            return Closing.MARK;
        }
        return state == State.OPEN || state == State.LOST ? Closing.LAPSE : Closing.NOTHING;
    }

    /** The owner has closed the claim, and ending it failed: the next visit of the lease keeper ends it. */
    void leaveToKeeper() {
        unwanted = true;
    }
}
