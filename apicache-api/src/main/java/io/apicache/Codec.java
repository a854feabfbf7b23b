package io.apicache;

import io.apicache.spi.Key;

/**
 * Turns responses into bytes and back, for stores that keep bytes.
 *
 * <p>{@code encode} runs in {@code handle} and {@code decode} in {@code receive}, each on the calling thread and never on a thread of
 * the store.
 *
 * <p><b>Thread-safety:</b> implementations are safe for use by many threads.
 *
 * @param <R> the response type
 */
public interface Codec<R> {

    /**
     * Encodes a response.
     *
     * @param response never null
     * @return the bytes; the caller owns the array
     * @throws ResponseTooLargeException if they would exceed the codec's limit
     */
    byte[] encode(R response);

    /**
     * Decodes a response. Bytes come back from a store that others may write to, so they are checked before anything else.
     *
     * @param bytes what a store kept; not to be changed
     * @return the response, never null and shared with nobody
     * @throws CorruptRecordException if the bytes are not what {@code encode} makes
     */
    R decode(byte[] bytes);

    /**
     * Encodes the response of one record. Stores call this form; only a codec that binds its bytes to the record's key overrides it.
     *
     * @param key the record
     * @param response never null
     * @return the bytes; the caller owns the array
     * @throws ResponseTooLargeException if they would exceed the codec's limit
     */
    default byte[] encode(Key key, R response) {
        return encode(response);
    }

    /**
     * Decodes the response of one record. Stores call this form.
     *
     * @param key the record
     * @param bytes what a store kept for that key; not to be changed
     * @return the response, never null and shared with nobody
     * @throws CorruptRecordException if the bytes are not what {@code encode} makes for that key
     */
    default R decode(Key key, byte[] bytes) {
        return decode(bytes);
    }

    /**
     * {@return the size of the largest response in bytes} A codec around this one takes over the limit. It is 4 MiB unless the codec says
     * otherwise.
     */
    default int maxBytes() {
        return 4 << 20;
    }

    /**
     * {@return the codec of responses that are bytes already, up to 16 MiB} Arrays are copied, so that neither side sees the other's
     * changes.
     */
    static Codec<byte[]> bytes() {
        return bytes(BytesCodec.DEFAULT_MAX_BYTES);
    }

    /**
     * Makes the codec of responses that are bytes already. A larger one is a {@link ResponseTooLargeException}. A store may have a lower
     * limit of its own.
     *
     * @param maxBytes the size of the largest response, 1 byte to 1 GiB
     * @return the codec
     */
    static Codec<byte[]> bytes(int maxBytes) {
        return new BytesCodec(maxBytes);
    }

    /**
     * {@return the codec of text, as UTF-8, up to 16 MiB} Bytes that are not well-formed UTF-8 are a corrupt record; text with half a
     * surrogate pair is refused with {@link IllegalArgumentException} instead of losing it.
     */
    static Codec<String> utf8() {
        return utf8(BytesCodec.DEFAULT_MAX_BYTES);
    }

    /**
     * Makes the codec of text, as UTF-8. A larger text is a {@link ResponseTooLargeException}. A store may have a lower limit of its own.
     *
     * @param maxBytes the size of the largest response, 1 byte to 1 GiB
     * @return the codec
     */
    static Codec<String> utf8(int maxBytes) {
        return new Utf8Codec(maxBytes);
    }
}
