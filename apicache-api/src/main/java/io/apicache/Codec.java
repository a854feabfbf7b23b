package io.apicache;

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
}
