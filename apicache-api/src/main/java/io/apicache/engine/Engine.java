package io.apicache.engine;

import io.apicache.WaitInterruptedException;
import io.apicache.engine.HandOvers.HandOver;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All calls of one cache: what the door asks for. One path for calls that block and calls that do not.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 *
 * @param <R> the response type
 */
public final class Engine<R> {

    /** A blocked caller whose deadline is over lets the timer act first, and then looks for itself. */
    private static final long TIMER_FIRST = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long LONGEST_PARK = TimeUnit.SECONDS.toNanos(10); // should a wake-up be lost for want of heap
    private static final long SHORTEST_PARK = TimeUnit.MILLISECONDS.toNanos(1);

    private final Store<R> store;
    private final KeyContext context;
    private final Time time;
    private final Threads threads;
    private final EventSink events;
    private final StoreClient client;
    private final HandOvers handOvers;
    private final Coordinator<R> coordinator;
    private final Steps<R> steps;
    private final Store.Registration registration;
    private final AtomicBoolean closing = new AtomicBoolean();

    /**
     * Creates the engine of one cache, and registers it with the store.
     *
     * @param store where records live
     * @param settings checked
     * @param time the clock
     * @param threads the timer, and threads for foreign code
     * @param events receives what happens besides the outcome of calls
     * @param ids an id at each call that no other attempt has
     * @param jitter 0 to 1, another one at each call
     */
    public Engine(
            Store<R> store,
            Settings settings,
            Time time,
            Threads threads,
            EventSink events,
            Supplier<AttemptId> ids,
            DoubleSupplier jitter) {
        this.store = store;
        this.time = time;
        this.threads = threads;
        this.events = events;
        context = new KeyContext(settings, ids, jitter);
        handOvers = new HandOvers(threads, time, settings);
        coordinator = new Coordinator<>(store, context, time, threads, handOvers, events);
        steps = coordinator.steps();
        client = coordinator.client();
        registration = store.hints(new Messages<>(coordinator));
    }

    /** {@return the time, by the cache's clock} */
    public long now() {
        return time.nanoTime();
    }

    /** {@return whether {@link #close} was called} */
    public boolean isClosed() {
        return context.isClosed();
    }

    /** Fails if the cache is closed. */
    public void requireOpen() {
        if (context.isClosed()) {
            throw KeyState.closed();
        }
    }

    // ---- receive

    /**
     * What the door makes of a call that is decided.
     *
     * @param <R> the response type
     * @param <T> what the caller gets
     */
    public interface Receiver<R, T> {

        /**
         * Converts the outcome of a call, on the thread of its caller. What it throws ends the call; a claim is given back then.
         *
         * @param waiter the call
         * @param resolution its outcome
         * @param claim the claim, if the caller owns it
         * @return what the caller gets
         */
        T receive(Waiter<R> waiter, Resolution<R> resolution, @Nullable Claim<R> claim);

        /**
         * The caller has cancelled the call, and has not got the outcome.
         *
         * @param outcome what it would have got
         */
        void discard(T outcome);
    }

    /**
     * Receives a request on the calling thread.
     *
     * @param key what is asked for
     * @param fingerprint what must not differ, or null
     * @param maxWait how long to wait, in nanoseconds
     * @param since when the caller began to wait, or null: now
     * @param receiver makes of the outcome what the caller gets
     * @param <T> what the caller gets
     * @return what the receiver has made of the outcome
     * @throws WaitInterruptedException if the thread was interrupted
     */
    public <T> T receive(
            Key key, @Nullable Digest fingerprint, long maxWait, @Nullable Long since, Receiver<R, T> receiver) {
        long now = now();
        Waiter<R> waiter =
                new Waiter<>(key, fingerprint, now, maxWait, since == null ? now : since, Thread.currentThread());
        KeySlot<R> slot = steps.slot(key);
        try {
            while (!coordinator.arrive(slot, waiter)) {
                slot = steps.slot(key);
            }
            Resolution<R> resolution = park(slot, waiter);
            return receiver.receive(waiter, resolution, claim(slot, resolution));
        } catch (Throwable e) {
            coordinator.withdraw(slot, waiter);
            throw e;
        }
    }

    private @Nullable Claim<R> claim(KeySlot<R> slot, Resolution<R> resolution) {
        return resolution instanceof Resolution.Run<R> run ? new Claim<>(coordinator, slot, run.ownership()) : null;
    }

