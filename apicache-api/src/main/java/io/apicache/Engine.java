package io.apicache;

import io.apicache.ApiCacheListener.Outcome;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the door: takes calls to the room of their key, and turns verdicts into receipts on the caller's own thread. One
 * path for calls that block and calls that do not.
 */
final class Engine<R> {

    /** A blocked caller whose deadline is over lets the timer act first, and then looks for itself. */
    private static final long TIMER_FIRST = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long CLOCK_FAILED = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_PARK = TimeUnit.SECONDS.toNanos(10); // should a wake-up be lost for want of heap
    private static final long SHORTEST_PARK = TimeUnit.MILLISECONDS.toNanos(1);

    private final String namespace;
    private final Store<R> store;
    private final Limits limits;
    private final Time time;
    private final Threads threads;
    private final Events events;
    private final Calls calls;
    private final Receipts<R> receipts;
    private final Unavailable whenUnavailable;
    private final DoubleSupplier jitter;
    private final ConcurrentHashMap<Key, Room<R>> rooms = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final HandOvers handOvers;
    private final LeaseKeeper<R> keeper = new LeaseKeeper<>(this);
    private final Store.Registration hints;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean closed;

    Engine(ApiCache.Builder<R> settings) {
        Failures.prepare();
        namespace = settings.namespace;
        store = settings.store;
        limits = settings.limits();
        time = settings.time;
        threads = new Threads(namespace, settings.scheduler, settings.executor);
        events = new Events(settings.listeners, threads, time);
        calls = new Calls(threads, limits, time);
        handOvers = new HandOvers(limits);
        receipts = new Receipts<>(this);
        whenUnavailable = settings.whenUnavailable;
        jitter = settings.jitter;
        hints = store.hints(new RoomHints());
    }

    // ---- what the rooms use

    Store<R> store() {
        return store;
    }

    Limits limits() {
        return limits;
    }

    Events events() {
        return events;
    }

    LeaseKeeper<R> keeper() {
        return keeper;
    }

    Threads threads() {
        return threads;
    }

    HandOvers handOvers() {
        return handOvers;
    }

    /** {@return the id within the cache's namespace; messages show it} */
    Key key(String requestId) {
        return new Key(namespace, requestId);
    }

    boolean hasSomethingToKeep() {
        return !rooms.isEmpty() || !handOvers.isEmpty();
    }

    /** {@return when a caller is answered at the latest, whatever the store does} */
    long end(Waiter<R> waiter) {
        return waiter.deadline + limits.storeTimeoutNanos();
    }

    Collection<Room<R>> rooms() {
        return rooms.values();
    }

    long now() {
        return time.nanoTime();
    }

    boolean isClosed() {
        return closed;
    }

    static IllegalStateException closed() {
        return new IllegalStateException("the cache is closed");
    }

    void ended(Room<R> room) {
        rooms.remove(room.key, room);
    }

    boolean countWaiter() {
        if (waiting.incrementAndGet() <= limits.waiters()) {
            return true;
        }
        waiting.decrementAndGet();
        return false;
    }

    void uncountWaiter() {
        waiting.decrementAndGet();
    }

    /** {@return the timer's task, or null if there will be none} Throws nothing: a clock that fails makes the task early. */
    @Nullable
    ScheduledFuture<?> schedule(Runnable task, long due) {
        long delay = CLOCK_FAILED;
        try {
            delay = due - now();
        } catch (Throwable e) {
            threads.log(Incident.CLOCK_FAILED, e);
        }
        return threads.schedule(task, delay);
    }

    Receipts<R> receipts() {
        return receipts;
    }

    Calls calls() {
        return calls;
    }

    /** Gives a claim back that is, or may be, this process's. {@return fails with StoreUnavailableException, and in bounded time} */
    CompletableFuture<Boolean> giveBack(Key key, AttemptId attempt) {
        return calls.bounded("release", () -> store.release(key, attempt)).whenComplete((held, failure) -> {
            if (failure != null) {
                events.storeFailed("release", Failures.unavailable("release", Failures.unwrap(failure)));
            }
        });
    }

    // ---- receive

