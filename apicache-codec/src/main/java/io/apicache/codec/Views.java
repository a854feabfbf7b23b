package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Output;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Looks behind views such as {@code Collections.unmodifiableMap}. A view comes back as a view of a copy, which is the same only if what is
 * behind it consists of its elements: a comparator or a field would be lost. No view shows what is behind it but to Java serialization, so it
 * is asked there. Nothing is ever read that way.
 *
 * <p><b>Thread-safety:</b> for one thread at a time, like the Kryo that it belongs to.
 */
@SuppressWarnings({"rawtypes", "unchecked"}) // Kryo's serializers are raw
final class Views {

    private static final String COLLECTIONS = "java.util.Collections$";

    /** What has a plain equality and an order of its own at the most. Lists of the JDK are all of that kind. */
    private static final Set<Class<?>> PLAIN = Set.of(
            HashSet.class,
            LinkedHashSet.class,
            TreeSet.class,
            ConcurrentSkipListSet.class,
            CopyOnWriteArraySet.class,
            ConcurrentHashMap.newKeySet().getClass(),
            HashMap.class,
            LinkedHashMap.class,
            TreeMap.class,
            ConcurrentHashMap.class,
            ConcurrentSkipListMap.class,
            EnumMap.class,
            ArrayDeque.class,
            Collections.emptySet().getClass(),
            Collections.emptyMap().getClass(),
            Collections.singleton(1).getClass(),
            Collections.singletonMap(1, 1).getClass(),
            new HashMap<>().keySet().getClass(),
            new HashMap<>().values().getClass(),
            new LinkedHashMap<>().keySet().getClass(),
            new LinkedHashMap<>().values().getClass());

    /** What Java serialization shows in place of an {@code EnumSet} and of what {@code List.of} and its like return. */
    private static final Set<String> STAND_INS = Set.of("java.util.EnumSet$SerializationProxy", "java.util.CollSer");

    private @Nullable Peek peek;

    /**
     * Refuses a view that would lose something.
     *
     * @param view of {@code Collections}
     */
    void requirePlain(Object view) {
        Object inner = view;
        do {
            inner = behind(inner);
        } while (inner != null && isView(inner.getClass()));
        if (inner == null || !isPlain(inner)) {
            throw new RefusedException(
                    view.getClass(),
                    "is a view of a "
                            + (inner == null ? "collection" : inner.getClass().getName())
                            + ", of which more than the elements would be lost",
                    "copy it, as in List.copyOf, new ArrayList<>(view) or new LinkedHashMap<>(view)");
        }
    }

    private static boolean isView(Class<?> type) {
        String name = type.getName();
        return name.startsWith(COLLECTIONS)
                && (name.startsWith("Unmodifiable", COLLECTIONS.length())
                        || name.startsWith("Synchronized", COLLECTIONS.length())
                        || name.startsWith("Checked", COLLECTIONS.length())
                        || name.startsWith("SetFromMap", COLLECTIONS.length()));
    }

    private static boolean isPlain(Object inner) {
        Class<?> type = inner.getClass();
        if (inner instanceof List) {
            return OwnTypes.isOfTheJdk(type);
        }
        return (PLAIN.contains(type) || STAND_INS.contains(type.getName()))
                && NaturalOrder.isIn(inner)
                && !(inner instanceof LinkedHashMap<?, ?> linked && AccessOrder.isKept(linked));
    }

    private @Nullable Object behind(Object view) {
        Peek asked = peek;
        peek = null; // after an exception it is not used again
        try {
            if (asked == null) {
                asked = new Peek();
            }
            Object found = asked.behind(view);
            peek = asked;
            return found;
        } catch (IOException e) {
            return null;
        }
    }

    /** {@return a serializer of views of collections} */
    <C extends Collection<Object>> Serializer sequence(
            IntFunction<Collection> create, JdkTypes.Finish<C, ? extends Collection> finish) {
        return new SequenceSerializer(create, filled -> finish.apply((C) filled)) {
            @Override
            public void write(Kryo kryo, Output output, Collection given) {
                requirePlain(given);
                super.write(kryo, output, given);
            }
        };
    }

    /** {@return a serializer of views of maps} */
    Serializer mapping(Function<Object, Map> finish) {
        return new MappingSerializer(room -> new LinkedHashMap(), finish) {
            @Override
            public void write(Kryo kryo, Output output, Map given) {
                requirePlain(given);
                super.write(kryo, output, given);
            }
        };
    }

    /** A stream to nowhere that lets the view through, keeps the first object that the view writes, and writes none. */
    private static final class Peek extends ObjectOutputStream {

        private final List<Object> seen = new ArrayList<>();

        Peek() throws IOException {
            super(OutputStream.nullOutputStream());
            enableReplaceObject(true);
        }

        @Nullable
        Object behind(Object view) throws IOException {
            try {
                writeObject(view);
                return seen.size() < 2 ? null : seen.get(1);
            } finally {
                seen.clear();
                reset();
            }
        }

        @Override
        protected @Nullable Object replaceObject(Object object) {
            seen.add(object);
            return seen.size() == 1 ? object : null;
        }
    }
}
