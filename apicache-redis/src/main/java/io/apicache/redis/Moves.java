package io.apicache.redis;

import io.apicache.CorruptRecordException;
import io.apicache.ResponseTooLargeException;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import io.lettuce.core.SetArgs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The moves that do not wait: handle, renew, release, invalidate, peek. Each is one command, or two in one flush. {@link Asking} has the
 * other two.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Moves {

    /** Every record outlives what it says by this much, so that a number drawn before it ended is still compared with its own. */
    static final long GRACE_MILLIS = Store.HAND_OVER.toMillis();

    /** Up to here a response is passed through the script; Lua reads every byte of it, so a longer one is put beside and renamed. */
    static final int THROUGH_SCRIPT = 4_096;

    private static final int LONGEST = 512 * 1024 * 1024 - StoredRecord.HEADER;
    private static final long STAGED_MILLIS = 60_000;
    private static final byte[] NOTHING = {};

    private final Link link;
    private final KeyLayout layout;
    private final ServerClock clock;
    private final byte[] inboxes;
    private final byte[] sentWhole;
    private final AtomicLong staged = new AtomicLong();

    Moves(Link link, KeyLayout layout, ServerClock clock, int sentWhole) {
        this.link = link;
        this.layout = layout;
        this.clock = clock;
        this.inboxes = layout.inboxes();
        // A limit below the length of a header sends nothing whole.
        this.sentWhole = digits(sentWhole == 0 ? 0 : sentWhole + (long) StoredRecord.HEADER);
    }

    static byte[] digits(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    /** {@return how long a claim's record lives, in milliseconds: its lease, and the grace in which it can be told from none} */
    static long life(Duration lease) {
        return Math.max(1, lease.toMillis()) + GRACE_MILLIS;
    }

    // ---- handle

    CompletionStage<Stored<byte[]>> handle(Key key, Token token, byte[] value, Duration keepFor) {
        if (value.length > LONGEST) {
            return CompletableFuture.failedFuture(new ResponseTooLargeException(
                    "the response to " + key + " has " + value.length + " bytes, Redis keeps at most " + LONGEST));
        }
        RecordName name = layout.record(key);
        long millis = keepFor.toMillis();
        byte flags = 0;
        if (millis == 0) {
            flags = StoredRecord.HAND_OVER;
        } else if (millis < GRACE_MILLIS) {
            flags = StoredRecord.HELD_BRIEFLY;
        }
        Handling handling = new Handling(
                name,
                token,
                StoredRecord.handled(name, token, flags, clock.millis(), value),
                digits(flags == 0 ? millis : millis + GRACE_MILLIS));
        if (handling.record.length <= THROUGH_SCRIPT + StoredRecord.HEADER) {
            throughScript(handling);
        } else {
            staged(handling);
        }
        return handling.answer;
    }

    private void throughScript(Handling handling) {
        byte[][] keys = {handling.name.name()};
        CompletionStage<byte[]> reply = Script.HANDLE.run(
                link,
                keys,
                StoredRecord.token(handling.token),
                handling.record,
                handling.lifeMillis,
                inboxes,
                sentWhole);
        var unused = reply.whenComplete((said, failure) -> handled(handling, said, failure));
    }

    private void staged(Handling handling) {
        // Never where another try may have left something: what is there is what becomes the record.
        byte[] place = layout.staging(handling.name, handling.token.number(), staged.incrementAndGet());
        // Both go out together. If the first fails, the second finds nothing, and says so.
        var unused = link.send(commands -> commands.set(place, handling.record, SetArgs.Builder.px(STAGED_MILLIS)));
        byte[][] keys = {handling.name.name(), place};
        CompletionStage<byte[]> reply = Script.HANDLE.run(
                link,
                keys,
                StoredRecord.token(handling.token),
                Arrays.copyOf(handling.record, StoredRecord.HEADER),
                handling.lifeMillis,
                inboxes,
                sentWhole);
        var ignored = reply.whenComplete((said, failure) -> {
            if (RedisFailures.isTryAgain(failure)) {
                throughScript(handling); // its slot is moving, and of two keys one may be here and one there
            } else {
                handled(handling, said, failure);
            }
        });
    }

    private void handled(Handling handling, byte @Nullable [] said, @Nullable Throwable failure) {
        if (failure != null || said == null) {
            handling.fail(failure == null ? new IllegalStateException("the script has not replied") : failure);
            return;
        }
        switch (said[0]) {
            case 'A' -> handling.answer.complete(new Stored.Accepted<>(present(handling.accepted(said))));
            case 'B' -> {
                var unused = get(handling.name).whenComplete(handling::storedBefore);
            }
            case 'S' -> handling.answer.complete(new Stored.Stale<>());
            case 'L' -> handling.answer.complete(new Stored.Lost<>());
            case 'M' -> throughScript(handling); // there was no memory to put it beside, but the script may take some
            default ->
                handling.answer.completeExceptionally(
                        new CorruptRecordException(StoredRecord.unreadable(handling.name, null), null));
        }
    }

    /** A response on its way into its record. */
    private final class Handling {
        final RecordName name;
        final Token token;
        final byte[] record;
        final byte[] lifeMillis;
        final CompletableFuture<Stored<byte[]>> answer = new CompletableFuture<>();

        Handling(RecordName name, Token token, byte[] record, byte[] lifeMillis) {
            this.name = name;
            this.token = token;
            this.record = record;
            this.lifeMillis = lifeMillis;
        }

        void fail(Throwable failure) {
            answer.completeExceptionally(RedisFailures.translated("handle", name, failure));
        }

        /** The record as it is in Redis now: with the fingerprint of its claim. */
        StoredRecord accepted(byte[] said) {
            Digest fingerprint = StoredRecord.fingerprint(said, 1);
            return StoredRecord.read(name, StoredRecord.withFingerprint(record, fingerprint));
        }

        void storedBefore(@Nullable StoredRecord found, @Nullable Throwable failure) {
            if (failure != null) {
                fail(failure);
            } else if (found != null && found.state() == StoredRecord.HANDLED && found.isOf(token.owner())) {
                answer.complete(new Stored.Accepted<>(present(found)));
            } else {
                answer.complete(new Stored.Lost<>()); // it ended between the two commands
            }
        }
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
        var unused = reply.whenComplete((said, failure) -> {
            if (failure == null) {
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
        BiConsumer<@Nullable StoredRecord, @Nullable Throwable> seen = (retained, failure) -> {
            if (failure == null) {
                answer.complete(Optional.ofNullable(retained).map(this::present));
            } else {
                answer.completeExceptionally(RedisFailures.translated("peek", name, failure));
            }
        };
        var unused = get(name).thenCompose(found -> retained(name, found)).whenComplete(seen);
        return answer;
    }

    /** {@return what was found, if it is a response that is still retained, else null} */
    CompletionStage<@Nullable StoredRecord> retained(RecordName name, @Nullable StoredRecord found) {
        if (found == null || found.state() != StoredRecord.HANDLED || found.flags() == StoredRecord.HAND_OVER) {
            return CompletableFuture.completedFuture(null);
        }
        if (found.flags() != StoredRecord.HELD_BRIEFLY) {
            return CompletableFuture.completedFuture(found);
        }
        return link.send(commands -> commands.pttl(name.name())).thenApply(left -> left > GRACE_MILLIS ? found : null);
    }

    /** {@return the record, or null if there is none} */
    CompletionStage<@Nullable StoredRecord> get(RecordName name) {
        return link.send(commands -> commands.get(name.name()))
                .thenApply(found -> found == null ? null : StoredRecord.read(name, found));
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
        public byte[] value() {
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
            return Duration.ofMillis(Math.max(0, clock.millis() - record.millis()));
        }

        @Override
        public String toString() {
            return "Handled[" + record.responseLength() + " bytes]";
        }
    }
}
