package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * Collections and maps of the caller's own classes, and rarer ones of the JDK that the caller registers. They are read by filling a new
 * one, so they are written only if that makes the same: no fields beside the elements, no comparator, nothing that adding changes.
 */
@SuppressWarnings({"rawtypes", "unchecked", "JdkObsolete"}) // Kryo's serializers are raw; callers may use a Vector
final class OwnCollections {

    /** What may be registered, and extended. */
    static final Set<Class<?>> OF_ELEMENTS_ONLY = Set.of(
            ArrayList.class,
            LinkedList.class,
            ArrayDeque.class,
            Vector.class,
            Stack.class,
            HashSet.class,
            LinkedHashSet.class,
            TreeSet.class,
            PriorityQueue.class,
            CopyOnWriteArrayList.class,
            CopyOnWriteArraySet.class,
            ConcurrentLinkedQueue.class,
            ConcurrentLinkedDeque.class,
            ConcurrentSkipListSet.class,
            HashMap.class,
            LinkedHashMap.class,
            TreeMap.class,
            Hashtable.class,
            ConcurrentHashMap.class,
            ConcurrentSkipListMap.class);

    private OwnCollections() {}

    /** What both kinds have in common. */
    interface Checks {
        /** Refuses a class whose new instances are not empty, or have an order of their own. */
        default void requireEmpty(Object fresh) {
            boolean empty = fresh instanceof Map<?, ?> map ? map.isEmpty() : ((Collection<?>) fresh).isEmpty();
            if (!empty) {
                throw new RefusedException(
                        fresh.getClass(),
                        "is not empty when it is new",
                        "let its constructor without arguments add nothing, or "
                                + RefusedException.serializerFor(fresh.getClass()));
            }
            NaturalOrder.require(fresh);
        }
    }

    /** Refuses a class that has more than elements. */
    static void requireWhole(Class<?> type) {
        Class<?> part = type;
        while (part != null && !OwnTypes.isOfTheJdk(part)) {
            for (Field field : part.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    throw new RefusedException(
                            type,
                            "is a collection with a field of its own, " + field.getName() + ", which would be lost",
                            "put the collection into a field of a record, or " + RefusedException.serializerFor(type));
                }
            }
            part = part.getSuperclass();
        }
        if (part == null || !OF_ELEMENTS_ONLY.contains(part) || !Instances.hasPlainConstructor(type)) {
            throw new RefusedException(
                    type,
                    "is a collection that cannot be filled anew",
                    "let it extend one of the JDK, such as ArrayList, and have a constructor without arguments, or "
                            + RefusedException.serializerFor(type));
        }
    }

    private static RefusedException changing(Object given) {
        return new RefusedException(
                given.getClass(),
                "changes, drops or reorders what is added to it",
                "put its elements into a collection of the JDK, or "
                        + RefusedException.serializerFor(given.getClass()));
    }

    @SuppressWarnings("ReferenceEquality") // whether they are the very same elements
    private static void requireSame(Object given, List<Object> elements, Collection<?> copied) {
        boolean same = elements.size() == copied.size();
        boolean ordered = !(given instanceof HashSet
                        || given instanceof HashMap
                        || given instanceof Hashtable
                        || given instanceof ConcurrentHashMap)
                || given instanceof LinkedHashSet
                || given instanceof LinkedHashMap;
        if (ordered) {
            Iterator<?> copies = copied.iterator();
            for (int i = 0; same && i < elements.size(); i++) {
                same = copies.hasNext() && elements.get(i) == copies.next();
            }
        } else {
            Set<Object> all = Collections.newSetFromMap(new IdentityHashMap<>());
            all.addAll(copied);
            same = same && all.containsAll(elements);
        }
        if (!same) {
            throw changing(given);
        }
    }

    /** Of elements. */
    static final class Sequence extends SequenceSerializer implements Checks {

        Sequence() {
            super(room -> new ArrayList(), Elements.AS_IT_IS);
        }

        @Override
        Collection create(Kryo kryo, Class<? extends Collection> type, int room) {
            return kryo.newInstance(type);
        }

        @Override
        public void write(Kryo kryo, Output output, Collection given) {
            NaturalOrder.require(given);
            List<Object> elements = new ArrayList<>(given);
            Collection copy = create(kryo, given.getClass(), 0);
            for (Object element : elements) {
                copy.add(element);
            }
            requireSame(given, elements, copy);
            super.write(kryo, output, given);
        }
    }

    /** Of entries. */
    static final class Mapping extends MappingSerializer implements Checks {

        Mapping() {
            super(room -> new HashMap(), Elements.AS_IT_IS);
        }

        @Override
        Map create(Kryo kryo, Input input, Class<? extends Map> type, int room) {
            return kryo.newInstance(type);
        }

        @Override
        public void write(Kryo kryo, Output output, Map given) {
            NaturalOrder.require(given);
            Map copy = kryo.newInstance(given.getClass());
            List<Object> keys = new ArrayList<>();
            List<Object> values = new ArrayList<>();
            for (Map.Entry<Object, Object> entry : ((Map<Object, Object>) given).entrySet()) {
                keys.add(entry.getKey());
                values.add(entry.getValue());
                copy.put(entry.getKey(), entry.getValue());
            }
            requireSame(given, keys, copy.keySet());
            requireSame(given, values, copy.values());
            if (given instanceof LinkedHashMap && keys.size() > 1) {
                boolean moves = AccessOrder.isKept(given);
                if (moves != AccessOrder.movesWhatIsRead(copy)) {
                    AccessOrder.refuse(given);
                    throw changing(given);
                }
            }
            super.write(kryo, output, given);
        }
    }
}
