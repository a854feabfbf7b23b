package io.apicache.engine;

import io.apicache.LeaseLostException;
import io.apicache.StoreUnavailableException;
import io.apicache.WaitInterruptedException;
import io.apicache.engine.HandOvers.HandOver;
import io.apicache.spi.Marker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A claim in its owner's hands: what the owner may do with it. For an owner that runs without protection there is no claim, and what it does
 * here only says that it has finished.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; of concurrent calls of {@code handle} one stores.
 *
 * @param <R> the response type
 */
public final class Claim<R> {

    private final Coordinator<R> coordinator;
    private final KeySlot<R> slot;
    private final Ownership<R> ownership;

    Claim(Coordinator<R> coordinator, KeySlot<R> slot, Ownership<R> ownership) {
        this.coordinator = coordinator;
        this.slot = slot;
        this.ownership = ownership;
    }

    // ---- what is known of it

    /** {@return the fencing token, or 0 without protection} */
    public long fencingToken() {
        return ownership.fencingToken();
    }

    /** {@return whether an earlier owner's lease had lapsed} */
    public boolean isTakenOver() {
        return ownership.takenOver;
    }

    /** {@return whether the lease could not be kept, by the cache's clock} */
    public boolean isLost() {
        long now = coordinator.now();
        return locked(() -> ownership.isOverOrLost(now));
    }

    /** {@return whether the owner has stored a response itself, or has given the claim back} */
    public boolean isAnswered() {
        return locked(ownership::isAnswered);
    }

    /** {@return the marker for the response of the last handle, or null if it was not refused for good} */
    public @Nullable Marker unstorable() {
        return locked(ownership::unstorable);
    }

    /** {@return the state, in a word} */
    public String describe() {
        return locked(ownership::describe);
    }

    /** {@return how long the response is retained if {@code handle} does not say} */
    public Duration keepFor() {
        return ownership.keepFor();
    }

    /**
     * Chooses how long the response is retained if {@code handle} does not say.
     *
     * @param chosen zero or more
     */
    public void keepFor(Duration chosen) {
        ownership.keepFor(chosen);
    }

    /** The calling thread runs the work, until {@link #workEnds}: a nested call that would wait for it is refused. */
    public void workBegins() {
        ownership.workBegins();
    }

    /** The calling thread has run the work. */
    public void workEnds() {
        ownership.workEnds();
    }

    /** {@return completes on the executor when the lease is lost, and never if the claim ends before} */
    public CompletionStage<Void> lost() {
        HandOver<Void> stage = locked(this::lossStage);
        if (ownership.isLostForGood()) {
            stage.run();
        }
        return stage.result().minimalCompletionStage();
    }

    @SuppressWarnings("unchecked") // made here, and nowhere else
    private HandOver<Void> lossStage() {
        if (ownership.onLoss() instanceof HandOver<?> known) {
            return (HandOver<Void>) known;
        }
        HandOver<Void> stage = coordinator.handOvers().create(new Loss(ownership), new CompletableFuture<>());
        if (ownership.notifyOnLoss(stage)) {
            coordinator.handOvers().add(stage); // until it is lost, or over
        }
        return stage;
    }

    /** The outcome of a stage that completes when the claim is lost. */
    record Loss(Ownership<?> ownership) implements HandOvers.Source<Void> {

        @Override
        public boolean isReady() {
            return ownership.isLostForGood();
        }

        @Override
        public @Nullable Void get() {
            return null;
        }
    }

    // ---- handle

    /**
     * Stores the response, and waits for the store.
     *
     * @param response what every other caller gets
     * @param keepFor how long it is retained
     * @param byId whether the caller gave an id, which must mean this claim and no other
     */
    public void handle(R response, Duration keepFor, boolean byId) {
        CompletableFuture<Boolean> done = startHandle(response, keepFor, byId);
        coordinator.client().await(done, "handle", 2 * coordinator.settings().storeTimeoutNanos());
        notifyHandled();
    }

