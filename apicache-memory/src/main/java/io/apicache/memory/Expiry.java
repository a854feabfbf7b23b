package io.apicache.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Which records end when. Records that end at about the same time hang on one list; the width of a list is a thousandth of how far
 * away its end is, so there are a few thousand lists at the most. Adding and removing are constant in time: a record that was
 * replaced leaves nothing behind, however often that happens.
 *
 * <p>Only for tidying up: whether a record is over is read off the record itself. Records that were kept equally long are found as soon
 * as they are over, others at the latest when their list has ended.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; each list is its own lock, held for a few steps.
 */
final class Expiry<R> {

    private static final int PRECISION_BITS = 10;
    private static final int NARROWEST_BITS = 20; // about a millisecond

    // By beginning; the width, as a power of two, in the low bits, which are free since no list is narrower.
    private final ConcurrentSkipListMap<Long, Slot<R>> slots = new ConcurrentSkipListMap<>();
    private volatile @Nullable Slot<R>
            latest; // most records of a store are kept equally long, and so follow one another

    void add(Entry<R> entry, long now) {
        long name = slotName(entry.ends, now);
        while (true) {
            Slot<R> slot = latest;
            if (slot == null || slot.name != name) {
                slot = slots.computeIfAbsent(name, Slot::new);
                latest = slot;
            }
            if (slot.add(entry)) {
                return;
            }
            slots.remove(name, slot); // emptied and closed by a sweep
            latest = null;
        }
    }

    void remove(Entry<R> entry) {
        Slot<R> slot = entry.slot;
        if (slot != null) {
            slot.remove(entry);
        }
    }

    /** {@return up to so many records whose time has come; they are off their lists} */
    List<Entry<R>> due(long now, int most) {
        Map.Entry<Long, Slot<R>> first = slots.firstEntry();
        if (first == null || first.getKey() > now) {
            return List.of();
        }
        List<Entry<R>> due = new ArrayList<>();
        for (Slot<R> slot : slots.headMap(now, true).values()) {
            if (slot.take(due, now, most)) {
                slots.remove(slot.name, slot);
            }
            if (due.size() >= most) {
                break;
            }
        }
        return due;
    }

    private static long slotName(long ends, long now) {
        long away = Math.max(1, ends - now);
        int bits = Math.max(NARROWEST_BITS, Long.SIZE - Long.numberOfLeadingZeros(away) - PRECISION_BITS);
        return (ends >> bits << bits) | bits;
    }

    /** Records that end within one span of time, in the order in which they came. */
    static final class Slot<R> {

        private static final long WIDTH = (1L << NARROWEST_BITS) - 1;

        final long name;
        // All guarded by this slot, with the links of its entries.
        private @Nullable Entry<R> first;
        private @Nullable Entry<R> last;
        private boolean closed;

        Slot(long name) {
            this.name = name;
        }

        private boolean isOver(long now) {
            long begins = name & ~WIDTH;
            return now - begins >= 1L << (name & WIDTH);
        }

        synchronized boolean add(Entry<R> entry) {
            if (closed) {
                return false;
            }
            entry.slot = this;
            entry.before = last;
            if (last == null) {
                first = entry;
            } else {
                last.after = entry;
            }
            last = entry;
            return true;
        }

        synchronized void remove(Entry<R> entry) {
            if (entry.slot != this) {
                return; // a sweep was quicker
            }
            Entry<R> before = entry.before;
            Entry<R> after = entry.after;
            if (before == null) {
                first = after;
            } else {
                before.after = after;
            }
            if (after == null) {
                last = before;
            } else {
                after.before = before;
            }
            entry.slot = null;
            entry.before = null;
            entry.after = null;
        }

        /** {@return whether it is over and empty, and closed from now on} */
        synchronized boolean take(List<Entry<R>> due, long now, int most) {
            boolean over = isOver(now);
            Entry<R> next = first;
            while (next != null && due.size() < most && (over || next.ends - now <= 0)) {
                due.add(next);
                remove(next);
                next = first;
            }
            closed = over && next == null;
            return closed;
        }
    }
}
