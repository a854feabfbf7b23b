package io.apicache;

import io.apicache.engine.Claim;
import io.apicache.engine.Durations;
import io.apicache.engine.Engine;
import io.apicache.engine.PreparedClasses;
import io.apicache.engine.Threads;
import io.apicache.engine.Timing;
import io.apicache.engine.Waiter;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one cache, between the door and the engine: arguments become keys and nanoseconds, outcomes become receipts and exceptions.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class Calls<R> {

    private final String namespace;
    private final Store<R> store;
    private final Listeners listeners;
    private final Engine<R> engine;
    private final Receipts<R> receipts;
    private final Unavailable whenUnavailable;

    Calls(ApiCache.Builder<R> settings) {
        PreparedClasses.initialize(); // while there is heap
        namespace = settings.namespace;
        store = settings.store;
        whenUnavailable = settings.whenUnavailable;
        listeners = new Listeners(settings.listeners, settings.time);
        engine = new Engine<>(
                store,
                settings.settings(),
                settings.time,
                new Threads(namespace, settings.scheduler, settings.executor),
                listeners,
                AttemptId::next,
                settings.jitter);
        receipts = new Receipts<>(this, listeners);
    }

    Engine<R> engine() {
        return engine;
    }

    Listeners listeners() {
        return listeners;
    }

    Receipts<R> receipts() {
        return receipts;
    }

    /** {@return the id within the cache's namespace; messages show it} */
    Key key(String requestId) {
        return new Key(namespace, requestId);
    }

    // ---- receive

    Receipt<R> receiveAndWait(String requestId, Duration maxWait) {
        long wait = Durations.nanos(maxWait, "maxWait");
        engine.requireOpen();
        Cached<R> local = local(requestId, null); // before the id is checked: most calls end here
        return local != null ? local : engine.receive(key(Request.requireId(requestId)), null, wait, null, receipts);
    }

    Receipt<R> receiveAndWait(Request request, Duration maxWait) {
        return receiveAndWait(key(request.id()), request.digest(), maxWait, null);
    }

    /** Waits on for a caller that has waited since then, or begins to wait now if that is null. */
    Receipt<R> receiveAndWait(Key key, @Nullable Digest fingerprint, Duration maxWait, @Nullable Long since) {
        long wait = Durations.nanos(maxWait, "maxWait");
        engine.requireOpen();
        Cached<R> local = local(key.id(), fingerprint);
        return local != null ? local : engine.receive(key, fingerprint, wait, since, receipts);
    }

    CompletableFuture<Receipt<R>> receiveAsync(Request request, Duration maxWait) {
        Durations.nanos(maxWait, "maxWait");
        Objects.requireNonNull(request, "request");
        return receiveAsync(key(request.id()), request.digest(), maxWait, null);
    }

    /** Waits on for a caller that has waited since then, or begins to wait now if that is null. */
    CompletableFuture<Receipt<R>> receiveAsync(
            Key key, @Nullable Digest fingerprint, Duration maxWait, @Nullable Long since) {
        long wait = Durations.nanos(maxWait, "maxWait");
        engine.requireOpen();
        return engine.receiveAsync(key, fingerprint, wait, since, receipts);
    }

    /** {@return the response if it is in this process, or null} The key is made for it and goes no further, so that it need not be allocated. */
    private @Nullable Cached<R> local(String requestId, @Nullable Digest fingerprint) {
        Handled<R> handled = store.peekLocal(key(Objects.requireNonNull(requestId, "requestId")));
        if (handled == null || (fingerprint != null && Timing.mismatch(handled.fingerprint(), fingerprint))) {
            return null; // what does not fit is refused in one place, in the engine
        }
        Cached<R> cached;
        try {
            cached = receipts.cached(requestId, handled);
        } catch (Throwable e) { // a marker, or a response that cannot be read
            listeners.notReplayed(requestId);
            throw e;
        }
        listeners.replayed(requestId);
        return cached;
    }

    /** {@return when the client of a caller whose time is up should try again} */
    Duration retryAfter(Waiter<R> waiter) {
        return Duration.ofNanos(engine.retryAfter(waiter));
    }

    // ---- what to do if the store fails

    /** {@return whether a caller gets a response of its own work that is not stored} */
    boolean returnsUnstored() {
        return whenUnavailable == Unavailable.RUN_UNPROTECTED;
    }

    boolean runsUnprotected() {
        return whenUnavailable == Unavailable.RUN_UNPROTECTED && !engine.isClosed();
    }

    // ---- by id

    /** {@return the claim this cache holds, or null if the caller runs without one and has now finished} */
    @Nullable
    Claim<R> claimOf(String requestId) {
        engine.requireOpen();
        return engine.claimOf(key(Request.requireId(requestId)));
    }

    Optional<Cached<R>> peek(Request request) {
        return receipts.peeked(request, engine.peek(key(request.id())));
    }

    CompletableFuture<Optional<Cached<R>>> peekAsync(Request request) {
        return engine.peekAsync(key(request.id()), found -> receipts.peeked(request, found));
    }

    boolean invalidate(String requestId) {
        engine.requireOpen();
        return engine.invalidate(key(Request.requireId(requestId)));
    }

    CompletableFuture<Boolean> invalidateAsync(String requestId) {
        engine.requireOpen();
        return engine.invalidateAsync(key(Request.requireId(requestId)));
    }

    void close() {
        engine.close();
    }

    String describe() {
        return namespace + ", " + engine.describe();
    }
}
