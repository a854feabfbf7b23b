package io.apicache.engine;

import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Claimed.Pending;
import io.apicache.spi.Digest;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The record of one key as every store keeps it, with its whole history: the reference that a walk is held against. */
final class WalkedRecord {

    /** A response that was stored, and between which moments of the walk it was in the record. */
    static final class Response implements Handled<String> {

        private final String value;
        final Token token;
        private final @Nullable Digest fingerprint;
        final long since;
        long until = Long.MAX_VALUE;

        Response(String value, Token token, @Nullable Digest fingerprint, long since) {
            this.value = value;
            this.token = token;
            this.fingerprint = fingerprint;
            this.since = since;
        }

        @Override
        public String value() {
            return value;
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
        public Instant handledAt() {
            return Instant.EPOCH;
        }

        @Override
        public Duration age() {
            return Duration.ZERO;
        }
    }

    /** A claim that was granted, and between which moments of the walk it was in the record. */
    static final class Claim {

        final Token token;
        final @Nullable Digest fingerprint;
        final long since;
        long until = Long.MAX_VALUE;
        long leaseEnds;
        boolean invalidated;

        Claim(Token token, @Nullable Digest fingerprint, long since, long leaseEnds) {
            this.token = token;
            this.fingerprint = fingerprint;
            this.since = since;
            this.leaseEnds = leaseEnds;
        }
    }

    /** How many moments are remembered: longer than any call lasts. */
    private static final int REMEMBERED = 64;

    final List<Claim> claims = new ArrayList<>(); // the last ones
    final List<Response> responses = new ArrayList<>(); // the last ones
    final List<WalkedProcess> joined = new ArrayList<>();
    private long numbers;
    private @Nullable Claim claim;
    private @Nullable Response response;

    @Nullable
    Response response() {
        return response;
    }

    @Nullable
    Claim claim() {
        return claim;
    }

    Claimed<String> ask(Attempt attempt, @Nullable WalkedProcess joining, long moment, long now) {
        if (response != null) {
            return response;
        }
        if (claim != null && claim.token.owner().equals(attempt.id())) {
            return new Granted<>(claim.token, false);
        }
        if (claim != null && now - claim.leaseEnds < 0) {
            if (joining != null && !joined.contains(joining)) {
                joined.add(joining);
            }
            return new Pending<>(claim.token.number(), Duration.ofNanos(claim.leaseEnds - now), claim.fingerprint);
        }
        boolean takenOver = claim != null;
        endClaim(moment);
        Claim granted = new Claim(
                new Token(++numbers, attempt.id()),
                attempt.fingerprint(),
                moment,
                now + attempt.lease().toNanos());
        claim = granted;
        remember(claims, granted);
        return new Granted<>(granted.token, takenOver);
    }

    Stored<String> handle(Token token, String value, long moment) {
        if (response != null && response.token.equals(token)) {
            return new Stored.Accepted<>(response);
        }
        if (claim == null || !claim.token.equals(token)) {
            return claim == null && response == null ? new Stored.Lost<>() : new Stored.Stale<>();
        }
        Response stored = new Response(value, token, claim.fingerprint, moment);
        endClaim(moment);
        response = stored;
        remember(responses, stored);
        return new Stored.Accepted<>(stored);
    }

    boolean renew(Token token, Duration lease, long now) {
        if (claim == null || !claim.token.equals(token)) {
            return false;
        }
        claim.leaseEnds = now + lease.toNanos();
        return true;
    }

    boolean release(AttemptId attempt, long moment) {
        if (claim == null || !claim.token.owner().equals(attempt)) {
            return false;
        }
        endClaim(moment);
        return true;
    }

    void invalidate(long moment) {
        if (claim != null) {
            claim.invalidated = true;
        }
        endClaim(moment);
        if (response != null) {
            response.until = moment;
            response = null;
        }
    }

    private void endClaim(long moment) {
        if (claim != null) {
            claim.until = moment;
            claim = null;
        }
    }

    private static <T> void remember(List<T> list, T last) {
        if (list.size() == REMEMBERED) {
            list.remove(0);
        }
        list.add(last);
    }

    /** {@return whether a claim was open at some moment since then} */
    boolean wasPendingSince(long moment) {
        return claims.stream().anyMatch(each -> each.until >= moment);
    }
}
