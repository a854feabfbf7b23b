package io.apicache.tck;

import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Digest;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Time;
import io.apicache.spi.Token;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The store that is plain to see right: a map, one lock, no bound, no speed. The contract is tried on it first, and the deliberately
 * wrong stores differ from it in one step each. Every protected method is such a step.
 *
 * <p>Several engines over one object are several processes over one server.
 *
 * @param <V> the response type
 */
public class ReferenceStore<V> implements Store<V> {

    /** One record: pending while it has no handled response. */
    protected static final class Entry<V> {
        /** The proof of the owner. */
        public final Token token;
        /** What the owner brought. */
        public final @Nullable Digest fingerprint;
        /** When the lease of a pending record ends, or the retention of a handled one. */
        public long ends;
        /** Whether somebody has joined and is to be told. */
        public boolean joined;
        /** The response, once there is one. */
        public @Nullable Response<V> response;
        /** Whether the response is for those only who had joined. */
        public boolean handOver;

        Entry(Token token, @Nullable Digest fingerprint) {
            this.token = token;
            this.fingerprint = fingerprint;
        }
    }

    private final Time time;
    // Guards records and lastNumber.
    private final Object lock = new Object();
    private final Map<Key, Entry<V>> records = new HashMap<>();
    private final List<Hints<V>> listeners = new CopyOnWriteArrayList<>();
    private long lastNumber;

    /**
     * Creates an empty store.
     *
     * @param time decides when leases and retentions end
     */
    public ReferenceStore(Time time) {
        this.time = time;
    }

    // ---- the steps that a wrong store gets wrong

    /** {@return whether a pending record is this attempt's own} */
    protected boolean isOwn(Entry<V> entry, Attempt attempt) {
        return entry.token.owner().equals(attempt.id());
    }

    /** {@return whether the lease of a pending record is over} */
    protected boolean isLapsed(Entry<V> entry) {
        return time.nanoTime() - entry.ends >= 0;
    }

    /** {@return whether a token may handle or renew a record} */
    protected boolean isOwner(Entry<V> entry, Token token) {
        return entry.token.equals(token);
    }

    /** {@return whether an attempt may release a pending record} */
    protected boolean mayRelease(Entry<V> entry, AttemptId attempt) {
        return entry.token.owner().equals(attempt);
    }

    /** {@return the number of the next owner} */
    protected long nextNumber() {
        return ++lastNumber;
    }

    /** {@return the fingerprint that goes into the record} */
    protected @Nullable Digest recorded(Attempt attempt) {
        return attempt.fingerprint();
    }

    /** {@return when the retention of a record that is being handled ends} */
    protected long retainedUntil(Entry<V> entry, Duration keepFor) {
        return time.nanoTime() + keepFor.toNanos();
    }

    /** {@return whether a repeated handle with the token that stored the response is accepted} */
    protected boolean acceptsRepetition() {
        return true;
    }

    /** Tells those who have joined that a record was handled. */
    protected void tellHandled(Key key, Response<V> response) {
        listeners.forEach(listener -> listener.handled(key, response));
    }

    /** Tells those who have joined that a record changed. */
    protected void tellChanged(Key key) {
        listeners.forEach(listener -> listener.changed(key));
    }

    /** {@return the present reading of the clock} */
    protected final long now() {
        return time.nanoTime();
    }

    // ---- the moves

    @Override
    public CompletionStage<Claimed<V>> claim(Key key, Attempt attempt) {
        return ask(key, attempt, false);
    }

    @Override
    public CompletionStage<Claimed<V>> join(Key key, Attempt attempt) {
        return ask(key, attempt, true);
    }

    private CompletionStage<Claimed<V>> ask(Key key, Attempt attempt, boolean joins) {
        synchronized (lock) {
            Entry<V> entry = live(key);
            if (entry != null && entry.response != null && (joins || !entry.handOver)) {
                return CompletableFuture.completedFuture(entry.response);
            }
            boolean pending = entry != null && entry.response == null;
            if (pending && isOwn(entry, attempt)) {
                return CompletableFuture.completedFuture(new Claimed.Granted<>(entry.token, false));
            }
            if (pending && !isLapsed(entry)) {
                entry.joined |= joins;
                Duration left = Duration.ofNanos(Math.max(0, entry.ends - time.nanoTime()));
                return CompletableFuture.completedFuture(
                        new Claimed.Pending<>(entry.token.number(), left, entry.fingerprint));
            }
            Entry<V> next = new Entry<>(new Token(nextNumber(), attempt.id()), recorded(attempt));
            next.ends = time.nanoTime() + attempt.lease().toNanos();
            next.joined = pending && entry.joined; // those who wait go on waiting, for the new owner
            records.put(key, next);
            return CompletableFuture.completedFuture(new Claimed.Granted<>(next.token, pending));
        }
    }

    /** A pending record is kept past its lease: a late handle is accepted as long as nobody has taken over. */
    private @Nullable Entry<V> live(Key key) {
        Entry<V> entry = records.get(key);
        if (entry != null && entry.response != null && time.nanoTime() - entry.ends >= 0) {
            records.remove(key);
            return null;
        }
        return entry;
    }

