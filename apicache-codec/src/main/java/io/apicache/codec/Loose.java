package io.apicache.codec;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Values of which {@code equals} does not tell everything: their order, or that they have changed. */
@SuppressWarnings({"JdkObsolete", "UnnecessaryStringBuilder"}) // these are values of callers
final class Loose {

    private static final Set<Class<?>> TEXTS =
            Set.of(AtomicBoolean.class, AtomicInteger.class, AtomicLong.class, StringBuilder.class, StringBuffer.class);

    private Loose() {}

    /** {@return whether something that is declared so may be one of these} */
    static boolean mayBeText(Class<?> type) {
        return TEXTS.stream().anyMatch(type::isAssignableFrom);
    }

    /** {@return whether instances have no equality, and say all that they are in their text} */
    static boolean isText(Class<?> type) {
        return TEXTS.contains(type);
    }

    /**
     * {@return something that is another one after the value was changed, or null if nothing is known} Of a collection it is the size. Nothing
     * is known of what other threads may change at the same time.
     */
    static @Nullable Object state(@Nullable Object value) {
        if (value == null || value.getClass().getPackageName().equals("java.util.concurrent")) {
            return null;
        }
        if (value instanceof Collection<?> collection) {
            return collection.size();
        }
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        return isText(value.getClass()) ? value.toString() : null;
    }

    /** {@return an equal one that no other thread has, of what says all that it is in its text; else the value itself} */
    static @Nullable Object own(@Nullable Object value) {
        if (value instanceof AtomicInteger number) {
            return new AtomicInteger(number.get());
        }
        if (value instanceof AtomicLong number) {
            return new AtomicLong(number.get());
        }
        if (value instanceof AtomicBoolean flag) {
            return new AtomicBoolean(flag.get());
        }
        if (value instanceof StringBuilder text) {
            return new StringBuilder(text);
        }
        return value instanceof StringBuffer text ? new StringBuffer(text) : value;
    }

    /** {@return whether an equal set or map would keep its elements in this order, if the first one has an order} */
    @SuppressWarnings("ReferenceEquality") // the usual case: nothing was copied
    static boolean isInOrderOf(@Nullable Object first, @Nullable Object equal) {
        if (first == equal || first == null || equal == null) {
            return true;
        }
        // A view does not tell what is behind it: it counts as ordered beside something that is.
        if (!hasOrder(first) && (isUnordered(first) || !hasOrder(equal))) {
            return true;
        }
        if (first instanceof Set<?> set && equal instanceof Set<?> other) {
            return isSame(set.iterator(), other.iterator());
        }
        return !(first instanceof Map<?, ?> map && equal instanceof Map<?, ?> other)
                || isSame(map.keySet().iterator(), other.keySet().iterator());
    }

    private static boolean hasOrder(Object collection) {
        return collection instanceof LinkedHashSet<?>
                || collection instanceof SortedSet<?>
                || collection instanceof LinkedHashMap<?, ?>
                || collection instanceof SortedMap<?, ?>;
    }

    private static boolean isUnordered(Object collection) {
        return collection instanceof HashSet<?>
                || collection instanceof HashMap<?, ?>
                || collection instanceof Hashtable<?, ?>
                || collection instanceof ConcurrentHashMap<?, ?>
                || collection.getClass().getName().startsWith("java.util.ImmutableCollections");
    }

    private static boolean isSame(Iterator<?> first, Iterator<?> other) {
        while (first.hasNext() && other.hasNext()) {
            Object element = first.next();
            Object counterpart = other.next();
            if (element == null ? counterpart != null : !element.equals(counterpart)) {
                return false;
            }
        }
        return first.hasNext() == other.hasNext();
    }
}
