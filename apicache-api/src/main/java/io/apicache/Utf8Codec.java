package io.apicache;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Text as UTF-8, strictly: the JDK's short forms replace what they cannot read, without a sign.
 *
 * @param maxBytes the size of the largest response
 */
record Utf8Codec(int maxBytes) implements Codec<String> {

    Utf8Codec {
        BytesCodec.requireLimit(maxBytes);
    }

    @Override
    public byte[] encode(String response) {
        if (response.length() > maxBytes) { // each character takes a byte at the least
            throw BytesCodec.tooLarge(response.length() + " bytes or more", this);
        }
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(response));
            if (encoded.remaining() > maxBytes) {
                throw BytesCodec.tooLarge(encoded.remaining() + " bytes", this);
            }
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("response: half of a surrogate pair has no UTF-8 form", e);
        }
    }

    @Override
    public String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CorruptRecordException(
                    "The record is not UTF-8 text. If a cache of another response type has the same namespace, give each"
                            + " cache its own with .namespace(\"...\")",
                    e);
        }
    }

    @Override
    public String toString() {
        return maxBytes == BytesCodec.DEFAULT_MAX_BYTES ? "Codec.utf8()" : "Codec.utf8(" + maxBytes + ")";
    }
}