    /** Parks until the call is decided. The timer decides it in time as a rule; where it does not, the caller makes its key decide. */
    private Resolution<R> park(KeySlot<R> slot, Waiter<R> waiter) {
        long look = waiter.deadline + TIMER_FIRST;
        Resolution<R> resolution = waiter.resolution();
        while (resolution == null) {
            try {
                waiter.park(Math.min(Math.max(look - now(), SHORTEST_PARK), LONGEST_PARK));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                if (coordinator.leave(slot, waiter)) {
                    events.ended(waiter);
                    throw new WaitInterruptedException("interrupted while waiting for " + slot.key, e);
                }
            }
            // If it was decided at the moment of the interrupt, what it decided must not be lost.
            resolution = waiter.resolution();
            if (resolution == null && now() - look >= 0) {
                look = Timing.later(context.end(waiter.deadline), now());
                steps.overdue(slot);
                coordinator.watch();
                resolution = waiter.resolution();
            }
        }
        return resolution;
    }

    /**
     * Receives a request without holding a thread.
     *
     * @param key what is asked for
     * @param fingerprint what must not differ, or null
     * @param maxWait how long to wait, in nanoseconds
     * @param since when the caller began to wait, or null: now
     * @param receiver makes of the outcome what the caller gets
     * @param <T> what the caller gets
     * @return completes on the executor, or here if the outcome is at hand
     */
    public <T> CompletableFuture<T> receiveAsync(
            Key key, @Nullable Digest fingerprint, long maxWait, @Nullable Long since, Receiver<R, T> receiver) {
        long now = now();
        Waiter<R> waiter = new Waiter<>(key, fingerprint, now, maxWait, since == null ? now : since, null);
        CompletableFuture<T> result = new CompletableFuture<>();
        KeySlot<R> slot = steps.slot(key);
        @Nullable HandOver<T> open = null;
        try {
            AsyncCall<T> call = new AsyncCall<>(waiter, receiver, slot);
            HandOver<T> handOver = handOvers.create(call, result);
            open = handOver;
            while (!coordinator.arrive(slot, waiter)) {
                slot = steps.slot(key);
                call.slot = slot;
            }
            if (waiter.resolution() == null) {
                coordinator.open(handOver);
                waiter.deliverTo(handOver);
                var unused = result.whenComplete((outcome, failure) -> left(call, handOver));
            }
        } catch (Throwable e) {
            if (open != null) {
                handOvers.remove(open);
            }
            coordinator.withdraw(slot, waiter);
            throw e;
        }
        if (waiter.resolution() != null) {
            open.run(); // at hand: on this thread
        }
        return result;
    }

    /** A call that waits without a thread. */
    final class AsyncCall<T> implements HandOvers.Source<T> {

        private final Waiter<R> waiter;
        private final Receiver<R, T> receiver;
        private volatile KeySlot<R> slot;

        AsyncCall(Waiter<R> waiter, Receiver<R, T> receiver, KeySlot<R> slot) {
            this.waiter = waiter;
            this.receiver = receiver;
            this.slot = slot;
        }

        @Override
        public boolean isReady() {
            return waiter.resolution() != null;
        }

        @Override
        public T get() {
            try {
                Resolution<R> resolution = waiter.decided();
                return receiver.receive(waiter, resolution, claim(slot, resolution));
            } catch (Throwable e) {
                coordinator.withdraw(slot, waiter);
                throw e;
            }
        }

        @Override
        public void discard(T outcome) {
            receiver.discard(outcome);
        }
    }

    /** The future has been completed: by us, or from outside, which ends the wait. */
    private void left(AsyncCall<?> call, HandOver<?> handOver) {
        if (call.waiter.resolution() == null && coordinator.leave(call.slot, call.waiter)) {
            handOvers.remove(handOver);
            if (events.isHeard()) {
                threads.callBack(() -> events.ended(call.waiter));
            }
        }
    }

    /**
     * Lets a caller run although the store cannot be asked.
     *
     * @param key what is asked for
     * @param fingerprint what must not differ, or null
     * @return leave to run without a claim
     */
    public Claim<R> runUnprotected(Key key, @Nullable Digest fingerprint) {
        long now = now(); // first of all: if it fails, no slot is left behind
        while (true) {
            KeySlot<R> slot = steps.slot(key);
            Ownership<R> leave = coordinator.runUnprotected(slot, fingerprint, now);
            if (leave != null) {
                return new Claim<>(coordinator, slot, leave);
            }
        }
    }

    /**
     * When a client that was told "in flight" should try again.
     *
     * @param waiter the call whose time is up
     * @return nanoseconds
     */
    public long retryAfter(Waiter<R> waiter) {
        KeySlot<R> slot = steps.existing(waiter.key); // reads no clock, which might fail: the wait has ended
        Long underWay = slot == null ? null : coordinator.underWaySince(slot);
        long since = underWay == null ? waiter.since() : Timing.earlier(underWay, waiter.since());
        return Timing.retryAfter(waiter.deadline - since, context.jitter());
    }

    // ---- by id

