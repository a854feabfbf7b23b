package io.apicache.redis;

import io.apicache.ResponseTooLargeException;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Stores responses: a short one passes through the script, a long one is put beside the record and takes its place.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class HandleCommands {

    /** Up to here a response is passed through the script; Lua reads every byte of it, so a longer one is put beside and renamed. */
    static final int THROUGH_SCRIPT = 4_096;

    private static final long STAGED_MILLIS = 60_000;

    private final Link link;
    private final KeyLayout layout;
    private final Moves moves;
    private final byte[] sentWhole;
    private final int longest;
    private final AtomicLong staged = new AtomicLong();

    HandleCommands(Link link, KeyLayout layout, Moves moves, Moves.Sizes sizes) {
        this.link = link;
        this.layout = layout;
        this.moves = moves;
        // A limit below the length of a header sends nothing whole.
        sentWhole = Moves.digits(sizes.sentWhole() == 0 ? 0 : sizes.sentWhole() + (long) StoredRecord.HEADER);
        longest = sizes.oversized().longest() - StoredRecord.HEADER;
    }

    CompletionStage<Stored<byte[]>> handle(Key key, Token token, byte[] value, Duration keepFor) {
        if (value.length > longest) {
            return CompletableFuture.failedFuture(new ResponseTooLargeException("the response to " + key + " has "
                    + value.length + " bytes; the store's largestResponse is " + longest
                    + ", and can be given: RedisStore.builder(uri).largestResponse(bytes)"));
        }
        RecordName name = layout.record(key);
        Retention retention = Retention.of(keepFor);
        byte[] record = StoredRecord.handled(name, token, retention.flags, moves.serverMillis(), value);
        return send(new Handling(name, token, record, Moves.digits(retention.lifeMillis)));
    }

    CompletionStage<Stored<byte[]>> mark(Key key, Token token, Marker marker, Duration keepFor) {
        RecordName name = layout.record(key);
        Retention retention = Retention.of(keepFor);
        byte[] record = StoredRecord.marked(name, token, retention.flags, moves.serverMillis(), marker);
        return send(new Handling(name, token, record, Moves.digits(retention.lifeMillis)));
    }

    /**
     * How long a record is retained, as the scripts know it.
     *
     * @param flags of the record
     * @param lifeMillis when the server removes it
     */
    private record Retention(byte flags, long lifeMillis) {

        static Retention of(Duration keepFor) {
            long millis = Moves.millis(keepFor);
            if (millis == 0) {
                return new Retention(StoredRecord.HAND_OVER, Moves.GRACE_MILLIS);
            }
            return millis < Moves.GRACE_MILLIS
                    // The millisecond is that of Moves.life.
                    ? new Retention(StoredRecord.HELD_BRIEFLY, millis + 1 + Moves.GRACE_MILLIS)
                    // A key is gone after the millisecond in which it ends, so this is not too short.
                    : new Retention((byte) 0, millis);
        }
    }

    private CompletionStage<Stored<byte[]>> send(Handling handling) {
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
                moves.inboxes(),
                sentWhole);
        Safely.then(reply, handling.answer, (said, failure) -> handled(handling, said, failure));
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
                moves.inboxes(),
                sentWhole);
        Safely.then(reply, handling.answer, (said, failure) -> {
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
            case 'A' -> handling.answer.complete(new Stored.Accepted<>(moves.present(handling.accepted(said))));
            case 'B' -> {
                Safely.then(moves.get(handling.name), handling.answer, handling::storedBefore);
            }
            case 'S' -> handling.answer.complete(new Stored.Stale<>());
            case 'L' -> handling.answer.complete(new Stored.Lost<>());
            case 'M' -> throughScript(handling); // there was no memory to put it beside, but the script may take some
            default ->
                handling.answer.completeExceptionally(
                        StoredRecord.unreadable(handling.name, "length or format version"));
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
            } else if (found != null && found.state() == StoredRecord.HANDLED && found.isOf(token)) {
                answer.complete(new Stored.Accepted<>(moves.present(found)));
            } else {
                answer.complete(new Stored.Lost<>()); // it ended between the two commands
            }
        }
    }
}
