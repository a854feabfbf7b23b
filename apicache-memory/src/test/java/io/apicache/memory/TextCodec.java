package io.apicache.memory;

import io.apicache.Codec;
import java.nio.charset.StandardCharsets;

/** Mutable text as UTF-8. */
final class TextCodec implements Codec<StringBuilder> {

    @Override
    public byte[] encode(StringBuilder response) {
        return response.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public StringBuilder decode(byte[] bytes) {
        return new StringBuilder(new String(bytes, StandardCharsets.UTF_8));
    }
}
