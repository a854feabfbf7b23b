package io.apicache.engine;

import io.apicache.engine.Effect.Completed;
import io.apicache.engine.HandOvers.HandOver;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
import io.apicache.spi.Store;
import io.apicache.spi.Time;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what the steps of keys decide, and brings events to keys: callers that come and go, owners, messages, the end.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class Coordinator<R> implements Steps.Performer<R> {

    private static final int AT_ONCE = 64;
    private static final int PER_TASK = 64;

    private final Store<R> store;
    private final KeyContext context;
    private final Threads threads;
    private final EventSink events;
    private final StoreClient client;
    private final HandOvers handOvers;
    private final Steps<R> steps;
    private final LeaseKeeper<R> keeper;
    private final StoreMoves<R> moves;

    Coordinator(Store<R> store, KeyContext context, Time time, Threads threads, HandOvers handOvers, EventSink events) {
        this.store = store;
        this.context = context;
        this.threads = threads;
        this.events = events;
        this.handOvers = handOvers;
        client = new StoreClient(threads, context.settings, time);
        steps = new Steps<>(context, time, threads, this);
        keeper = new LeaseKeeper<>(steps, handOvers, threads, time, context);
        moves = new StoreMoves<>(store, context, time, threads, events, client, steps, keeper);
    }

    Steps<R> steps() {
        return steps;
    }

    Store<R> store() {
        return store;
    }

    StoreClient client() {
        return client;
    }

    Settings settings() {
        return context.settings;
    }

    HandOvers handOvers() {
        return handOvers;
    }

    long now() {
        return steps.now();
    }

    /** Has the lease keeper look at all that is open, in time. */
    void watch() {
        keeper.watch();
    }

    EventSink events() {
        return events;
    }

    /** {@return a future for foreign code: completed here if {@code inner} is done, and else on the executor when it is} */
    <T> CompletableFuture<T> handOver(CompletableFuture<?> inner, Supplier<? extends @Nullable T> outcome) {
        HandOver<T> handOver = handOvers.create(new After<>(inner, outcome), new CompletableFuture<>());
        if (inner.isDone()) {
            handOver.run();
        } else {
            open(handOver);
            var unused = inner.whenComplete((value, failure) -> handOver.ready());
        }
        return handOver.result();
    }

    /** An outcome that is made when a future is done. */
    record After<T>(CompletableFuture<?> inner, Supplier<? extends @Nullable T> outcome)
            implements HandOvers.Source<T> {

        @Override
        public boolean isReady() {
            return inner.isDone();
        }

        @Override
        public @Nullable T get() {
            return outcome.get();
        }
    }

    /** The outcome is still to come: the lease keeper sees to it that it is passed on. */
    void open(HandOver<?> handOver) {
        handOvers.add(handOver);
        keeper.watch();
    }

    // ---- callers

    /** {@return false if the key's state has ended, and the caller must take another slot} */
    boolean arrive(KeySlot<R> slot, Waiter<R> waiter) {
        try (Steps<R>.Step step = steps.begin(slot, Occasion.CALLER)) {
            return step.state().arrive(waiter, step);
        }
    }

    /** {@return whether the caller left undecided; if not, its resolution is there} */
    boolean leave(KeySlot<R> slot, Waiter<R> waiter) {
        try (Steps<R>.Step step = steps.begin(slot, Occasion.CALLER)) {
            return step.state().leave(waiter);
        }
    }

    /**
     * A call of receive ends with an exception: nothing of it stays behind, least of all a claim. Should there be no heap for leaving its
     * key, it stays there until its time is up, and a claim that it is given is given back.
     */
    void withdraw(KeySlot<R> slot, Waiter<R> waiter) {
        waiter.withdraw();
        try {
            if (waiter.resolution() == null) {
                leave(slot, waiter);
            }
        } finally {
            closeUnwanted(slot, waiter);
        }
    }

    /** {@return leave to run without a claim, or null if the key's state has ended, and the caller must take another slot} */
    @Nullable
    Ownership<R> runUnprotected(KeySlot<R> slot, @Nullable Digest fingerprint, long now) {
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            return step.state().isEnded() ? null : step.owners().runUnprotected(fingerprint, now, step);
        }
    }

    /** {@return whether a caller ran here without a claim, and has finished now} */
    boolean finishUnprotected(KeySlot<R> slot) {
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            return step.owners().finishUnprotected();
        }
    }

    /** {@return since when a claim is known to be open, here or elsewhere, or null if none is} */
    @Nullable
    Long underWaySince(KeySlot<R> slot) {
        slot.lock.lock();
        try {
            return slot.state.underWaySince();
        } finally {
            slot.lock.unlock();
        }
    }

    /** {@return the claim that handle or release by id means, or null if there is none} */
    @Nullable
    Ownership<R> ownershipById(KeySlot<R> slot) {
        long now = now();
        slot.lock.lock();
        try {
            return slot.state.owners.ownershipById(now);
        } finally {
            slot.lock.unlock();
        }
    }

    /**
     * The record was invalidated through this cache.
     *
     * @return completes when a claim that is held here is known to be void, or to stand; or when that is left to the keeper, which goes on
     *     asking
     */
    CompletableFuture<Boolean> invalidated(KeySlot<R> slot) {
        Ownership<R> held;
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            held = step.state().invalidated();
        }
        return held == null ? CompletableFuture.completedFuture(true) : moves.verify(slot, held);
    }

    // ---- owners

    /** Sends an encoded response for the first time; {@link Owners#repeatIfDue} sends it again. The attempt completes in any case. */
    void send(KeySlot<R> slot, Ownership<R> owned, HandleAttempt<R> attempt) {
        try {
            Ownership.Send<R> send = firstSend(slot, owned, attempt);
            if (send != null) {
                moves.send(slot, send);
            }
        } catch (Throwable e) {
            moves.notSent(slot, owned, attempt, e, null);
        }
    }

    private Ownership.@Nullable Send<R> firstSend(KeySlot<R> slot, Ownership<R> owned, HandleAttempt<R> attempt) {
        long now = now();
        slot.lock.lock();
        try {
            return slot.state.owners.send(owned, attempt, now);
        } finally {
            slot.lock.unlock();
        }
    }

    /** The response could not be encoded. The attempt completes in any case. */
    void notEncoded(KeySlot<R> slot, Ownership<R> owned, HandleAttempt<R> attempt, Throwable why) {
        moves.notSent(slot, owned, attempt, why, HandleAttempt.markerFor(why));
    }

    /** {@return completes with whether it was this call that gave the claim back} */
    CompletableFuture<Boolean> release(KeySlot<R> slot, Ownership<R> owned, boolean byId) {
        long now = steps.now();
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            return step.owners().release(owned, byId, now, step);
        }
    }

    // ---- effects

    /**
     * Wakes blocked callers first and callers whose code follows last, so that no caller waits for another one's code. Throws nothing:
     * what fails here concerns other calls than the one whose thread this is. Blocked callers wake by themselves, and the lease keeper
     * finds what else was left undone.
     */
    @Override
    public void perform(KeySlot<R> slot, Effects<R> effects) {
        if (effects.blocked != null) {
            deliver(slot, effects.blocked, effects.moreBlocked);
        }
        if (effects.isWatched()) {
            watchSafely();
        }
        if (effects.effect != null) {
            performSafely(slot, effects.effect);
        }
        if (effects.moreEffects != null) {
            for (int i = 0; i < effects.moreEffects.size(); i++) {
                performSafely(slot, effects.moreEffects.get(i));
            }
        }
        if (effects.threadless != null) {
            deliver(slot, effects.threadless, effects.moreThreadless);
        }
    }

    private void watchSafely() {
        try {
            keeper.watch();
        } catch (Throwable e) {
            Failures.log(Incident.NO_TIMER, e);
        }
    }

    private void performSafely(KeySlot<R> slot, Effect effect) {
        try {
            perform(slot, effect);
        } catch (Throwable e) {
            Failures.log(Incident.EFFECT_FAILED, e);
        }
    }

    @SuppressWarnings("unchecked") // of one key: its effects are of its type
    private void perform(KeySlot<R> slot, Effect effect) {
        if (effect instanceof Query.Ask<?> ask) {
            moves.ask(slot, (Query.Ask<R>) ask);
        } else if (effect instanceof Completed completed) {
            completed.carryOut();
        } else if (effect instanceof Ownership.Send<?> send) {
            moves.send(slot, (Ownership.Send<R>) send);
        } else if (effect instanceof Ownership.Renewal<?> renewal) {
            moves.renew(slot, (Ownership.Renewal<R>) renewal);
        } else if (effect instanceof Ownership.Release<?> release) {
            moves.release(slot, (Ownership.Release<R>) release);
        } else if (effect instanceof RemoteRecord.GiveBack giveBack) {
            var unused = moves.giveBack(slot.key, giveBack.attempt()); // the listener is notified of a failure
        } else {
            notifyOf(effect);
        }
    }

    private void notifyOf(Effect effect) {
        if (effect instanceof RemoteRecord.StoreFailed failed) {
            moves.storeFailed(failed.verb(), failed.failure());
        } else if (effect instanceof Ownership.Lost lost) {
            if (lost.owner() != null) {
                lost.owner().ready();
            }
            if (events.isHeard()) {
                threads.callBack(() -> events.leaseLost(lost.key().id()));
            }
        }
    }

    // ---- effects: callers

    /**
     * Delivers a few on this thread, so that the common case pays for no hand-over. A herd is woken by several threads, so that the owner
     * who handled it does not wake thousands before it may go on.
     */
    private void deliver(KeySlot<R> slot, Waiter<R> first, @Nullable List<Waiter<R>> more) {
        deliver(slot, first);
        int size = more == null ? 0 : more.size();
        for (int i = 0; i < Math.min(size, AT_ONCE); i++) {
            deliver(slot, Objects.requireNonNull(more).get(i));
        }
        for (int from = AT_ONCE; from < size; from += PER_TASK) {
            int start = from;
            int end = Math.min(size, from + PER_TASK);
            List<Waiter<R>> herd = Objects.requireNonNull(more);
            try {
                Runnable some = () -> deliver(slot, herd, start, end);
                if (first.blocked() != null) {
                    threads.wake(some);
                } else {
                    threads.callBack(some);
                }
            } catch (Throwable e) { // no heap for a task
                deliver(slot, herd, start, end);
            }
        }
    }

    private void deliver(KeySlot<R> slot, List<Waiter<R>> herd, int start, int end) {
        for (int i = start; i < end; i++) {
            deliver(slot, herd.get(i));
        }
    }

    private void deliver(KeySlot<R> slot, Waiter<R> waiter) {
        try {
            if (waiter.isWithdrawn()) {
                closeUnwanted(slot, waiter);
            } else {
                waiter.wake();
            }
        } catch (Throwable e) {
            Failures.log(Incident.OUTCOME_NOT_DELIVERED, e);
        }
    }

    /** Gives back a claim that was decided on for a call which has ended. */
    void closeUnwanted(KeySlot<R> slot, Waiter<R> waiter) {
        Ownership<R> unwanted = waiter.unwanted();
        if (unwanted != null) {
            abandon(slot, unwanted);
        }
    }

    /** Closes a claim without waiting for the store: no caller has got it. Throws nothing. */
    void abandon(KeySlot<R> slot, Ownership<R> owned) {
        try {
            var unused = close(slot, owned);
        } catch (Throwable e) {
            lapse(slot, owned, e);
        }
    }

    /** {@return completes with whether the claim was given back, or null if nothing is to be waited for} */
    @Nullable
    CompletableFuture<Boolean> close(KeySlot<R> slot, Ownership<R> owned) {
        long now = steps.now();
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            return step.owners().close(owned, now, step);
        }
    }

    /** Ends the claim without the store, which may not have been asked: it is renewed no more. Throws nothing. */
    void lapse(KeySlot<R> slot, Ownership<R> owned, Throwable why) {
        Failures.log(Incident.CLAIM_LAPSES, slot.key, why);
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            if (owned.state() == Ownership.State.OPEN) {
                step.owners().lapse(owned, step);
            }
        } catch (Throwable e) {
            owned.leaveToKeeper(); // no heap, perhaps
            Failures.log(Incident.CLAIM_NOT_ENDED, slot.key, e);
        }
    }

    // ---- messages

    /** The record may have changed. */
    void changed(KeySlot<R> slot) {
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            if (step.state().changed()) {
                step.state().join(steps.now(), step);
            }
        }
    }

    /** The record was handled, and a message carried the response. */
    void handled(KeySlot<R> slot, Handled<R> record, long fencingToken, @Nullable Digest storedFingerprint) {
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            if (step.state().handledElsewhere(record, fencingToken, storedFingerprint, step)) {
                step.state().join(steps.now(), step);
            }
        }
    }

    // ---- the end

    /** Ends every wait at the key, and gives its claim up. {@code pending} gets the attempts that are under way. */
    void close(KeySlot<R> slot, List<Ownership.Send<R>> pending) {
        long now = steps.nowOr(0);
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            step.owners().closeCache(pending, now, step);
        }
    }

    /** There will be no other answer. */
    void giveUp(KeySlot<R> slot, Ownership.Send<R> pending) {
        long now = steps.nowOr(pending.ownership().opened);
        try (Steps<R>.Step step = steps.begin(slot, Occasion.NEWS)) {
            step.owners().giveUp(pending.ownership(), pending.attempt(), now, step);
        }
    }
}
