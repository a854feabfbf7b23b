package io.apicache.codec;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * What "comes back equal" means, written without the library: by content and in depth, with order, comparator, precision, fields of
 * subclasses and, where it is asked for, what is shared with what.
 */
@SuppressWarnings({"OperatorPrecedence", "UndefinedEquals", "NonApiType", "IdentityHashMapUsage", "ReferenceEquality"
}) // any collection
final class Same {

    private final Map<Object, Object> met = new IdentityHashMap<>();
    private final boolean graph;

    private Same(boolean graph) {
        this.graph = graph;
    }

    static boolean values(Object before, Object after) {
        return new Same(false).same(before, after);
    }

    /** The same, and what was one object is one object again. */
    static boolean graphs(Object before, Object after) {
        return new Same(true).same(before, after);
    }

    private boolean same(Object before, Object after) {
        if (before == after) {
            return true;
        }
        if (before == null || after == null) {
            return false;
        }
        if (isOfTheCallers(before) || before instanceof Collection || before instanceof Map || isArray(before)) {
            Object other = met.putIfAbsent(before, after);
            if (other != null) {
                return !graph || other == after || isShareable(before);
            }
        }
        return sameContent(before, after);
    }

    // The JDK has only one of these.
    private static boolean isShareable(Object value) {
        return value instanceof Collection<?> collection && collection.isEmpty()
                || value instanceof Map<?, ?> map && map.isEmpty();
    }

    private boolean sameContent(Object before, Object after) {
        if (isArray(before)) {
            return before.getClass() == after.getClass() && sameArrays(before, after);
        }
        if (before instanceof Collection<?> collection && !isOfTheCallers(before)) {
            return after instanceof Collection<?> other && sameCollections(collection, other);
        }
        if (before instanceof Map<?, ?> map && !isOfTheCallers(before)) {
            return after instanceof Map<?, ?> other && sameMaps(map, other);
        }
        if (before.getClass() != after.getClass()) {
            return false;
        }
        if (before instanceof Collection<?> collection && !sameCollections(collection, (Collection<?>) after)
                || before instanceof Map<?, ?> map && !sameMaps(map, (Map<?, ?>) after)) {
            return false;
        }
        if (before instanceof Optional<?> optional) {
            return same(optional.orElse(null), ((Optional<?>) after).orElse(null));
        }
        if (isOfTheCallers(before)) {
            return sameFields(before, after);
        }
        return hasEquals(before.getClass())
                ? before.equals(after)
                : before.toString().equals(after.toString());
    }

    private static boolean hasEquals(Class<?> type) {
        try {
            return type.getMethod("equals", Object.class).getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isArray(Object value) {
        return value.getClass().isArray();
    }

    static boolean isOfTheCallers(Object value) {
        return value.getClass().getName().startsWith("io.apicache.") && !(value instanceof Enum);
    }

    private boolean sameArrays(Object before, Object after) {
        int length = Array.getLength(before);
        if (length != Array.getLength(after)) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (!same(Array.get(before, i), Array.get(after, i))) {
                return false;
            }
        }
        return true;
    }

    private boolean sameCollections(Collection<?> before, Collection<?> after) {
        if (before.size() != after.size()
                || before instanceof List != after instanceof List
                || before instanceof Set != after instanceof Set
                || !Objects.equals(comparator(before), comparator(after))) {
            return false;
        }
        boolean ordered = !(before instanceof Set) || before instanceof LinkedHashSet || before instanceof SortedSet;
        if (!ordered) {
            return matchAll(new ArrayList<>(before), new ArrayList<>(after));
        }
        Iterator<?> others = after.iterator();
        for (Object element : before) {
            if (!same(element, others.next())) {
                return false;
            }
        }
        return !(before instanceof Set) || !hasEqualElements(before) || before.equals(after) && after.equals(before);
    }

    private static boolean hasEqualElements(Collection<?> set) {
        return set.stream()
                .allMatch(element ->
                        element == null || hasEquals(element.getClass()) && !(element instanceof Collection));
    }

    private static Object comparator(Object sorted) {
        if (sorted instanceof SortedSet<?> set) {
            return set.comparator();
        }
        if (sorted instanceof SortedMap<?, ?> map) {
            return map.comparator();
        }
        return sorted instanceof PriorityQueue<?> queue ? queue.comparator() : null;
    }

    private boolean sameMaps(Map<?, ?> before, Map<?, ?> after) {
        if (before.size() != after.size() || !Objects.equals(comparator(before), comparator(after))) {
            return false;
        }
        if (before instanceof LinkedHashMap<?, ?> linked
                && linked.size() > 1
                && movesOnAccess(linked) != movesOnAccess((LinkedHashMap<?, ?>) after)) {
            return false;
        }
        List<Object> entries = entries(before);
        List<Object> others = entries(after);
        return before instanceof LinkedHashMap || before instanceof SortedMap || before instanceof EnumMap
                ? same(entries, others)
                : matchAll(entries, others);
    }

    private static boolean movesOnAccess(LinkedHashMap<?, ?> map) {
        Map<?, ?> copy = (Map<?, ?>) map.clone();
        Object first = copy.keySet().iterator().next();
        copy.get(first);
        return copy.keySet().iterator().next() != first;
    }

    private static List<Object> entries(Map<?, ?> map) {
        List<Object> entries = new ArrayList<>();
        map.forEach((key, value) -> entries.add(Arrays.asList(key, value)));
        return entries;
    }

    // In any order. What has been met on a way that led nowhere is forgotten.
    private boolean matchAll(List<Object> before, List<Object> after) {
        for (Object element : before) {
            Iterator<Object> others = after.iterator();
            boolean found = false;
            while (!found && others.hasNext()) {
                Map<Object, Object> saved = new IdentityHashMap<>(met);
                found = same(element, others.next());
                if (found) {
                    others.remove();
                } else {
                    met.clear();
                    met.putAll(saved);
                }
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }

    private boolean sameFields(Object before, Object after) {
        for (Class<?> part = before.getClass();
                part != null && part.getName().startsWith("io.apicache.");
                part = part.getSuperclass()) {
            for (Field field : part.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !same(get(field, before), get(field, after))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static Object get(Field field, Object owner) {
        try {
            field.setAccessible(true);
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
