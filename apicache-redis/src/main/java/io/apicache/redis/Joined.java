package io.apicache.redis;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The records that this process has joined a while ago, by the hash that a message brings along. Callers choose ids, so their number and their size
 * are bounded: the oldest is forgotten. A message about a forgotten record is dropped, and its waiters find the response by their own look,
 * later.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Joined {

    static final int MOST = 16_384;
    static final long MOST_BYTES = 8L * 1024 * 1024;

    /** A waiter that still waits has joined again within this time. */
    static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int OBJECTS_BYTES = 320; // of an entry, beside its texts

    private final LongSupplier nanoTime;

    // Guarded by this, and so is the number of bytes. In the order in which they were joined last.
    private final LinkedHashMap<KeyHash, Entry> records = new LinkedHashMap<>();
    private long bytes;

    Joined(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A record that was joined. */
    static final class Entry {
        final RecordName name;
        volatile long number; // the token of the owner that is waited for, or 0
        private long until;

        private Entry(RecordName name) {
            this.name = name;
        }

        private long bytes() {
            return OBJECTS_BYTES
                    + name.name().length
                    + 2L * (name.key().id().length() + name.key().namespace().length());
        }
    }

    /** Remembers a record, as the youngest. */
    synchronized void add(RecordName name) {
        KeyHash hash = KeyHash.of(name);
        long until = nanoTime.getAsLong()
                + FORGET_NANOS; // what may throw comes first, so that the bytes are those of the records
        Entry record = records.get(hash);
        if (record == null) {
            record = new Entry(name);
        } else {
            remove(hash, record);
        }
        record.until = until;
        records.put(hash, record);
        bytes += record.bytes();
        Iterator<Entry> oldest = records.values().iterator();
        while (oldest.hasNext() && (records.size() > MOST || bytes > MOST_BYTES)) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
    }

    /** {@return the record, or null if it is not remembered} */
    synchronized @Nullable Entry get(KeyHash hash) {
        return records.get(hash);
    }

    synchronized void remove(KeyHash hash, Entry record) {
        if (records.remove(hash, record)) {
            bytes -= record.bytes();
        }
    }

    /** Forgets what was joined long ago. */
    synchronized void forgetOld() {
        long now = nanoTime.getAsLong();
        Iterator<Map.Entry<KeyHash, Entry>> oldest = records.entrySet().iterator();
        while (oldest.hasNext()) {
            Entry record = oldest.next().getValue();
            if (now - record.until <= 0) {
                return; // and so are all others, which are younger
            }
            bytes -= record.bytes();
            oldest.remove();
        }
    }

    synchronized void clear() {
        records.clear();
        bytes = 0;
    }

    synchronized int size() {
        return records.size();
    }

    synchronized long bytes() {
        return bytes;
    }
}
