package io.apicache.redis;

import java.nio.ByteBuffer;

/**
 * The hash of a key, to look up who waits for it. Comparable, so that a map stays fast where many of them have one hash code: callers
 * choose ids.
 *
 * @param high the first half
 * @param low the second half
 */
record KeyHash(long high, long low) implements Comparable<KeyHash> {

    static KeyHash of(RecordName name) {
        return of(name.hash(), 0);
    }

    static KeyHash of(byte[] bytes, int at) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new KeyHash(buffer.getLong(at), buffer.getLong(at + 8));
    }

    @Override
    public int compareTo(KeyHash other) {
        int first = Long.compare(high, other.high);
        return first != 0 ? first : Long.compare(low, other.low);
    }
}