    Receipt<R> receiveAndWait(String requestId, Duration maxWait) {
        long wait = Durations.nanos(maxWait, "maxWait");
        Cached<R> local = local(requestId, null);
        return local != null ? local : blockingReceive(Request.of(requestId), wait, null);
    }

    Receipt<R> receiveAndWait(Request request, Duration maxWait) {
        return receiveAndWait(request, maxWait, null);
    }

    /** Waits on for a caller that has waited since then, or begins to wait now if that is null. */
    Receipt<R> receiveAndWait(Request request, Duration maxWait, @Nullable Long since) {
        long wait = Durations.nanos(maxWait, "maxWait");
        Cached<R> local = local(request.id(), request.fingerprint());
        return local != null ? local : blockingReceive(request, wait, since);
    }

    /**
     * {@return the response if it is in this process, or null} The id is not checked before: one that would be refused cannot be in the
     * store, and most calls end here.
     */
    private @Nullable Cached<R> local(String requestId, @Nullable Fingerprint fingerprint) {
        requireOpen();
        Handled<R> handled = store.peekLocal(key(Objects.requireNonNull(requestId, "requestId")));
        if (handled == null
                || (fingerprint != null && Decision.mismatch(handled.fingerprint(), fingerprint.digest()))) {
            return null; // what does not fit is refused in one place, in the room
        }
        Cached<R> cached;
        try {
            cached = receipts.cached(requestId, handled);
        } catch (Throwable e) { // a marker, or a response that cannot be read
            events.notReplayed(requestId);
            throw e;
        }
        events.replayed(requestId);
        return cached;
    }

    private Receipt<R> blockingReceive(Request request, long wait, @Nullable Long since) {
        Waiter<R> waiter = new Waiter<>(request, now(), wait, Thread.currentThread());
        waiter.since = since == null ? waiter.entered : since;
        try {
            Room<R> room = enter(waiter);
            return receipts.of(waiter, park(waiter, room));
        } catch (Throwable e) {
            withdraw(waiter);
            throw e;
        }
    }

    /** Parks until the call is decided. The timer decides it in time as a rule; where it does not, the caller makes its room decide. */
    private Verdict<R> park(Waiter<R> waiter, Room<R> room) {
        long look = waiter.deadline + TIMER_FIRST;
        Verdict<R> verdict = waiter.verdict();
        while (verdict == null) {
            try {
                waiter.park(Math.min(Math.max(look - now(), SHORTEST_PARK), LONGEST_PARK));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                if (room.leave(waiter)) {
                    events.received(waiter, Outcome.FAILED);
                    throw new WaitInterruptedException("interrupted while waiting for " + room.key, e);
                }
            }
            verdict = waiter.verdict(); // if it was decided at the moment of the interrupt, what it decided must not be
            // lost
            if (verdict == null && now() - look >= 0) {
                look = Decision.later(end(waiter), now());
                room.overdue();
                keeper.watch();
                verdict = waiter.verdict();
            }
        }
        return verdict;
    }

    /**
     * A call of receive ends with an exception: nothing of it stays behind, least of all a claim. Should there be no heap for leaving the
     * room, it stays there until its time is up, and a claim that it is given is given back.
     */
    private static <R> void withdraw(Waiter<R> waiter) {
        waiter.withdraw();
        try {
            Room<R> room = waiter.room;
            if (room != null && waiter.verdict() == null) {
                room.leave(waiter);
            }
        } finally {
            waiter.giveBackUnwanted();
        }
    }

    CompletableFuture<Receipt<R>> receiveAsync(Request request, Duration maxWait) {
        return receiveAsync(request, maxWait, null);
    }

