package io.apicache.memory;

import io.apicache.spi.Claimed;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Time;
import io.apicache.spi.Token;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One state of one record. What callers see of it never changes: a move puts another object in its place, by one compare-and-set on
 * the map, so that a renewal and a takeover cannot both succeed.
 */
abstract sealed class Entry<R> {

    final Key key;
    final Token token;
    final @Nullable Digest fingerprint;

    /** When the record ends unless something happens to it, in nanoseconds since the store began. */
    final long ends;

    // Links in the list of those that end at about the same time, guarded by that list.
    @Nullable
    Entry<R> before;

    @Nullable
    Entry<R> after;

    Expiry.@Nullable Slot<R> slot;

    Entry(Key key, Token token, @Nullable Digest fingerprint, long ends) {
        this.key = key;
        this.token = token;
        this.fingerprint = fingerprint;
        this.ends = ends;
    }

    /** Somebody is at work. The record outlives the lease by once its length, for a handle that comes late. */
    static final class Pending<R> extends Entry<R> {

        final long leaseEnds;

        /** Whether somebody waits and is to be told. */
        final boolean joined;

        Pending(Key key, Token token, @Nullable Digest fingerprint, long now, long lease, boolean joined) {
            super(key, token, fingerprint, now + 2 * lease);
            this.leaseEnds = now + lease;
            this.joined = joined;
        }

        private Pending(Pending<R> unjoined) {
            super(unjoined.key, unjoined.token, unjoined.fingerprint, unjoined.ends);
            this.leaseEnds = unjoined.leaseEnds;
            this.joined = true;
        }

        Pending<R> withJoined() {
            return new Pending<>(this);
        }

        Pending<R> renewed(long now, long lease) {
            return new Pending<>(key, token, fingerprint, now, lease, joined);
        }
    }

    /** The response is there. The object that is kept is the one that is handed out: a replay allocates nothing here. */
    static final class Done<R> extends Entry<R> implements Claimed.Handled<R> {

        private final @Nullable R response; // or else there is a marker
        private final @Nullable Marker marker;
        private final Time time;
        private final long storedAt;
        private @Nullable Instant handledAt; // guarded by this; worked out when it is first asked for

        /** At least 1, so that no response is free. */
        final int weight;

        /** Whether it is for those only who had joined. */
        final boolean handOver;

        /** What a record is to hold: a response or a marker, and how much it weighs. */
        record Content<R>(@Nullable R response, @Nullable Marker marker, int weight) {}

        Done(Entry.Pending<R> of, Content<R> content, Time time, long storedAt, long ends, boolean handOver) {
            super(of.key, of.token, of.fingerprint, ends);
            this.response = content.response;
            this.marker = content.marker;
            this.weight = content.weight;
            this.time = time;
            this.storedAt = storedAt;
            this.handOver = handOver;
        }

        @Override
        public R value() {
            R known = response;
            if (known == null) {
                throw new IllegalStateException("there is a marker in place of the response: " + marker);
            }
            return known;
        }

        @Override
        public @Nullable Marker marker() {
            return marker;
        }

        @Override
        public long number() {
            return token.number();
        }

        @Override
        public @Nullable Digest fingerprint() {
            return fingerprint;
        }

        @Override
        public synchronized Instant handledAt() {
            Instant known = handledAt;
            if (known == null) {
                known = time.instant().minus(age());
                handledAt = known;
            }
            return known;
        }

        /** By the monotonic clock: no step of the wall clock makes it negative. */
        @Override
        public Duration age() {
            return Duration.ofNanos(Math.max(0, time.nanoTime() - storedAt));
        }
    }
}
