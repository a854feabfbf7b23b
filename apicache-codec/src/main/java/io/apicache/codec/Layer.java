package io.apicache.codec;

import io.apicache.Codec;
import io.apicache.ResponseTooLargeException;
import io.apicache.spi.Key;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A codec that can write behind a gap, which the layer around it fills, and read from the middle of an array. So an envelope around an
 * envelope costs no copy.
 *
 * @param <R> the response type
 */
abstract class Layer<R> implements Codec<R> {

    /** Only for this package. */
    Layer() {}

    /** {@return the content, behind as many free bytes as the gap says} */
    abstract byte[] encode(@Nullable Key key, R response, int gap);

    /** {@return the response whose content begins there and ends where the array ends} */
    abstract R decode(@Nullable Key key, byte[] record, int at);

    @Override
    public abstract int maxBytes();

    @Override
    public byte[] encode(R response) {
        return encode(null, Objects.requireNonNull(response, "response"), 0);
    }

    @Override
    public byte[] encode(Key key, R response) {
        return encode(Objects.requireNonNull(key, "key"), Objects.requireNonNull(response, "response"), 0);
    }

    @Override
    public R decode(byte[] bytes) {
        return decode(null, Objects.requireNonNull(bytes, "bytes"), 0);
    }

    @Override
    public R decode(Key key, byte[] bytes) {
        return decode(Objects.requireNonNull(key, "key"), Objects.requireNonNull(bytes, "bytes"), 0);
    }

    static <R> Layer<R> of(Codec<R> codec) {
        Objects.requireNonNull(codec, "codec");
        return codec instanceof Layer<R> layer ? layer : new Foreign<>(codec);
    }

    /** Somebody else's codec: it knows no gaps, so its bytes are copied. */
    private static final class Foreign<R> extends Layer<R> {

        private final Codec<R> codec;
        private final int maxBytes;
        private final boolean isOfBytes;

        Foreign(Codec<R> codec) {
            this.codec = codec;
            maxBytes = Envelope.requireLimit(codec.maxBytes());
            isOfBytes = codec.equals(Codec.bytes(maxBytes));
        }

        @Override
        byte[] encode(@Nullable Key key, R response, int gap) {
            byte[] content = encoded(key, response);
            if (content.length > maxBytes) {
                throw new ResponseTooLargeException("The response takes " + content.length + " bytes; the maxBytes of "
                        + codec + " is " + maxBytes);
            }
            byte[] shifted = new byte[gap + content.length];
            System.arraycopy(content, 0, shifted, gap, content.length);
            return shifted;
        }

        // Codec.bytes() would make a copy, and another one is made here in any case.
        private byte[] encoded(@Nullable Key key, R response) {
            if (isOfBytes && response instanceof byte[] bytes) {
                if (bytes.length > maxBytes) {
                    return codec.encode(response); // which names its limit
                }
                return bytes;
            }
            return key == null ? codec.encode(response) : codec.encode(key, response);
        }

        @Override
        @SuppressWarnings("unchecked") // Codec.bytes() says what R is
        R decode(@Nullable Key key, byte[] record, int at) {
            // What begins at 0 was made for this call by the layer around: nobody else sees it.
            byte[] content = at == 0 ? record : Arrays.copyOfRange(record, at, record.length);
            if (isOfBytes) {
                return (R) content;
            }
            return key == null ? codec.decode(content) : codec.decode(key, content);
        }

        @Override
        public int maxBytes() {
            return maxBytes;
        }

        @Override
        public String toString() {
            return codec.toString();
        }
    }
}
