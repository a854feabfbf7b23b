package io.apicache.codec;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Values of which {@code equals} does not tell everything: their order, or that they have changed. */
final class Loose {

    private static final Set<Class<?>> TEXTS =
            Set.of(AtomicBoolean.class, AtomicInteger.class, AtomicLong.class, StringBuilder.class, StringBuffer.class);

    private Loose() {}

    /** {@return whether instances have no equality, and say all that they are in their text} */
    static boolean isText(Class<?> type) {
        return TEXTS.contains(type);
    }

    /** {@return something that is another one after the value was changed, or null if nothing is known} Of a collection it is the size. */
    static @Nullable Object state(@Nullable Object value) {
        if (value instanceof Collection<?> collection) {
            return collection.size();
        }
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        return value != null && isText(value.getClass()) ? value.toString() : null;
    }

    /** {@return whether an equal set or map would keep its elements in this order, if the first one has an order} */
    @SuppressWarnings("ReferenceEquality") // the usual case: nothing was copied
    static boolean isInOrderOf(@Nullable Object first, @Nullable Object equal) {
        if (first == equal || first == null || equal == null) {
            return true;
        }
        if (first instanceof LinkedHashSet<?> || first instanceof SortedSet<?>) {
            return !(equal instanceof Set<?> other) || isSame(((Set<?>) first).iterator(), other.iterator());
        }
        if (first instanceof LinkedHashMap<?, ?> || first instanceof SortedMap<?, ?>) {
            return !(equal instanceof Map<?, ?> other)
                    || isSame(
                            ((Map<?, ?>) first).keySet().iterator(),
                            other.keySet().iterator());
        }
        return true;
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