    /** Waits on for a caller that has waited since then, or begins to wait now if that is null. */
    CompletableFuture<Receipt<R>> receiveAsync(Request request, Duration maxWait, @Nullable Long since) {
        long wait = Durations.nanos(maxWait, "maxWait");
        Objects.requireNonNull(request, "request");
        requireOpen();
        Waiter<R> waiter = new Waiter<>(request, now(), wait);
        waiter.since = since == null ? waiter.entered : since;
        CompletableFuture<Receipt<R>> result = new CompletableFuture<>();
        HandOver<Receipt<R>> handOver =
                new HandOver<>(this, () -> waiter.verdict() != null, () -> receipt(waiter), result);
        try {
            Room<R> room = enter(waiter);
            if (waiter.verdict() == null) {
                handOvers.add(handOver);
                keeper.watch();
                waiter.handOverTo(handOver);
                var unused = result.whenComplete((receipt, failure) -> left(waiter, room, handOver));
            }
        } catch (Throwable e) {
            handOvers.remove(handOver);
            withdraw(waiter);
            throw e;
        }
        if (waiter.verdict() != null) {
            handOver.run(); // at hand: on this thread
        }
        return result;
    }

    private Receipt<R> receipt(Waiter<R> waiter) {
        try {
            return receipts.of(waiter, Objects.requireNonNull(waiter.verdict()));
        } catch (Throwable e) {
            withdraw(waiter);
            throw e;
        }
    }

    /** The future has been completed: by us, or from outside, which ends the wait. */
    private void left(Waiter<R> waiter, Room<R> room, HandOver<?> handOver) {
        if (waiter.verdict() == null && room.leave(waiter)) {
            handOvers.remove(handOver);
            events.cancelled(waiter);
        }
    }

    /** {@return a future for foreign code: completed here if the outcome is there, and else on the executor} */
    <T> CompletableFuture<T> handOver(CompletableFuture<?> inner, Supplier<? extends @Nullable T> outcome) {
        HandOver<T> handOver = new HandOver<>(this, inner::isDone, outcome, new CompletableFuture<>());
        if (inner.isDone()) {
            handOver.run();
        } else {
            handOvers.add(handOver);
            keeper.watch();
            var unused = inner.whenComplete((value, failure) -> handOver.ready());
        }
        return handOver.result();
    }

    /** {@return when the client of a caller whose time is up should try again} Reads no clock, which might fail: the wait has ended. */
    Duration retryAfter(Waiter<R> waiter) {
        Room<R> room = rooms.get(key(waiter.request.id()));
        Long underWay = room == null ? null : room.underWaySince();
        long since = underWay == null ? waiter.since : Decision.earlier(underWay, waiter.since);
        return Duration.ofNanos(Decision.retryAfter(waiter.deadline - since, jitter.getAsDouble()));
    }

    private Room<R> enter(Waiter<R> waiter) {
        Key key = key(waiter.request.id());
        while (true) {
            Room<R> room = roomOf(key);
            if (room.enter(waiter)) {
                return room;
            }
        }
    }

    private Room<R> roomOf(Key key) {
        Room<R> room = rooms.get(key);
        return room != null ? room : rooms.computeIfAbsent(key, absent -> new Room<>(this, absent));
    }

    /** {@return whether a caller gets a response of its own work that is not stored} */
    boolean returnsUnstored() {
        return whenUnavailable == Unavailable.RUN_UNPROTECTED;
    }

    boolean runsUnprotected() {
        return whenUnavailable == Unavailable.RUN_UNPROTECTED && !closed;
    }

    Claim<R> letRun(Request request) {
        Key key = key(request.id());
        Claim<R> leave = null;
        while (leave == null) {
            leave = roomOf(key).letRun(request);
        }
        return leave;
    }

    // ---- by id

    /** {@return the claim this cache holds, or null if the caller runs without one and has now finished} */
    @Nullable
    Claim<R> claimOf(String requestId) {
        requireOpen();
        Key key = key(Request.requireId(requestId));
        Room<R> room = rooms.get(key);
        Claim<R> claim = room == null ? null : room.claimById();
        if (claim == null && (room == null || !room.finishUnprotected())) {
            throw new IllegalStateException(
                    "this cache holds no claim on " + key
                            + ": receive it first, and handle or release it once; if it was handled or released before, nothing is to be done");
        }
        return claim;
    }

    Optional<Cached<R>> peek(Request request) {
        return receipts.peeked(request, calls.await(startPeek(request), "peek"));
    }

