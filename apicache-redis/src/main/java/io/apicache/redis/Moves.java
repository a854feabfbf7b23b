package io.apicache.redis;

import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The moves that do not wait: handle, renew, release, invalidate, peek. Each is one command, or two in one flush. {@link Asking} has the
 * other two, and {@link HandleCommands} what handle takes.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Moves {

    /** Every record outlives what it says by this much, so that a number drawn before it ended is still compared with its own. */
    static final long GRACE_MILLIS = Store.HAND_OVER.toMillis();

    private static final long FOREVER_SECONDS = 1L << 40;
    private static final byte[] NOTHING = {};

    private final Link link;
    private final KeyLayout layout;
    private final ServerClock clock;
    private final Oversized oversized;
    private final byte[] inboxes;
    private final HandleCommands handleCommands;

    /**
     * What is sent whole, and what is read whole.
     *
     * @param sentWhole the longest response that is sent along with a message
     * @param oversized knows the longest record, and values that were longer
     */
    record Sizes(int sentWhole, Oversized oversized) {}

    Moves(Link link, KeyLayout layout, ServerClock clock, Sizes sizes) {
        this.link = link;
        this.layout = layout;
        this.clock = clock;
        this.oversized = sizes.oversized();
        this.inboxes = layout.inboxes();
        this.handleCommands = new HandleCommands(link, layout, this, sizes);
    }

    static byte[] digits(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    /** {@return a duration in milliseconds, rounded up: what it is for must not end earlier} */
    static long millis(Duration duration) {
        long seconds = Math.min(duration.getSeconds(), FOREVER_SECONDS);
        return seconds * 1_000 + (duration.getNano() + 999_999) / 1_000_000;
    }

    /**
     * {@return how long a claim's record lives, in milliseconds: its lease, and the grace in which it can be told from none} The server
     * counts in whole milliseconds. It may begin to count almost one before the claim comes to it, and ends with the beginning of
     * one: without a millisecond more, the next owner could begin while the lease still runs for this one.
     */
    static long life(Duration lease) {
        long millis = Math.max(1, millis(lease)) + 1;
        if (millis > Look.LONGEST_LEASE_MILLIS) {
            throw new IllegalArgumentException("lease is " + lease + ", at most one day is accepted");
        }
        return millis + GRACE_MILLIS;
    }

    long serverMillis() {
        return clock.millis();
    }

    byte[] inboxes() {
        return inboxes;
    }

    CompletionStage<Stored<byte[]>> handle(Key key, Token token, byte[] value, Duration keepFor) {
        return handleCommands.handle(key, token, value, keepFor);
    }

    CompletionStage<Stored<byte[]>> mark(Key key, Token token, Marker marker, Duration keepFor) {
        return handleCommands.mark(key, token, marker, keepFor);
    }

    // ---- renew, release, invalidate

    CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
        return yesOrNo("renew", key, Script.RENEW, StoredRecord.token(token), digits(life(lease)));
    }

    CompletionStage<Boolean> release(Key key, AttemptId attempt) {
        return yesOrNo("release", key, Script.RELEASE, StoredRecord.attempt(attempt), digits(GRACE_MILLIS), inboxes);
    }

    /** Gives back one claim, and no later one of the same attempt. */
    CompletionStage<Boolean> release(Key key, Token token) {
        return yesOrNo("release", key, Script.RELEASE, StoredRecord.token(token), digits(GRACE_MILLIS), inboxes);
    }

    CompletionStage<Boolean> invalidate(Key key) {
        byte[] tombstone = StoredRecord.tombstone(layout.record(key), clock.nextNumber());
        return yesOrNo("invalidate", key, Script.INVALIDATE, tombstone, digits(GRACE_MILLIS), inboxes);
    }

    private CompletionStage<Boolean> yesOrNo(String verb, Key key, Script script, byte[]... args) {
        RecordName name = layout.record(key);
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        byte[][] keys = {name.name()};
        CompletionStage<Long> reply = script.run(link, keys, args);
        Safely.then(reply, answer, (said, failure) -> {
            if (failure == null && said != null) {
                answer.complete(said == 1);
            } else {
                answer.completeExceptionally(RedisFailures.translated(verb, name, failure));
            }
        });
        return answer;
    }

    // ---- looking

    CompletionStage<Optional<Handled<byte[]>>> peek(Key key) {
        RecordName name = layout.record(key);
        CompletableFuture<Optional<Handled<byte[]>>> answer = new CompletableFuture<>();
        Safely.then(look(name), answer, (look, failure) -> {
            if (failure == null) {
                answer.complete(
                        look != null && look.isRetained() ? Optional.of(present(look.record())) : Optional.empty());
            } else {
                answer.completeExceptionally(RedisFailures.translated("peek", name, failure));
            }
        });
        return answer;
    }

    /** {@return the record and what is left of its life, or null if there is none} */
    CompletionStage<@Nullable Look> look(RecordName name) {
        byte[][] keys = {name.name()};
        CompletionStage<List<Object>> reply = Script.PEEK.run(link, keys, digits(oversized.longest()));
        return reply.thenApply(found -> {
            if (found.isEmpty()) {
                return null;
            }
            if (found.get(0) instanceof Long length) {
                throw oversized.found(name, length);
            }
            return Look.of(name, read(name, (byte[]) found.get(0)), (Long) found.get(1));
        });
    }

    /** {@return the record, or null if there is none} */
    CompletionStage<@Nullable StoredRecord> get(RecordName name) {
        if (oversized.isSuspect(name)) {
            return look(name).thenApply(look -> look == null ? null : look.record());
        }
        return link.send(commands -> commands.get(name.name())).handle((found, failure) -> {
            if (failure != null) {
                throw new CompletionException(noticed(name, failure));
            }
            return found == null ? null : read(name, found);
        });
    }

    /** {@return whether a command that reads a whole value should not be sent} */
    boolean isSuspect(RecordName name) {
        return oversized.isSuspect(name);
    }

    /** Reads what a command found. */
    StoredRecord read(RecordName name, byte[] found) {
        if (found.length > oversized.longest()) {
            throw oversized.found(name, found.length);
        }
        return StoredRecord.read(name, found);
    }

    /** {@return the failure; if the connection refused a value for its length, the name is remembered} */
    Throwable noticed(RecordName name, Throwable failure) {
        long length = ReplyGuard.refusedLength(RedisFailures.unwrap(failure));
        return length < 0 ? failure : oversized.found(name, length);
    }

    /** {@return the answer that stands for a handled record; the response is copied for each receiver} */
    Handled<byte[]> present(StoredRecord record) {
        return new Response(record);
    }

    private final class Response implements Handled<byte[]> {
        private final StoredRecord record;

        Response(StoredRecord record) {
            this.record = record;
        }

        @Override
        public @Nullable Marker marker() {
            return record.marker();
        }

        @Override
        public byte[] value() {
            if (record.marker() != null) {
                throw new IllegalStateException("there is a marker in place of the response: " + record.marker());
            }
            return record.responseLength() == 0 ? NOTHING : record.response();
        }

        @Override
        public long number() {
            return record.number();
        }

        @Override
        public @Nullable Digest fingerprint() {
            return record.fingerprint();
        }

        @Override
        public Instant handledAt() {
            return Instant.ofEpochMilli(record.millis());
        }

        @Override
        public Duration age() {
            return Duration.ofMillis(Math.max(0, serverMillis() - record.millis()));
        }

        @Override
        public String toString() {
            return "Handled[" + record.responseLength() + " bytes]";
        }
    }
}