    /**
     * Finds the claim that handle or release by id means.
     *
     * @param key the id
     * @return the claim that this cache holds, or null if a caller ran without one and has now finished
     * @throws IllegalStateException if there is none, or more than one
     */
    public @Nullable Claim<R> claimOf(Key key) {
        requireOpen();
        KeySlot<R> slot = steps.existing(key);
        Ownership<R> owned = slot == null ? null : coordinator.ownershipById(slot);
        if (slot != null && owned != null) {
            return new Claim<>(coordinator, slot, owned);
        }
        if (slot == null || !coordinator.finishUnprotected(slot)) {
            throw new IllegalStateException(
                    "this cache holds no claim on " + key
                            + ": receive it first, and handle or release it once; if it was handled or released before, nothing is to be done");
        }
        return null;
    }

    /**
     * Looks without claiming, on the calling thread.
     *
     * @param key what is asked for
     * @return the response, if it has been handled and is retained
     */
    public Optional<Handled<R>> peek(Key key) {
        requireOpen();
        return client.await(startPeek(key), "peek");
    }

    /**
     * Looks without claiming and without holding a thread.
     *
     * @param key what is asked for
     * @param conversion makes of it what the caller gets, on the thread that completes the future
     * @param <T> what the caller gets
     * @return completes on the executor, or here if the answer is at hand
     */
    public <T> CompletableFuture<T> peekAsync(Key key, Function<Optional<Handled<R>>, T> conversion) {
        requireOpen();
        CompletableFuture<Optional<Handled<R>>> found = startPeek(key);
        return coordinator.handOver(found, () -> conversion.apply(found.join()));
    }

    private CompletableFuture<Optional<Handled<R>>> startPeek(Key key) {
        return client.bounded("peek", () -> store.peek(key));
    }

    /**
     * Removes a record.
     *
     * @param key which
     * @return whether there was one
     */
    public boolean invalidate(Key key) {
        requireOpen();
        boolean existed = client.await(client.bounded("invalidate", () -> store.invalidate(key)), "invalidate");
        try {
            client.await(invalidated(key), "renew");
        } catch (Throwable e) { // the record is gone, which is what the caller asked for
            Failures.log(Incident.CLAIM_NOT_VERIFIED, key, e);
        }
        return existed;
    }

    /**
     * Removes a record without holding a thread.
     *
     * @param key which
     * @return whether there was one
     */
    public CompletableFuture<Boolean> invalidateAsync(Key key) {
        requireOpen();
        CompletableFuture<Boolean> done = client.bounded("invalidate", () -> store.invalidate(key))
                .thenCompose(existed -> invalidated(key).handle((verified, failure) -> existed));
        return coordinator.handOver(done, done::join);
    }

    /** {@return completes when a claim that is held here is known to be void, or to stand} */
    private CompletableFuture<Boolean> invalidated(Key key) {
        KeySlot<R> slot = steps.existing(key);
        return slot == null ? CompletableFuture.completedFuture(true) : coordinator.invalidated(slot);
    }

    /** {@return how much is going on} */
    public String describe() {
        return steps.all().size() + " ids, " + context.capacity.taken() + " waiters"
                + (context.isClosed() ? ", closed" : "");
    }

    // ---- the end

    /** Ends every wait, gives open claims back, and stops the threads that were started. Does not close the store. */
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        context.close(); // before the keys are told: a caller who arrives from now on sees it there
        try {
            registration.close();
        } catch (Throwable e) {
            Failures.log(Incident.REGISTRATION_NOT_ENDED, e);
        }
        List<CompletableFuture<?>> pending = new ArrayList<>();
        List<Runnable> abandon = new ArrayList<>();
        steps.all().forEach(slot -> close(slot, pending, abandon));
        pending.add(client.settled());
        await(pending);
        abandon.forEach(Runnable::run);
        client.close();
        steps.all().forEach(slot -> close(slot, pending, abandon)); // again, where the first time failed
        handOvers.close();
        threads.close();
    }

    private void close(KeySlot<R> slot, List<CompletableFuture<?>> pending, List<Runnable> abandon) {
        for (int attempt = 0; attempt < 2; attempt++) {
            List<Ownership.Send<R>> sends = new ArrayList<>();
            try {
                coordinator.close(slot, sends);
                return;
            } catch (Throwable e) {
                Failures.log(Incident.CLOSING_FAILED, slot.key, e);
            } finally {
                for (Ownership.Send<R> send : sends) {
                    pending.add(send.attempt().done);
                    abandon.add(() -> coordinator.giveUp(slot, send));
                }
            }
        }
    }

    /**
     * Waits for the answers of the store, not longer than it may take to answer. A thread that was interrupted before waits as well:
     * its claims shall be free, and the handles of other callers answered, when the store is closed next.
     */
    private void await(List<CompletableFuture<?>> open) {
        boolean interrupted = Thread.interrupted();
        try {
            CompletableFuture.allOf(open.toArray(CompletableFuture[]::new))
                    .get(context.settings.storeTimeoutNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (ExecutionException | TimeoutException e) {
            // reported to the listener; what the store was not told lapses by itself
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