    CompletableFuture<Optional<Cached<R>>> peekAsync(Request request) {
        CompletableFuture<Optional<Handled<R>>> found = startPeek(request);
        return handOver(found, () -> receipts.peeked(request, found.join()));
    }

    private CompletableFuture<Optional<Handled<R>>> startPeek(Request request) {
        requireOpen();
        Key key = key(request.id());
        return calls.bounded("peek", () -> store.peek(key));
    }

    boolean invalidate(String requestId) {
        requireOpen();
        Key key = key(Request.requireId(requestId));
        boolean existed = calls.await(calls.bounded("invalidate", () -> store.invalidate(key)), "invalidate");
        try {
            calls.await(invalidated(key), "renew");
        } catch (Throwable e) { // the record is gone, which is what the caller asked for
            Failures.log(Incident.CLAIM_NOT_VERIFIED, key, e);
        }
        return existed;
    }

    CompletableFuture<Boolean> invalidateAsync(String requestId) {
        requireOpen();
        Key key = key(Request.requireId(requestId));
        CompletableFuture<Boolean> invalidated = calls.bounded("invalidate", () -> store.invalidate(key))
                .thenCompose(existed -> invalidated(key).handle((verified, failure) -> existed));
        return handOver(invalidated, invalidated::join);
    }

    private CompletableFuture<Boolean> invalidated(Key key) {
        Room<R> room = rooms.get(key);
        return room == null ? CompletableFuture.completedFuture(true) : room.invalidated();
    }

    String describe() {
        return namespace + ", " + rooms.size() + " ids, " + waiting.get() + " waiters" + (closed ? ", closed" : "");
    }

    private void requireOpen() {
        if (closed) {
            throw closed();
        }
    }

    // ---- the end

    void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        closed = true; // before the rooms are told: a caller who enters one from now on sees it there
        try {
            hints.close();
        } catch (Throwable e) {
            Failures.log(Incident.REGISTRATION_NOT_ENDED, e);
        }
        List<Handling<R>> handling = new ArrayList<>();
        rooms.values().forEach(room -> close(room, handling));
        await(handling);
        handling.forEach(Handling::giveUp);
        calls.close();
        rooms.values().forEach(room -> close(room, handling)); // again, where the first time failed
        handOvers.close();
        threads.close();
    }

    private void close(Room<R> room, List<Handling<R>> handling) {
        for (int attempt = 0; attempt < 2; attempt++) {
            try {
                room.close(handling);
                return;
            } catch (Throwable e) {
                Failures.log(Incident.CLOSING_FAILED, room.key, e);
            }
        }
    }

    /**
     * Waits for the answers of the store, not longer than it may take to answer. A thread that was interrupted before waits as well:
     * its claims shall be free, and the handles of other callers answered, when the store is closed next.
     */
    private void await(List<Handling<R>> handling) {
        boolean interrupted = Thread.interrupted();
        List<CompletableFuture<?>> open = new ArrayList<>(List.of(calls.settled()));
        handling.forEach(each -> open.add(each.done()));
        try {
            CompletableFuture.allOf(open.toArray(CompletableFuture[]::new))
                    .get(limits.storeTimeoutNanos(), TimeUnit.NANOSECONDS);
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

    /** Throws nothing: a hint that could not be taken must not end what the store is at. The next look finds what it was about. */
    private final class RoomHints implements Hints<R> {

        @Override
        public void changed(Key key) {
            Room<R> room = rooms.get(key);
            if (room != null) {
                changed(room);
            }
        }

        private void changed(Room<R> room) {
            try {
                room.changed();
            } catch (Throwable e) {
                Failures.log(Incident.HINT_NOT_TAKEN, room.key, e);
            }
        }

        @Override
        public void handled(Key key, Handled<R> record) {
            Room<R> room = rooms.get(key);
            if (room == null) {
                return;
            }
            try {
                room.handled(record, record.number(), record.fingerprint());
            } catch (Throwable e) { // the message is good for a hint at least
                Failures.log(Incident.MESSAGE_NOT_TAKEN, key, e);
                changed(room);
            }
        }

        @Override
        public void missed() {
            rooms.values().forEach(this::changed);
        }
    }
}
