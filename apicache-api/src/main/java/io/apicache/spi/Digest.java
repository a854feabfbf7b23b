package io.apicache.spi;

import java.nio.ByteBuffer;

/**
 * 256 bits that stand for what must not differ between two requests of one id. A value, so that it can be compared without
 * copying an array.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param first bits 0 to 63, big endian
 * @param second bits 64 to 127
 * @param third bits 128 to 191
 * @param fourth bits 192 to 255
 */
public record Digest(long first, long second, long third, long fourth) {

    /** Length of a digest in bytes. */
    public static final int BYTES = 32;

    /**
     * Reads a digest.
     *
     * @param bytes exactly 32 bytes, big endian
     * @return the digest
     * @throws IllegalArgumentException if there are more or fewer bytes
     */
    public static Digest of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a digest has " + BYTES + " bytes, got " + bytes.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Digest(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
    }

    /** {@return the 32 bytes, big endian; a new array each time} */
    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES)
                .putLong(first)
                .putLong(second)
                .putLong(third)
                .putLong(fourth)
                .array();
    }

    /** {@return the first 32 bits in hexadecimal; a digest of personal data is not printed whole} */
    @Override
    public String toString() {
        return "Digest[" + Long.toHexString(first >>> 32) + "...]";
    }
}