    @Override
    public CompletionStage<Stored<V>> handle(Key key, Token token, V value, Duration keepFor) {
        return handle(key, token, value, null, keepFor);
    }

    @Override
    public CompletionStage<Stored<V>> mark(Key key, Token token, Marker marker, Duration keepFor) {
        return handle(key, token, null, marker, keepFor);
    }

    private CompletionStage<Stored<V>> handle(
            Key key, Token token, @Nullable V value, @Nullable Marker marker, Duration keepFor) {
        List<Runnable> tell = new ArrayList<>();
        Stored<V> stored;
        synchronized (lock) {
            Entry<V> entry = live(key);
            stored = entry == null
                    ? new Stored.Lost<>()
                    : store(
                            key,
                            token,
                            new Response<>(value, marker, token.number(), entry.fingerprint, time.instant(), time),
                            keepFor,
                            tell);
        }
        tell.forEach(Runnable::run);
        return CompletableFuture.completedFuture(stored);
    }

    private Stored<V> store(Key key, Token token, Response<V> response, Duration keepFor, List<Runnable> tell) {
        Entry<V> entry = live(key);
        if (entry == null) {
            return new Stored.Lost<>();
        }
        if (!isOwner(entry, token)) {
            return new Stored.Stale<>();
        }
        if (entry.response != null) {
            return acceptsRepetition() ? new Stored.Accepted<>(entry.response) : new Stored.Stale<>();
        }
        entry.ends = keepFor.isZero() ? time.nanoTime() + HAND_OVER.toNanos() : retainedUntil(entry, keepFor);
        entry.handOver = keepFor.isZero();
        entry.response = response;
        if (entry.joined) {
            tell.add(() -> tellHandled(key, response));
        }
        return new Stored.Accepted<>(response);
    }

    @Override
    public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
        synchronized (lock) {
            Entry<V> entry = live(key);
            boolean kept = entry != null && mayRenew(entry, token);
            if (kept) {
                entry.ends = time.nanoTime() + lease.toNanos();
            }
            return CompletableFuture.completedFuture(kept);
        }
    }

    /** {@return whether a renewal is accepted} */
    protected boolean mayRenew(Entry<V> entry, Token token) {
        return entry.response == null && isOwner(entry, token);
    }

    @Override
    public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
        boolean held;
        boolean told;
        synchronized (lock) {
            Entry<V> entry = live(key);
            held = entry != null && entry.response == null && mayRelease(entry, attempt);
            told = held && entry.joined;
            if (held) {
                records.remove(key);
            }
        }
        if (told) {
            tellChanged(key);
        }
        return CompletableFuture.completedFuture(held);
    }

    @Override
    public CompletionStage<Boolean> invalidate(Key key) {
        boolean existed;
        boolean told;
        synchronized (lock) {
            Entry<V> entry = live(key);
            existed = entry != null && !entry.handOver;
            told = entry != null && entry.joined;
            records.remove(key);
        }
        if (told) {
            tellChanged(key);
        }
        return CompletableFuture.completedFuture(existed);
    }

    @Override
    public CompletionStage<Optional<Claimed.Handled<V>>> peek(Key key) {
        synchronized (lock) {
            Entry<V> entry = live(key);
            boolean shown = entry != null && entry.response != null && !entry.handOver;
            return CompletableFuture.completedFuture(shown ? Optional.ofNullable(entry.response) : Optional.empty());
        }
    }

    @Override
    public Registration hints(Hints<V> hints) {
        listeners.add(hints);
        return () -> listeners.remove(hints);
    }

    @Override
    public void close() {}

    /** A stored response, or a marker in its place. */
    protected static final class Response<V> implements Claimed.Handled<V> {

        private final @Nullable V value;
        private final @Nullable Marker marker;
        private final long number;
        private final @Nullable Digest fingerprint;
        private final Instant handledAt;
        private final Time time;
        private final long stored;

        Response(V value, long number, @Nullable Digest fingerprint, Instant handledAt, Time time) {
            this(value, null, number, fingerprint, handledAt, time);
        }

        private Response(
                @Nullable V value,
                @Nullable Marker marker,
                long number,
                @Nullable Digest fingerprint,
                Instant handledAt,
                Time time) {
            this.value = value;
            this.marker = marker;
            this.number = number;
            this.fingerprint = fingerprint;
            this.handledAt = handledAt;
            this.time = time;
            this.stored = time.nanoTime();
        }

        @Override
        public V value() {
            if (value == null) {
                throw new IllegalStateException("a marker: " + marker);
            }
            return value;
        }

        @Override
        public @Nullable Marker marker() {
            return marker;
        }

        @Override
        public long number() {
            return number;
        }

        @Override
        public @Nullable Digest fingerprint() {
            return fingerprint;
        }

        @Override
        public Instant handledAt() {
            return handledAt;
        }

        @Override
        public Duration age() {
            return Duration.ofNanos(time.nanoTime() - stored);
        }
    }
}
