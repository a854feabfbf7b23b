package io.apicache;

import java.util.Objects;

/**
 * Bytes as they are.
 *
 * @param maxBytes the size of the largest response
 */
record BytesCodec(int maxBytes) implements Codec<byte[]> {

    /** The default, which is that of the Redis store as well. */
    static final int DEFAULT_MAX_BYTES = 16 << 20;

    private static final int MOST = 1 << 30;

    BytesCodec {
        requireLimit(maxBytes);
    }

    static int requireLimit(int maxBytes) {
        if (maxBytes < 1 || maxBytes > MOST) {
            throw new IllegalArgumentException("maxBytes: " + maxBytes + " is not between 1 and " + MOST);
        }
        return maxBytes;
    }

    static ResponseTooLargeException tooLarge(String size, Codec<?> codec) {
        return new ResponseTooLargeException("The response takes " + size + "; the maxBytes of " + codec + " is "
                + codec.maxBytes() + ", and can be given: Codec.bytes(maxBytes), Codec.utf8(maxBytes)");
    }

    @Override
    public byte[] encode(byte[] response) {
        if (response.length > maxBytes) {
            throw tooLarge(response.length + " bytes", this);
        }
        return response.clone();
    }

    @Override
    public byte[] decode(byte[] bytes) {
        return Objects.requireNonNull(bytes, "bytes").clone();
    }

    @Override
    public String toString() {
        return maxBytes == DEFAULT_MAX_BYTES ? "Codec.bytes()" : "Codec.bytes(" + maxBytes + ")";
    }
}
