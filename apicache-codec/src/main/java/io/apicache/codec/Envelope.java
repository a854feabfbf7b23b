package io.apicache.codec;

import io.apicache.CorruptRecordException;
import io.apicache.ResponseTooLargeException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The first 24 bytes of everything that a codec of this package writes, big-endian.
 *
 * <pre>
 *  0  2  magic A9 CA
 *  2  1  format version, 1
 *  3  1  codec: 1 Kryo, 2 zstd, 3 encrypted or signed
 *  4  1  algorithm, by codec
 *  5  3  zero
 *  8  8  schema: what else both sides have to agree on
 * 16  4  raw length: of the content before the algorithm
 * 20  4  CRC-32C of bytes 0 to 19 and of the content
 * 24     content, to the end
 * </pre>
 *
 * <p><b>Thread-safety:</b> immutable.
 */
final class Envelope {

    static final int BYTES = 24;
    static final int KRYO = 1;
    static final int ZSTD = 2;
    static final int SEALED = 3;

    /** Algorithm of a content that stands there as it is. */
    static final int PLAIN = 0;

    /** Default of every limit on the size of a response, 4 MiB. */
    static final int DEFAULT_MAX_BYTES = 4 << 20;

    /** What envelopes, key ids, nonces and tags may add to a response of the largest size. */
    static final int ROOM = 256;

    /** The likely cause where a record is whole and is another codec's or another type's. */
    static final String OTHER_TYPE =
            ". If a cache of another response type has the same namespace, give each cache its own with"
                    + " .namespace(\"...\")";

    private static final int MAGIC = 0xA9CA;
    private static final int VERSION = 1;
    private static final int CHECKED = 20;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final int codec;
    private final long schema;
    private final int maxBytes;
    private final String schemaAdvice;

    Envelope(int codec, long schema, int maxBytes, String schemaAdvice) {
        this.codec = codec;
        this.schema = schema;
        this.maxBytes = maxBytes;
        this.schemaAdvice = schemaAdvice;
    }

    /** What an envelope says about its content. */
    record Content(int algorithm, int rawLength) {}

    /**
     * Writes the envelope in front of a content that is in place already.
     *
     * @param record the content ends where the array ends
     * @param at where the envelope begins
     * @param algorithm by codec
     * @param rawLength of the content before the algorithm, in bytes
     */
    void seal(byte[] record, int at, int algorithm, int rawLength) {
        requireFits(rawLength);
        requireFits(record.length - at - BYTES); // what is written can be read
        INT.set(record, at, (MAGIC << 16) | (VERSION << 8) | codec);
        INT.set(record, at + 4, algorithm << 24);
        LONG.set(record, at + 8, schema);
        INT.set(record, at + 16, rawLength);
        INT.set(record, at + CHECKED, checksum(record, at));
    }

    /**
     * Checks everything that can be known without looking at the content.
     *
     * @param record ends where the content ends
     * @param at where the envelope begins
     * @return what it says
     * @throws CorruptRecordException with the first thing that does not fit
     */
    Content open(byte[] record, int at) {
        int length = record.length - at;
        if (length < BYTES) {
            throw corrupt("it has " + length + " bytes, an envelope has " + BYTES + OTHER_TYPE);
        }
        int first = (int) INT.get(record, at);
        requireEqual("magic", MAGIC, first >>> 16);
        requireEqual("format version", VERSION, (first >>> 8) & 0xFF);
        requireEqual("codec", codec, first & 0xFF);
        requireSchema((long) LONG.get(record, at + 8));
        int second = (int) INT.get(record, at + 4);
        requireEqual("reserved field", 0, second & 0xFFFFFF);
        int rawLength = (int) INT.get(record, at + 16);
        requireWithin("raw length", rawLength);
        requireWithin("length", length - BYTES);
        if (checksum(record, at) != (int) INT.get(record, at + CHECKED)) {
            throw corrupt("its checksum does not match: it was damaged or cut");
        }
        return new Content(second >>> 24, rawLength);
    }

    /** {@return the limit if a builder may take it: 1 to 1 GiB} */
    static int requireLimit(int maxBytes) {
        if (maxBytes < 1 || maxBytes > 1 << 30) {
            throw new IllegalArgumentException("maxBytes: " + maxBytes + " is not between 1 and 1073741824");
        }
        return maxBytes;
    }

    /** {@return the schema that a record claims, or 0 if it is too short to have one} */
    static long schemaOf(byte[] record, int at) {
        return record.length - at < BYTES ? 0 : (long) LONG.get(record, at + 8);
    }

    int maxBytes() {
        return maxBytes;
    }

    void requireFits(int size) {
        if (size > limit()) {
            throw new ResponseTooLargeException(
                    "The response takes " + size + " bytes; the codec's maxBytes is " + maxBytes);
        }
    }

    static CorruptRecordException corrupt(String reason) {
        return new CorruptRecordException("The record cannot be read: " + reason, null);
    }

    // The limit is on the response. What the layers inside have put around it does not count against it.
    private int limit() {
        return maxBytes + ROOM;
    }

    private void requireSchema(long found) {
        if (found != schema) {
            throw corrupt("its schema is " + Long.toHexString(found) + ", expected " + Long.toHexString(schema) + "; "
                    + schemaAdvice + OTHER_TYPE);
        }
    }

    private static void requireEqual(String field, int expected, int found) {
        if (found != expected) {
            throw corrupt("its " + field + " is " + found + ", expected " + expected + OTHER_TYPE);
        }
    }

    private void requireWithin(String field, int found) {
        if (found < 0 || found > limit()) {
            throw corrupt("its " + field + " is " + found + ", the codec's maxBytes is " + maxBytes);
        }
    }

    private static int checksum(byte[] record, int at) {
        CRC32C checksum = new CRC32C();
        checksum.update(record, at, CHECKED);
        checksum.update(record, at + BYTES, record.length - at - BYTES);
        return (int) checksum.getValue();
    }
}
