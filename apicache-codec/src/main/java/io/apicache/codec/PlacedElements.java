package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/**
 * The elements or keys of one collection that looks at them to find their place: by hash, or by comparison. A reader does that again, with
 * each element as it is at that moment.
 *
 * <ul>
 *   <li>What an element refers to elsewhere in the value may not be complete yet when the element is read.
 *   <li>Elements that became equal, or changed their order, after they were put in would be dropped, or found elsewhere.
 *   <li>An attacker who makes up a record could choose elements of one hash, so that a collection takes hours to fill. Honest elements
 *       are nowhere near the limits. The limits hold when writing as well, so that nothing is written that cannot be read.
 * </ul>
 */
@SuppressWarnings({"rawtypes", "unchecked"}) // Kryo's registrations are raw
final class PlacedElements {

    /** So many of one hash are nothing out of the ordinary. */
    private static final int UNSUSPICIOUS = 256;

    private static final int BUCKETS = 1024;
    private static final int[] NONE = {};

    private final Kryo kryo;
    private final Class<?> collection;
    private final boolean hashed;
    private int seen;
    private int @Nullable [] buckets;
    private int[] hashes = NONE; // of those that were written and may have changed
    private int remembered;
    private @Nullable Object last; // that was written, where they are sorted

    private PlacedElements(Kryo kryo, Class<?> collection, boolean hashed) {
        this.kryo = kryo;
        this.collection = collection;
        this.hashed = hashed;
    }

    /** {@return what keeps an eye on the elements, or null if such a collection leaves them where they are put} */
    static @Nullable PlacedElements of(Kryo kryo, Class<?> collection) {
        if (Set.class.isAssignableFrom(collection) || Map.class.isAssignableFrom(collection)) {
            return new PlacedElements(kryo, collection, !isSorted(collection) && !isSearched(collection));
        }
        return PriorityQueue.class.isAssignableFrom(collection) ? new PlacedElements(kryo, collection, false) : null;
    }

    /** {@return whether elements are compared one by one} */
    private static boolean isSearched(Class<?> collection) {
        return CopyOnWriteArraySet.class.isAssignableFrom(collection);
    }

    private static boolean isSorted(Class<?> collection) {
        return SortedSet.class.isAssignableFrom(collection) || SortedMap.class.isAssignableFrom(collection);
    }

    void write(Output output, @Nullable Object element, @Nullable Serializer common) {
        int shared = sharedParts(true);
        Elements.write(kryo, output, element, common);
        if (sharedParts(true) != shared) {
            throw new RefusedException(
                    collection,
                    "has an element or a key that shares parts with others, a " + nameOf(element)
                            + (hashed ? "" : ", and is looked at before they are complete"),
                    "use a list, or other keys");
        }
        if (hashed && isSuspicious(element)) {
            throw new RefusedException(
                    collection,
                    "has too many elements or keys with the same hash code, such as a " + nameOf(element),
                    "use a list, or let hashCode tell them apart");
        }
        if (hashed && element != null && mayChange(element)) {
            remember(element);
        } else if (isSorted(collection)) {
            requireInOrder(element);
        }
    }

    @Nullable
    Object read(Input input, @Nullable Registration common) {
        int shared = sharedParts(false);
        Object element = Elements.read(kryo, input, common);
        if (sharedParts(false) != shared) {
            throw new KryoException("an element or a key that shares parts with others");
        }
        if (hashed && isSuspicious(element)) {
            throw new KryoException("too many elements of a set or keys of a map with the same hash code");
        }
        return element;
    }

    /** All have been written. */
    void requireDifferent(Collection<?> elements) {
        if (!hashed) {
            return; // they are in order
        }
        int[] sorted = Arrays.copyOf(hashes, remembered);
        Arrays.sort(sorted);
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i] == sorted[i - 1]) { // by chance, perhaps
                requireSize(new HashSet<>(elements).size(), elements);
                return;
            }
        }
    }

    private void requireSize(int different, Collection<?> elements) {
        if (different != elements.size()) {
            throw changed(collection, "are equal");
        }
    }

    private void requireInOrder(@Nullable Object element) {
        if (last instanceof Comparable before && before.compareTo(element) >= 0) {
            throw changed(collection, "are not in order");
        }
        last = element;
    }

    static RefusedException changed(Class<?> collection, String what) {
        return new RefusedException(
                collection,
                "has elements or keys that " + what + ", since they were changed after they were put in",
                "put in what does not change, or use a list");
    }

    /** {@return whether an element may be equal to another one that it was not equal to before} */
    private static boolean mayChange(Object element) {
        return !(element instanceof String
                || element instanceof Number
                || element instanceof Enum<?>
                || element instanceof UUID
                || element instanceof Temporal);
    }

    private void remember(Object element) {
        if (remembered == hashes.length) {
            hashes = Arrays.copyOf(hashes, Math.max(8, 2 * remembered));
        }
        hashes[remembered++] = element.hashCode();
    }

    /** {@return how many shared parts there were so far; of unfinished ones alone where a complete one does no harm} */
    private int sharedParts(boolean writing) {
        if (!(kryo.getReferenceResolver() instanceof SharedParts parts)) {
            return 0;
        }
        if (hashed) {
            return parts.counted();
        }
        return writing ? parts.unfinished() : 0;
    }

    private boolean isSuspicious(@Nullable Object element) {
        if (++seen < UNSUSPICIOUS || element == null) {
            return false;
        }
        if (buckets == null) {
            buckets = new int[BUCKETS];
        }
        int bucket = (element.hashCode() * 0x9E3779B9) >>> 22;
        return ++buckets[bucket] > UNSUSPICIOUS + seen / UNSUSPICIOUS;
    }

    private static String nameOf(@Nullable Object element) {
        return element == null ? "null" : element.getClass().getName();
    }
}
