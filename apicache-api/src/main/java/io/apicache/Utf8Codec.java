package io.apicache;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text as UTF-8, strictly: the JDK's short forms replace what they cannot read, and nobody would notice. */
enum Utf8Codec implements Codec<String> {
    INSTANCE;

    @Override
    public byte[] encode(String response) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(response));
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
        return "Codec.utf8()";
    }
}