    /**
     * Stores the response without waiting for the store.
     *
     * @param response what every other caller gets
     * @param keepFor how long it is retained
     * @param byId whether the caller gave an id, which must mean this claim and no other
     * @return completes when it is stored
     */
    public CompletableFuture<Void> handleAsync(R response, Duration keepFor, boolean byId) {
        CompletableFuture<Boolean> done;
        try {
            done = startHandle(response, keepFor, byId);
        } catch (LeaseLostException e) {
            done = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Boolean> started = done;
        return coordinator.handOver(started, () -> {
            started.join();
            notifyHandled();
            return null;
        });
    }

    private void notifyHandled() {
        if (ownership.token != null && coordinator.events().isHeard()) {
            coordinator.events().handled(slot.key.id(), coordinator.now() - ownership.opened);
        }
    }

    private CompletableFuture<Boolean> startHandle(R response, Duration keepFor, boolean byId) {
        Duration kept = Durations.keepFor(keepFor);
        if (response == null) {
            refuseNull(kept);
        }
        HandleAttempt<R> attempt = beginHandle(byId);
        if (attempt == null) {
            return CompletableFuture.completedFuture(true);
        }
        attempt.keepFor = kept;
        try {
            attempt.prepared = coordinator.store().prepare(slot.key, ownership.token(), response, kept);
        } catch (Throwable e) { // it could not be encoded, perhaps for want of heap: a smaller one may still do
            coordinator.notEncoded(slot, ownership, attempt, e);
            return attempt.done;
        }
        coordinator.send(slot, ownership, attempt);
        return attempt.done;
    }

    private void refuseNull(Duration keepFor) {
        slot.lock.lock();
        try {
            ownership.nullHandled(keepFor);
        } finally {
            slot.lock.unlock();
        }
        throw new NullPointerException("response");
    }

    /** {@return the attempt, or null if the owner has run without a claim and has now finished} */
    private @Nullable HandleAttempt<R> beginHandle(boolean byId) {
        slot.lock.lock();
        try {
            HandleAttempt<R> attempt = slot.state.owners.beginHandle(ownership, byId);
            if (attempt != null) {
                return attempt;
            }
        } finally {
            slot.lock.unlock();
        }
        coordinator.finishUnprotected(slot);
        return null;
    }

    // ---- release and close

    /**
     * Gives the claim back, and waits for the store.
     *
     * @param byId whether the caller gave an id, which must mean this claim and no other
     */
    public void release(boolean byId) {
        if (coordinator.client().await(coordinator.release(slot, ownership, byId), "release")) {
            coordinator.events().released(slot.key.id());
        }
    }

    /**
     * Gives the claim back without waiting for the store.
     *
     * @param byId whether the caller gave an id, which must mean this claim and no other
     * @return completes when it is given back
     */
    public CompletableFuture<Void> releaseAsync(boolean byId) {
        return notifyReleased(coordinator.release(slot, ownership, byId));
    }

    /** {@return completes on the executor, when the listener has been notified of the release, if there was one} */
    private CompletableFuture<Void> notifyReleased(CompletableFuture<Boolean> released) {
        return coordinator.handOver(released, () -> {
            if (released.join()) {
                coordinator.events().released(slot.key.id());
            }
            return null;
        });
    }

    /** Gives the claim back unless {@code handle} was called. Throws nothing. */
    public void close() {
        try {
            CompletableFuture<Boolean> closing = startClose();
            if (closing != null && coordinator.client().await(closing, "release")) {
                coordinator.events().released(slot.key.id());
            }
        } catch (StoreUnavailableException | WaitInterruptedException e) {
            // told to the listener already, or still to come; the lease runs out by itself
        } catch (Throwable e) { // what the work threw may be on its way, and must not be hidden
            coordinator.lapse(slot, ownership, e);
        }
    }

    /** {@return completes on the executor when the claim is closed; its failure says only that the store could not be reached} */
    public CompletableFuture<Void> closeAsync() {
        try {
            CompletableFuture<Boolean> closing = startClose();
            return closing == null ? CompletableFuture.completedFuture(null) : notifyReleased(closing);
        } catch (Throwable e) {
            coordinator.lapse(slot, ownership, e);
            return CompletableFuture.failedFuture(e);
        }
    }

    private @Nullable CompletableFuture<Boolean> startClose() {
        // What becomes of a handle that is under way decides about the claim: that needs no time.
        return locked(ownership::isClosedOrAbandons) ? null : coordinator.close(slot, ownership);
    }

    /** Closes without waiting for the store: no caller has got the claim. Throws nothing. */
    public void abandon() {
        coordinator.abandon(slot, ownership);
    }

    /** Ending the claim failed: the next visit of the lease keeper ends it. */
    void leaveToKeeper() {
        ownership.leaveToKeeper();
    }

    private <T> T locked(Supplier<T> read) {
        slot.lock.lock();
        try {
            return read.get();
        } finally {
            slot.lock.unlock();
        }
    }
}
