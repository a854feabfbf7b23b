package io.apicache.redis;

import io.apicache.CorruptRecordException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Names of values that are too long to be records. A claim reads a value as a whole, on the connection that all ids share; once a value
 * was found to be too long, a script looks at its length first, for a while.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Oversized {

    static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(60);
    static final int MOST = 1_024;

    private final int longest;
    private final LongSupplier nanoTime;
    private final ConcurrentHashMap<KeyHash, Long> until = new ConcurrentHashMap<>();

    /**
     * Remembers nothing yet.
     *
     * @param longest the length of the longest record, header included
     */
    Oversized(int longest, LongSupplier nanoTime) {
        this.longest = longest;
        this.nanoTime = nanoTime;
    }

    /** {@return the length of the longest record} */
    int longest() {
        return longest;
    }

    /** {@return whether a value under this name was too long a moment ago} */
    boolean isSuspect(RecordName name) {
        if (until.isEmpty()) {
            return false;
        }
        KeyHash hash = KeyHash.of(name);
        Long end = until.get(hash);
        if (end != null && nanoTime.getAsLong() - end > 0) {
            until.remove(hash, end);
            return false;
        }
        return end != null;
    }

    /** Remembers the name, and forgets the others if there are too many. {@return what to throw} */
    CorruptRecordException found(RecordName name, long length) {
        if (until.size() >= MOST) {
            until.clear();
        }
        until.put(KeyHash.of(name), nanoTime.getAsLong() + REMEMBERED_NANOS);
        return new CorruptRecordException(
                "the record of " + name.key() + " cannot be read: it has " + length + " bytes, the longest has "
                        + longest + "; raise largestResponse if it is one of yours, or invalidate it",
                null);
    }
}
