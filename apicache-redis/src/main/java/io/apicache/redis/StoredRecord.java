package io.apicache.redis;

import io.apicache.CorruptRecordException;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Digest;
import io.apicache.spi.Marker;
import io.apicache.spi.Token;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a record. A header of {@value #HEADER} bytes, big endian:
 *
 * <pre>
 *   0      state: 'P' pending, 'D' handled, 'R' released or invalidated
 *   1      format version
 *   2      flags of a handled record
 *   3      why a handled record holds no response: 0 it does, 1 too large, 2 not encodable, 3 null
 *   4..11  number: the fencing token, 1 to 2^53 - 2
 *  12..27  attempt that owns the claim
 *  28..43  hash of the key, so that a message finds who waits and a copied record is found out
 *  44..75  fingerprint, or zeros
 *  76..83  pending: the grace in milliseconds; handled: when, in milliseconds since 1970 by the server's clock
 *  84..    pending: inboxes of those who wait, 16 bytes each; handled: the response
 * </pre>
 *
 * <p>The scripts know the same offsets, counted from one. Each field has a range, and is checked before anything is done with it: not
 * only this library can write to the server.
 *
 * <p><b>Thread-safety:</b> the array is not changed after it was filled.
 */
final class StoredRecord {

    static final int HEADER = 84;
    static final byte PENDING = 'P';
    static final byte HANDLED = 'D';
    static final byte RELEASED = 'R';

    /** The retention is short: it is over when no more than the grace is left of the record's life. */
    static final byte HELD_BRIEFLY = 2;

    /** Not retained: only those who had joined may see it. */
    static final byte HAND_OVER = 4;

    /** In a message: the response was too long to be sent along. */
    static final byte NOTICE = 8;

    /** The last fencing token: it and the next one are exact in a script, which counts in floating point. */
    static final long LAST_NUMBER = (1L << 53) - 2;

    private static final byte VERSION = 1;
    private static final long LONGEST_GRACE_MILLIS = 60_000;
    private static final long LAST_MILLIS = 253_402_300_799_999L; // the year 9999
    static final int MOST_INBOXES = 1_024;
    private static final int MARKER = 3;

    /** In the order of their numbers in a record, which begin with 1. */
    private static final List<Marker> MARKERS = List.of(Marker.TOO_LARGE, Marker.NOT_ENCODABLE, Marker.NULL);

    private static final int NUMBER = 4;
    private static final int ATTEMPT = 12;
    private static final int HASH = 28;
    private static final int FINGERPRINT = 44;
    private static final int MILLIS = 76;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;

    private StoredRecord(byte[] bytes) {
        this.bytes = bytes;
    }

    // ---- writing

    static byte[] pending(RecordName name, Attempt attempt, long number, long graceMillis) {
        byte[] bytes = header(PENDING, (byte) 0, name, number, attempt.id(), graceMillis, 0);
        Digest fingerprint = attempt.fingerprint();
        if (fingerprint != null) {
            put(bytes, fingerprint);
        }
        return bytes;
    }

    /** The fingerprint stays zero: the script fills it in from the claim. */
    static byte[] handled(RecordName name, Token token, byte flags, long millis, byte[] response) {
        byte[] bytes = header(HANDLED, flags, name, token.number(), token.owner(), millis, response.length);
        System.arraycopy(response, 0, bytes, HEADER, response.length);
        return bytes;
    }

    /** A handled record without a response. The fingerprint stays zero, as in the other one. */
    static byte[] marked(RecordName name, Token token, byte flags, long millis, Marker marker) {
        byte[] bytes = header(HANDLED, flags, name, token.number(), token.owner(), millis, 0);
        bytes[MARKER] = (byte) (MARKERS.indexOf(marker) + 1);
        return bytes;
    }

    static byte[] tombstone(RecordName name, long number) {
        return header(RELEASED, (byte) 0, name, number, AttemptId.next(), 0, 0);
    }

    /** {@return the record as the script has stored it; the argument if there is nothing to fill in} */
    static byte[] withFingerprint(byte[] handled, @Nullable Digest fingerprint) {
        if (fingerprint == null) {
            return handled;
        }
        byte[] bytes = handled.clone();
        put(bytes, fingerprint);
        return bytes;
    }

    private static void put(byte[] bytes, Digest fingerprint) {
        LONG.set(bytes, FINGERPRINT, fingerprint.first());
        LONG.set(bytes, FINGERPRINT + 8, fingerprint.second());
        LONG.set(bytes, FINGERPRINT + 16, fingerprint.third());
        LONG.set(bytes, FINGERPRINT + 24, fingerprint.fourth());
    }

    /** {@return the token as the scripts compare it} */
    static byte[] token(Token token) {
        byte[] bytes = new byte[24];
        LONG.set(bytes, 0, token.number());
        attempt(bytes, 8, token.owner());
        return bytes;
    }

    /** {@return the attempt as the scripts compare it} */
    static byte[] attempt(AttemptId attempt) {
        byte[] bytes = new byte[16];
        attempt(bytes, 0, attempt);
        return bytes;
    }

    private static void attempt(byte[] bytes, int at, AttemptId attempt) {
        LONG.set(bytes, at, attempt.process());
        LONG.set(bytes, at + 8, attempt.sequence());
    }

    private static byte[] header(
            byte state, byte flags, RecordName name, long number, AttemptId attempt, long millis, int more) {
        byte[] bytes = new byte[HEADER + more];
        bytes[0] = state;
        bytes[1] = VERSION;
        bytes[2] = flags;
        LONG.set(bytes, NUMBER, number);
        attempt(bytes, ATTEMPT, attempt);
        System.arraycopy(name.hash(), 0, bytes, HASH, KeyLayout.HASH_BYTES);
        LONG.set(bytes, MILLIS, millis);
        return bytes;
    }

    // ---- reading

    /**
     * Reads what was found under a name.
     *
     * @throws CorruptRecordException if it is not a record, or that of another key
     */
    static StoredRecord read(RecordName name, byte[] bytes) {
        String fault = fault(bytes);
        if (fault == null && bytes[0] == HANDLED && (bytes[2] & NOTICE) != 0) {
            fault = "flags"; // of a message
        }
        if (fault != null) {
            throw unreadable(name, fault);
        }
        if (!Arrays.equals(bytes, HASH, FINGERPRINT, name.hash(), 0, KeyLayout.HASH_BYTES)) {
            throw new CorruptRecordException(
                    "the record of " + name.key() + " was written for another key; invalidate it to go on", null);
        }
        return new StoredRecord(bytes);
    }

    /** {@return the record in a message, or null if it is none} */
    static @Nullable StoredRecord read(byte[] bytes) {
        return fault(bytes) == null ? new StoredRecord(bytes) : null;
    }

    /** {@return the field that is out of its range, or null if all are within} */
    static @Nullable String fault(byte[] bytes) {
        if (bytes.length < HEADER) {
            return "length";
        }
        if (bytes[1] != VERSION) {
            return "format version (" + bytes[1] + ", known is " + VERSION + ")";
        }
        long number = (long) LONG.get(bytes, NUMBER);
        if (number < 1 || number > LAST_NUMBER) {
            return "number";
        }
        return switch (bytes[0]) {
            case PENDING -> faultOfPending(bytes);
            case HANDLED -> faultOfHandled(bytes);
            case RELEASED -> null; // nothing else of it is ever read
            default -> "state";
        };
    }

    private static @Nullable String faultOfPending(byte[] bytes) {
        long grace = (long) LONG.get(bytes, MILLIS);
        int inboxes = bytes.length - HEADER;
        if (bytes[2] != 0 || bytes[3] != 0) {
            return "flags";
        } else if (grace < 1 || grace > LONGEST_GRACE_MILLIS) {
            return "grace";
        }
        return inboxes % Inbox.ID_BYTES != 0 || inboxes > MOST_INBOXES * Inbox.ID_BYTES ? "inboxes" : null;
    }

    private static @Nullable String faultOfHandled(byte[] bytes) {
        int flags = bytes[2] & ~NOTICE;
        long millis = (long) LONG.get(bytes, MILLIS);
        if (flags != 0 && flags != HELD_BRIEFLY && flags != HAND_OVER) {
            return "flags";
        }
        if (bytes[MARKER] < 0 || bytes[MARKER] > MARKERS.size() || (bytes[MARKER] != 0 && bytes.length > HEADER)) {
            return "marker";
        }
        return millis < 1 || millis > LAST_MILLIS ? "time" : null;
    }

    /** {@return what to throw if a field of a record is out of its range} */
    static CorruptRecordException unreadable(RecordName name, String field) {
        return new CorruptRecordException(
                "the record of " + name.key() + " cannot be read (field out of range: " + field
                        + "); whatever wrote it must not share the key prefix, and invalidate removes it",
                null);
    }

    byte state() {
        return bytes[0];
    }

    byte flags() {
        return bytes[2];
    }

    long number() {
        return (long) LONG.get(bytes, NUMBER);
    }

    AttemptId attempt() {
        return new AttemptId((long) LONG.get(bytes, ATTEMPT), (long) LONG.get(bytes, ATTEMPT + 8));
    }

    boolean isOf(AttemptId attempt) {
        return (long) LONG.get(bytes, ATTEMPT) == attempt.process()
                && (long) LONG.get(bytes, ATTEMPT + 8) == attempt.sequence();
    }

    boolean isOf(Token token) {
        return number() == token.number() && isOf(token.owner());
    }

    KeyHash hash() {
        return KeyHash.of(bytes, HASH);
    }

    @Nullable
    Digest fingerprint() {
        return fingerprint(bytes, FINGERPRINT);
    }

    static @Nullable Digest fingerprint(byte[] bytes, int at) {
        long first = (long) LONG.get(bytes, at);
        long second = (long) LONG.get(bytes, at + 8);
        long third = (long) LONG.get(bytes, at + 16);
        long fourth = (long) LONG.get(bytes, at + 24);
        return (first | second | third | fourth) == 0 ? null : new Digest(first, second, third, fourth);
    }

    long millis() {
        return (long) LONG.get(bytes, MILLIS);
    }

    /** {@return why there is no response, or null if there is one} */
    @Nullable
    Marker marker() {
        return state() == HANDLED && bytes[MARKER] != 0 ? MARKERS.get(bytes[MARKER] - 1) : null;
    }

    int responseLength() {
        return bytes.length - HEADER;
    }

    /** {@return a copy of the response, whose receiver may do with it what it likes} */
    byte[] response() {
        return Arrays.copyOfRange(bytes, HEADER, bytes.length);
    }

    /** {@return how many processes wait} */
    int inboxes() {
        return state() == PENDING ? (bytes.length - HEADER) / Inbox.ID_BYTES : 0;
    }
}
