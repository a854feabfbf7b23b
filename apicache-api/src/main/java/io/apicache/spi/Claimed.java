package io.apicache.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a store answers to {@code claim} and {@code join}: the record is ours now, somebody else's, done, or not kept at all.
 *
 * <p><b>Thread-safety:</b> every case is immutable or safe to share.
 *
 * @param <V> what the store keeps as a response
 */
@SuppressWarnings("exports") // @Nullable is for tools: callers compile without it
public sealed interface Claimed<V> {

    /**
     * The claim is the attempt's own, for one lease from when it was first granted: the same attempt again does not prolong it.
     *
     * @param token the proof, for handle and renew
     * @param takenOver whether an earlier owner's lease had lapsed, rather than the record being absent or released; a repeated
     *     attempt may be told false
     * @param <V> what the store keeps as a response
     */
    record Granted<V>(Token token, boolean takenOver) implements Claimed<V> {

        /**
         * Creates the value; nothing that must be there may be null.
         *
         * @param token the proof
         * @param takenOver whether an earlier owner's lease had lapsed
         */
        public Granted {
            Objects.requireNonNull(token, "token");
        }
    }

    /**
     * There is no record and will be none: whoever asks may run, and nothing is remembered.
     *
     * @param <V> what the store keeps as a response
     */
    record Unprotected<V>() implements Claimed<V> {}

    /**
     * Somebody else holds a live claim.
     *
     * @param number the fencing token of the owner
     * @param leaseLeft how long its lease still runs, zero or more
     * @param fingerprint what the owner brought, or null if it brought none
     * @param <V> what the store keeps as a response
     */
    record Pending<V>(
            long number, Duration leaseLeft, @Nullable Digest fingerprint) implements Claimed<V> {

        /**
         * Creates the value; nothing that must be there may be null.
         *
         * @param number the fencing token of the owner
         * @param leaseLeft how long its lease still runs
         * @param fingerprint what the owner brought, or null
         */
        public Pending {
            Objects.requireNonNull(leaseLeft, "leaseLeft");
        }
    }

    /**
     * The request has been handled, and this is the record of it. An interface, so that a store can hand out the very object it
     * keeps: a replay from memory then allocates nothing here.
     *
     * @param <V> what the store keeps as a response
     */
    non-sealed interface Handled<V> extends Claimed<V> {

        /**
         * {@return the response} Decoding, where there is any, happens in this call and in every one of it: the engine calls once per
         * receiver, on the receiver's thread, so that receivers do not share a mutable object.
         */
        V value();

        /** {@return the fencing token under which it was handled} */
        long number();

        /** {@return what the owner brought, or null if it brought none} */
        @Nullable
        Digest fingerprint();

        /** {@return when it was handled, by the store's wall clock} */
        Instant handledAt();

        /** {@return how long ago it was handled, zero or more} */
        Duration age();

        /** {@return why there is no response although the work is done, or null: there is one} With a marker, {@link #value} throws. */
        default @Nullable Marker marker() {
            return null;
        }
    }
}
