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
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the door: takes calls to the room of their key, and turns verdicts into receipts on the caller's own thread. One
 * path for calls that block and calls that do not.
 */
final class Engine<R> {

    private static final int WOKEN_AT_ONCE = 64;
    private static final int WOKEN_PER_TASK = 64;

    private final String namespace;
    private final Store<R> store;
    private final Limits limits;
    private final Time time;
    private final Threads threads;
    private final Events events;
    private final Calls calls;
    private final Receipts<R> receipts;
    private final Unavailable whenUnavailable;
    private final ConcurrentHashMap<Key, Room<R>> rooms = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final LeaseKeeper<R> keeper = new LeaseKeeper<>(this);
    private final Store.Registration hints;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean closed;

    Engine(ApiCache.Builder<R> settings) {
        namespace = settings.namespace;
        store = settings.store;
        limits = settings.limits();
        time = settings.time;
        threads = new Threads(namespace, settings.scheduler, settings.executor);
        events = new Events(settings.listeners, threads, time);
        calls = new Calls(threads, limits);
        receipts = new Receipts<>(this);
        whenUnavailable = settings.whenUnavailable;
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

    @Nullable
    ScheduledFuture<?> schedule(Runnable task, long due) {
        return threads.schedule(task, due - now());
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

    /**
     * Delivers verdicts. A few on this thread, so that the common case pays for no hand-over; a herd is woken by several threads, so
     * that the owner who handled it does not wake thousands before it may go on.
     */
    void wakeUp(Waiter<R> first, List<Waiter<R>> more) {
        first.deliver();
        int atOnce = Math.min(more.size(), WOKEN_AT_ONCE);
        for (int i = 0; i < atOnce; i++) {
            more.get(i).deliver();
        }
        for (int from = atOnce; from < more.size(); from += WOKEN_PER_TASK) {
            List<Waiter<R>> some = more.subList(from, Math.min(more.size(), from + WOKEN_PER_TASK));
            threads.callBack(() -> some.forEach(Waiter::deliver));
        }
    }

    // ---- receive

    Receipt<R> receiveAndWait(String requestId, Duration maxWait) {
        long wait = Durations.nanos(maxWait, "maxWait");
        Cached<R> local = local(requestId, null);
        return local != null ? local : blockingReceive(Request.of(requestId), wait);
    }

    Receipt<R> receiveAndWait(Request request, Duration maxWait) {
        long wait = Durations.nanos(maxWait, "maxWait");
        Cached<R> local = local(request.id(), request.fingerprint());
        return local != null ? local : blockingReceive(request, wait);
    }

    /**
     * {@return the response if it is in this process, or null} The id is not checked before: one that would be refused cannot be in the
     * store, and most calls end here.
     */
    private @Nullable Cached<R> local(String requestId, @Nullable Fingerprint fingerprint) {
        requireOpen();
        Handled<R> handled = store.peekLocal(new Key(namespace, Objects.requireNonNull(requestId, "requestId")));
        if (handled == null
                || (fingerprint != null && Decision.mismatch(handled.fingerprint(), fingerprint.digest()))) {
            return null; // what does not fit is refused in one place, in the room
        }
        Cached<R> cached = receipts.cached(requestId, handled);
        events.replayed(requestId);
        return cached;
    }

    private Receipt<R> blockingReceive(Request request, long wait) {
        Waiter<R> waiter = new Waiter<>(request, now(), wait);
        Room<R> room = enter(waiter);
        CompletableFuture<Verdict<R>> verdict = waiter.verdict();
        try {
            return receipts.of(waiter, verdict.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (room.leave(waiter)) {
                events.received(waiter, Outcome.FAILED);
                throw new WaitInterruptedException("interrupted while waiting for " + room.key, e);
            }
            return receipts.of(waiter, verdict.join()); // decided at the same moment: what it decided must not be lost
        } catch (ExecutionException e) {
            throw new AssertionError("a verdict is never a failure", e);
        }
    }

    CompletableFuture<Receipt<R>> receiveAsync(Request request, Duration maxWait) {
        long wait = Durations.nanos(maxWait, "maxWait");
        Objects.requireNonNull(request, "request");
        requireOpen();
        Waiter<R> waiter = new Waiter<>(request, now(), wait);
        Room<R> room = enter(waiter);
        CompletableFuture<Receipt<R>> result =
                calls.handOver(waiter.verdict(), verdict -> receipts.of(waiter, verdict));
        if (!result.isDone()) {
            var unused = result.whenComplete((receipt, failure) -> {
                if (room.leave(waiter) && events.isHeard()) { // cancelled, or ended by somebody else's time-out
                    threads.callBack(() -> events.received(waiter, Outcome.FAILED));
                }
            });
        }
        return result;
    }

    private Room<R> enter(Waiter<R> waiter) {
        Key key = new Key(namespace, waiter.request.id());
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

    boolean runsUnprotected() {
        return whenUnavailable == Unavailable.RUN_UNPROTECTED && !closed;
    }

    Claim<R> letRun(Request request) {
        Key key = new Key(namespace, request.id());
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
        Key key = new Key(namespace, Request.requireId(requestId));
        Room<R> room = rooms.get(key);
        Claim<R> claim = room == null ? null : room.claimById();
        if (claim == null && (room == null || !room.finishUnprotected())) {
            throw new IllegalStateException(
                    "this cache holds no claim on " + key
                            + ": receive it first, and handle or release it once; if it was handled or released before, nothing is to be done");
        }
        return claim;
    }

    Optional<Cached<R>> peek(String requestId) {
        requireOpen();
        Key key = new Key(namespace, Request.requireId(requestId));
        return Calls.await(calls.bounded("peek", () -> store.peek(key)), "peek")
                .map(handled -> receipts.cached(requestId, handled));
    }

    boolean invalidate(String requestId) {
        requireOpen();
        Key key = new Key(namespace, Request.requireId(requestId));
        boolean existed = Calls.await(calls.bounded("invalidate", () -> store.invalidate(key)), "invalidate");
        Room<R> room = rooms.get(key);
        if (room != null) {
            room.invalidated();
        }
        return existed;
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
        closed = true; // before the rooms are told: whoever enters one from now on sees it there
        hints.close();
        List<CompletableFuture<?>> released = new ArrayList<>();
        for (Room<R> room : rooms.values()) {
            released.add(room.close());
        }
        try {
            CompletableFuture.allOf(released.toArray(CompletableFuture[]::new))
                    .get(limits.storeTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // reported to the listener; what the store was not told lapses by itself
        }
        threads.close();
    }

    private final class RoomHints implements Hints<R> {

        @Override
        public void changed(Key key) {
            Room<R> room = rooms.get(key);
            if (room != null) {
                room.changed();
            }
        }

        @Override
        public void handled(Key key, Handled<R> record) {
            Room<R> room = rooms.get(key);
            if (room != null) {
                room.handled(record);
            }
        }

        @Override
        public void missed() {
            rooms.values().forEach(Room::changed);
        }
    }
}
