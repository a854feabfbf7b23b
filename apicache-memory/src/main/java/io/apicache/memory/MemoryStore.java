package io.apicache.memory;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.apicache.Codec;
import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Time;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Keeps records in the memory of this process. Answers at once, on the calling thread; holds no thread and no timer of its own.
 *
 * <p>Responses are kept as the objects they are, and every receiver gets the same one: they should be immutable. {@link #copying} keeps
 * bytes instead and gives each receiver a copy.
 *
 * <p>Memory is bounded. A store that is full refuses new claims rather than forget a response that it has promised to keep; for
 * response caching, where a forgotten response is only computed again, {@link Builder#evictWhenFull()} makes room instead. Claims that are
 * held are never evicted. Records that have ended are removed by the calls that follow, several with each.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 *
 * @param <R> the response type
 */
@SuppressWarnings("exports") // @Nullable is for tools: callers compile without it
public final class MemoryStore<R> implements Store<R> {

    private static final int SWEPT_PER_CALL = 64;
    private static final long LONGEST = TimeUnit.DAYS.toNanos(100 * 365L);

    // The one truth. Every move is one compare-and-set of the entry of its key.
    private final ConcurrentMap<Key, Entry<R>> records;
    private final Expiry<R> expiry = new Expiry<>();
    private final List<Hints<R>> listeners = new CopyOnWriteArrayList<>();
    private final Time time;
    private final long origin;
    private final Builder<R> settings;
    private final AtomicLong lastNumber;
    private final AtomicLong pending = new AtomicLong();
    private final AtomicLong weight = new AtomicLong();
    private final LongAdder responses = new LongAdder();
    private final LongAdder replays = new LongAdder();
    private final LongAdder granted = new LongAdder();
    private final LongAdder takenOver = new LongAdder();
    private final LongAdder expired = new LongAdder();
    private final LongAdder evicted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private volatile boolean closed;

    /** Creates a store for up to 100,000 responses. */
    public MemoryStore() {
        this(new Builder<>());
    }

    private MemoryStore(Builder<R> settings) {
        this.settings = settings;
        this.time = settings.time;
        this.origin = time.nanoTime();
        // Tokens go on rising after a restart, as long as fewer than a million claims a second are granted and the
        // clock is not set back.
        this.lastNumber =
                new AtomicLong(TimeUnit.MILLISECONDS.toMicros(time.instant().toEpochMilli()));
        this.records = settings.evicts ? evicting(settings.maximum) : new ConcurrentHashMap<>();
    }

    private ConcurrentMap<Key, Entry<R>> evicting(long maximum) {
        return Caffeine.newBuilder()
                .maximumWeight(maximum)
                .weigher((Key key, Entry<R> entry) -> entry instanceof Entry.Done<R> done ? done.weight : 0)
                .executor(Runnable::run)
                .<Key, Entry<R>>evictionListener((key, entry, cause) -> {
                    if (entry != null) {
                        evicted.increment();
                        forget(entry);
                    }
                })
                .build()
                .asMap();
    }

    /**
     * Starts to build a store.
     *
     * @param <R> the response type
     * @return a builder with the defaults
     */
    public static <R> Builder<R> builder() {
        return new Builder<>();
    }

    /**
     * Keeps responses as bytes, so that nobody can change what others get.
     *
     * @param bytes where they are kept; bounded by their length with {@code maximumWeight(limit, bytes -> bytes.length)}
     * @param codec encodes once for each handle, decodes once for each receiver
     * @param <R> the response type
     * @return a view of the store
     */
    public static <R> Store<R> copying(MemoryStore<byte[]> bytes, Codec<R> codec) {
        Objects.requireNonNull(codec, "codec");
        return bytes.as(codec::encode, codec::decode);
    }

    // ---- the moves

    @Override
    public Claimed.@Nullable Handled<R> peekLocal(Key key) {
        if (records.get(key) instanceof Entry.Done<R> done && !done.handOver && done.ends - now() > 0) {
            replays.increment();
            return done;
        }
        return null;
    }

    @Override
    public CompletionStage<Claimed<R>> claim(Key key, Attempt attempt) {
        return ask(key, attempt, false);
    }

    @Override
    public CompletionStage<Claimed<R>> join(Key key, Attempt attempt) {
        return ask(key, attempt, true);
    }

    private CompletionStage<Claimed<R>> ask(Key key, Attempt attempt, boolean joins) {
        long now = now();
        sweep(now);
        while (true) {
            Claimed<R> said;
            try {
                said = tryAsk(key, attempt, joins, now);
            } catch (StoreUnavailableException full) {
                return CompletableFuture.failedFuture(full);
            }
            if (said != null) {
                return CompletableFuture.completedFuture(said);
            }
        }
    }

    /** {@return the answer, or null if the record changed meanwhile} */
    private @Nullable Claimed<R> tryAsk(Key key, Attempt attempt, boolean joins, long now) {
        Entry<R> found = records.get(key);
        if (found instanceof Entry.Done<R> done && done.ends - now > 0 && (joins || !done.handOver)) {
            replays.increment();
            return done;
        }
        if (found instanceof Entry.Pending<R> held && held.ends - now > 0) {
            if (held.token.owner().equals(attempt.id())) {
                return new Claimed.Granted<>(held.token, false); // the reply to the first try was lost
            }
            if (held.leaseEnds - now > 0) {
                if (joins && !held.joined && !replace(held, held.withJoined(), now)) {
                    return null;
                }
                return new Claimed.Pending<>(
                        held.token.number(), Duration.ofNanos(held.leaseEnds - now), held.fingerprint);
            }
        }
        return grant(found, key, attempt, now);
    }

    private @Nullable Claimed<R> grant(@Nullable Entry<R> found, Key key, Attempt attempt, long now) {
        requireOpen();
        Entry.Pending<R> lapsed = found instanceof Entry.Pending<R> held ? held : null;
        if (lapsed == null) {
            requireSpace(found);
        }
        boolean waitedFor = lapsed != null && lapsed.joined; // they go on waiting, for the new owner
        Grant<R> grant = new Grant<>(lastNumber, attempt, now, waitedFor);
        if (found != null) {
            if (!records.replace(key, found, grant.apply(key))) {
                return null;
            }
        } else {
            // The number is drawn inside: drawn before, it could be put after an owner with a greater one has come and
            // gone.
            records.computeIfAbsent(key, grant);
        }
        Entry.Pending<R> made = grant.made;
        if (made == null) {
            return null;
        }
        follow(found, made, now);
        granted.increment();
        if (lapsed != null) {
            takenOver.increment();
        }
        return new Claimed.Granted<>(made.token, lapsed != null);
    }

    /** Draws a number and makes the entry of a new owner, once. */
    private static final class Grant<R> implements Function<Key, Entry<R>> {

        private final AtomicLong numbers;
        private final Attempt attempt;
        private final long now;
        private final boolean joined;
        private Entry.@Nullable Pending<R> made;

        Grant(AtomicLong numbers, Attempt attempt, long now, boolean joined) {
            this.numbers = numbers;
            this.attempt = attempt;
            this.now = now;
            this.joined = joined;
        }

        @Override
        public Entry<R> apply(Key key) {
            Token token = new Token(numbers.incrementAndGet(), attempt.id());
            made = new Entry.Pending<>(key, token, attempt.fingerprint(), now, nanos(attempt.lease()), joined);
            return made;
        }
    }

    @Override
    public CompletionStage<Stored<R>> handle(Key key, Token token, R response, Duration keepFor) {
        return prepare(key, token, response, keepFor).get();
    }

    /** Weighs the response, once. */
    @Override
    public Supplier<CompletionStage<Stored<R>>> prepare(Key key, Token token, R response, Duration keepFor) {
        Objects.requireNonNull(response, "response");
        int weight = Math.max(1, settings.weigher.applyAsInt(response));
        Entry.Done.Content<R> content = new Entry.Done.Content<>(response, null, weight);
        return () -> handle(key, token, content, keepFor);
    }

    @Override
    public CompletionStage<Stored<R>> mark(Key key, Token token, Marker marker, Duration keepFor) {
        Objects.requireNonNull(marker, "marker");
        return handle(key, token, new Entry.Done.Content<>(null, marker, 1), keepFor);
    }

    private CompletionStage<Stored<R>> handle(Key key, Token token, Entry.Done.Content<R> content, Duration keepFor) {
        long now = now();
        sweep(now);
        while (true) {
            Entry<R> found = records.get(key);
            if (found == null || found.ends - now <= 0) {
                return CompletableFuture.completedFuture(new Stored.Lost<>());
            }
            if (!found.token.equals(token)) {
                return CompletableFuture.completedFuture(new Stored.Stale<>());
            }
            if (found instanceof Entry.Done<R> before) {
                return CompletableFuture.completedFuture(
                        new Stored.Accepted<>(before)); // the reply to the first try was lost
            }
            Entry.Pending<R> held = (Entry.Pending<R>) found;
            long ends = now + nanos(keepFor.isZero() ? HAND_OVER : keepFor);
            Entry.Done<R> done = new Entry.Done<>(held, content, time, now + origin, ends, keepFor.isZero());
            if (replace(held, done, now)) {
                if (held.joined) {
                    tell(listener -> listener.handled(key, done));
                }
                return CompletableFuture.completedFuture(new Stored.Accepted<>(done));
            }
        }
    }

    @Override
    public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
        while (true) {
            long now = now();
            if (!(records.get(key) instanceof Entry.Pending<R> held)
                    || !held.token.equals(token)
                    || held.ends - now <= 0) {
                return CompletableFuture.completedFuture(false);
            }
            if (replace(held, held.renewed(now, nanos(lease)), now)) {
                return CompletableFuture.completedFuture(true);
            }
        }
    }

    @Override
    public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
        while (true) {
            if (!(records.get(key) instanceof Entry.Pending<R> held)
                    || !held.token.owner().equals(attempt)) {
                return CompletableFuture.completedFuture(false);
            }
            if (remove(held)) {
                if (held.joined) {
                    tell(listener -> listener.changed(key));
                }
                return CompletableFuture.completedFuture(true);
            }
        }
    }

    @Override
    public CompletionStage<Boolean> invalidate(Key key) {
        Entry<R> found = records.get(key);
        while (found != null && !remove(found)) {
            found = records.get(key);
        }
        if (found == null) {
            return CompletableFuture.completedFuture(false);
        }
        if (found instanceof Entry.Pending<R> held && held.joined) {
            tell(listener -> listener.changed(key));
        }
        boolean shown = found.ends - now() > 0 && !(found instanceof Entry.Done<R> done && done.handOver);
        return CompletableFuture.completedFuture(shown);
    }

    @Override
    public CompletionStage<Optional<Claimed.Handled<R>>> peek(Key key) {
        return CompletableFuture.completedFuture(Optional.ofNullable(peekLocal(key)));
    }

    @Override
    public Registration hints(Hints<R> hints) {
        listeners.add(Objects.requireNonNull(hints, "hints"));
        return () -> listeners.remove(hints);
    }

    private void tell(Consumer<Hints<R>> hint) {
        listeners.forEach(hint);
    }

    // ---- one compare-and-set, and what follows from it

    private boolean replace(Entry<R> from, Entry<R> to, long now) {
        boolean replaced = records.replace(from.key, from, to);
        if (replaced) {
            follow(from, to, now);
        }
        return replaced;
    }

    private void follow(@Nullable Entry<R> from, Entry<R> to, long now) {
        count(to, 1);
        if (from != null) {
            forget(from);
        }
        expiry.add(to, now);
        if (records.get(to.key) != to) { // replaced or evicted before it was on its list
            expiry.remove(to);
        }
    }

    private boolean remove(Entry<R> entry) {
        boolean removed = records.remove(entry.key, entry);
        if (removed) {
            forget(entry);
        }
        return removed;
    }

    private void forget(Entry<R> entry) {
        expiry.remove(entry);
        count(entry, -1);
    }

    private void count(Entry<R> entry, int sign) {
        if (entry instanceof Entry.Done<R> done) {
            weight.addAndGet((long) sign * done.weight);
            responses.add(sign);
        } else {
            pending.addAndGet(sign);
        }
    }

    // ---- bounds

    private void sweep(long now) {
        for (Entry<R> over : expiry.due(now, SWEPT_PER_CALL)) {
            if (remove(over)) {
                expired.increment();
            }
        }
    }

    /** Removes what has ended, all of it. Calls to the store do this by and by; for a store that is idle. */
    public void cleanUp() {
        List<Entry<R>> over;
        do {
            over = expiry.due(now(), SWEPT_PER_CALL);
            for (Entry<R> entry : over) {
                if (remove(entry)) {
                    expired.increment();
                }
            }
        } while (!over.isEmpty());
    }

    private void requireSpace(@Nullable Entry<R> makesRoom) {
        if (hasSpace(makesRoom)) {
            return;
        }
        cleanUp();
        if (!hasSpace(makesRoom)) {
            refused.increment();
            throw new StoreUnavailableException(
                    "the memory store is full: " + pending + " claims and responses of weight " + weight + ", at most "
                            + settings.maximumPending + " and " + settings.maximum
                            + ": raise the maximum, keep responses for a shorter time, or let it evict when full",
                    Outcome.NOT_EXECUTED,
                    null);
        }
    }

    private boolean hasSpace(@Nullable Entry<R> makesRoom) {
        long open = pending.get();
        long freed = makesRoom instanceof Entry.Done<R> done ? done.weight : 0;
        return open < settings.maximumPending && (settings.evicts || open + weight.get() - freed < settings.maximum);
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreUnavailableException("the memory store is closed", Outcome.NOT_EXECUTED, null);
        }
    }

    private long now() {
        return time.nanoTime() - origin;
    }

    private static long nanos(Duration duration) {
        return duration.compareTo(Duration.ofNanos(LONGEST)) >= 0 ? LONGEST : duration.toNanos();
    }

    /** {@return what the store holds and has done} */
    public MemoryStats stats() {
        cleanUp();
        return new MemoryStats(
                pending.get(),
                responses.sum(),
                weight.get(),
                replays.sum(),
                granted.sum(),
                takenOver.sum(),
                expired.sum(),
                evicted.sum(),
                refused.sum());
    }

    /** Forgets everything. Later claims fail; closing twice does nothing. */
    @Override
    public void close() {
        closed = true;
        records.values().forEach(this::remove);
    }

    /** {@return the numbers of claims and responses, nothing of their content} */
    @Override
    public String toString() {
        return "MemoryStore[" + pending + " pending, " + responses + " responses" + (closed ? ", closed" : "") + "]";
    }

    /**
     * Collects the settings of a store. Each has a default.
     *
     * <p><b>Thread-safety:</b> for one thread.
     *
     * @param <R> the response type
     */
    public static final class Builder<R> {

        private long maximum = 100_000;
        private long maximumPending = 100_000;
        private ToIntFunction<? super R> weigher = response -> 1;
        private boolean evicts;
        private Time time = Time.system();

        private Builder() {}

        /**
         * Bounds the store by the number of records.
         *
         * @param maximum claims and responses together, 1 or more; 100,000 by default
         * @return this
         */
        public Builder<R> maximumRecords(long maximum) {
            return maximumWeight(maximum, response -> 1);
        }

        /**
         * Bounds the store by the weight of its responses.
         *
         * @param maximum 1 or more; a claim that is held counts as 1
         * @param weigher says how much a response weighs, for instance its length in bytes; less than 1 counts as 1
         * @return this
         */
        public Builder<R> maximumWeight(long maximum, ToIntFunction<? super R> weigher) {
            this.maximum = atLeastOne(maximum, "maximum");
            this.weigher = Objects.requireNonNull(weigher, "weigher");
            return this;
        }

        /**
         * Bounds how many claims may be held at a time.
         *
         * @param maximumPending 1 or more; 100,000 by default
         * @return this
         */
        public Builder<R> maximumPending(long maximumPending) {
            this.maximumPending = atLeastOne(maximumPending, "maximumPending");
            return this;
        }

        /**
         * Lets the store forget responses before their time when it is full, those first that are used least. For response caching; where
         * a request must not run twice, a forgotten response is a second execution.
         *
         * @return this
         */
        public Builder<R> evictWhenFull() {
            this.evicts = true;
            return this;
        }

        /**
         * Sets where the time comes from.
         *
         * @param time the machine's clocks by default
         * @return this
         */
        public Builder<R> time(Time time) {
            this.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /** {@return a new, empty store} */
        public MemoryStore<R> build() {
            return new MemoryStore<>(this);
        }

        private static long atLeastOne(long number, String name) {
            if (number < 1) {
                throw new IllegalArgumentException(name + " is " + number + ", at least 1 is needed");
            }
            return number;
        }
    }
}
