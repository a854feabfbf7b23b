package io.apicache.spi;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where records live: one per key, and a few moves that are each atomic on that one record. A store only stores. Waiting,
 * coalescing, deadlines, renewals and events are the engine's, once, for every store.
 *
 * <pre>
 *            claim                     handle
 * absent ------------&gt; pending(token) ---------&gt; handled(response) --keepFor--&gt; absent
 *    ^                 |  ^ |  ^                          |
 *    +---- release ----+  | |  +- lease lapsed: the next claim or join takes over with a greater token
 *    +---- invalidate ----+-+-- renew                     |
 *    +--------------------+------------- invalidate ------+
 * </pre>
 *
 * <p>Rules, each with the number of its promise in {@code docs/guarantees.md}:
 * <ol>
 * <li>Of concurrent attempts on a free record exactly one is granted (C1). The same attempt again is granted again, with the
 * same token, for as long as its claim is open (C2).
 * <li>Only the token that was granted can handle or renew, only its attempt can release (C3, C4). Tokens of one key strictly
 * increase from owner to owner, also across releases and expiry (C5).
 * <li>A lease that was not renewed in time is over: the next claim or join takes over (L1). A handle that comes late is accepted
 * as long as nobody has taken over.
 * <li>{@code keepFor} counts from {@code handle}. Until it ends or somebody invalidates, every claim and join is answered with the
 * same value (H1), without a write (H2).
 * <li>A fingerprint is stored with the claim and handed to every later asker (F1); the engine compares.
 * <li>A record that cannot be read fails the stage with {@code CorruptRecordException} and is neither deleted nor claimed (B2).
 * <li>A move whose outcome is not known fails the stage with {@code StoreUnavailableException} that says so. Every move is safe to
 * repeat with the same arguments.
 * <li>Every record ends by itself, whoever crashes.
 * <li>After an attempt has joined, this process is told through {@link Hints} of handle, release and invalidate: at most a few
 * times each, and best effort only.
 * </ol>
 *
 * <p>An implementation passes {@code io.apicache.tck.StoreContract}. No method blocks for longer than a memory access may; a store
 * that does I/O answers later, on a thread of its own. A stage need not be cancellable.
 *
 * <p><b>Thread-safety:</b> implementations are safe for use by many threads.
 *
 * @param <V> what the store keeps as a response
 */
@SuppressWarnings("exports") // @Nullable is for tools: callers compile without it
public interface Store<V> extends AutoCloseable {

    /**
     * How long a response that is not to be retained stays visible to those who had already joined. Longer than the engine's
     * slowest look, so that a waiter gets it even if every hint is lost.
     */
    Duration HAND_OVER = Duration.ofSeconds(5);

    /**
     * Asks for the record on behalf of a caller that has just arrived: one round trip, no write if it was handled. If the attempt
     * {@linkplain Attempt#waits() waits}, a record that is pending may be reported without a look at its lease, since a join follows.
     *
     * @param key the record
     * @param attempt who asks
     * @return granted, pending or handled
     */
    CompletionStage<Claimed<V>> claim(Key key, Attempt attempt);

    /**
     * Asks again on behalf of callers that wait. While the record is pending this process is registered for hints, atomically with
     * the look; a lapsed, released or absent record is taken over. Unlike {@code claim}, it also sees a response that was handled
     * with a {@code keepFor} of zero, during {@link #HAND_OVER}.
     *
     * @param key the record
     * @param attempt who asks
     * @return granted, pending or handled
     */
    CompletionStage<Claimed<V>> join(Key key, Attempt attempt);

    /**
     * Stores the response and tells the processes that have joined.
     *
     * @param key the record
     * @param token the proof of the claim
     * @param value the response
     * @param keepFor how long it is retained from now on; zero hands it to present waiters only
     * @return accepted, stale or lost
     */
    CompletionStage<Stored<V>> handle(Key key, Token token, V value, Duration keepFor);

    /**
     * Prepares a response to be stored: what need be done only once, such as encoding it, is done in this call. The engine asks for this on
     * the thread of who handles, and then for the response to be stored, on any thread, until it knows the outcome.
     *
     * @param key the record
     * @param token the proof of the claim
     * @param value the response
     * @param keepFor how long it is retained from the moment it is stored; zero hands it to present waiters only
     * @return stores it as {@link #handle} does, each time it is asked to
     */
    default Supplier<CompletionStage<Stored<V>>> prepare(Key key, Token token, V value, Duration keepFor) {
        return () -> handle(key, token, value, keepFor);
    }

    /**
     * Puts a marker in the place of a response that cannot be stored, and notifies the processes that have joined. In everything else a
     * marker is a response: it is retained, replayed, invalidated and repeated like one.
     *
     * @param key the record
     * @param token the proof of the claim
     * @param marker why there is no response
     * @param keepFor how long it is retained from now on; zero hands it to present waiters only
     * @return accepted, stale or lost
     */
    CompletionStage<Stored<V>> mark(Key key, Token token, Marker marker, Duration keepFor);

    /**
     * Starts the lease anew.
     *
     * @param key the record
     * @param token the proof of the claim
     * @param lease how long from now on
     * @return false if the claim is not this token's any more
     */
    CompletionStage<Boolean> renew(Key key, Token token, Duration lease);

    /**
     * Gives the claim back, if this attempt holds it, and tells the processes that have joined.
     *
     * @param key the record
     * @param attempt the attempt that holds the claim, or may hold it after a lost reply
     * @return true if it did hold it
     */
    CompletionStage<Boolean> release(Key key, AttemptId attempt);

    /**
     * Removes the record whatever its state, and tells the processes that have joined. An owner at work is fenced off.
     *
     * @param key the record
     * @return true if there was a record
     */
    CompletionStage<Boolean> invalidate(Key key);

    /**
     * Looks without claiming.
     *
     * @param key the record
     * @return the response, if it has been handled and is retained
     */
    CompletionStage<Optional<Claimed.Handled<V>>> peek(Key key);

    /**
     * Answers from this process's own memory, without waiting for anything and without a trace. Calls that block ask here first.
     *
     * @param key the record
     * @return the response if it is at hand and certainly current, or null, which says nothing
     */
    default Claimed.@Nullable Handled<V> peekLocal(Key key) {
        return null;
    }

    /**
     * Registers a listener for hints about records that are joined through this object.
     *
     * @param hints who is told
     * @return ends the registration; closing twice does nothing
     */
    Registration hints(Hints<V> hints);

    /** Closes what this store has opened, nothing that it was given. Open stages fail or complete; closing twice does nothing. */
    @Override
    void close();

    /**
     * Puts an encoding around a store: how a store of bytes becomes a store of responses, in one place for all of them.
     *
     * @param encode runs in {@code handle} and {@code prepare}, on the calling thread
     * @param decode runs in {@link Claimed.Handled#value()}, on the calling thread, for each receiver anew
     * @param <R> what callers see
     * @return a view of this store; closing it closes this store
     */
    default <R> Store<R> as(
            BiFunction<Key, ? super R, ? extends V> encode, BiFunction<Key, ? super V, ? extends R> decode) {
        return new EncodedStore<>(this, encode, decode);
    }

    /**
     * Switches a cache off: grants everything and remembers nothing.
     *
     * @param <V> the response type
     * @return a store without records
     */
    static <V> Store<V> passThrough() {
        return new PassThroughStore<>();
    }

    /** Ends a registration when it is closed. */
    @FunctionalInterface
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
