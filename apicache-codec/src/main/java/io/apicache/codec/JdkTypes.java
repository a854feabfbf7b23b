package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.serializers.DefaultSerializers;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The types of the JDK that need no registration, under ids that never change: 0 to 8 are Kryo's, 10 to 99 stand here, a new one
 * takes the next free id. Several hidden classes of one kind share what they are read as, not the id.
 */
@SuppressWarnings({"rawtypes", "unchecked", "JdkObsolete"}) // Kryo's serializers are raw; a caller may use a LinkedList
final class JdkTypes {

    /** Changes with the first release in which an id or a serializer below has changed. */
    static final String VERSION = "jdk-1";

    private static final SequenceSerializer LIST = new SequenceSerializer(ArrayList::new, JdkTypes::immutableList);
    private static final SequenceSerializer SET =
            new SequenceSerializer(ArrayList::new, filled -> immutableSet((List<Object>) filled));
    private static final MappingSerializer MAP =
            new MappingSerializer(JdkTypes::hashMap, filled -> immutableMap((Map<Object, Object>) filled));
    private static final ArraySerializer ARRAY = new ArraySerializer();
    private static final ArraySerializer.OfBooleans BOOLEANS = new ArraySerializer.OfBooleans();

    /** More elements than this are looked for by a tree where hashes collide. */
    private static final int MOST_PROBED = 1_024;

    /** Values that the caller may register. */
    private static final Map<Class<?>, Supplier<Serializer>> ON_REQUEST = Map.of(
            Timestamp.class, ExactValues.Timestamps::new,
            java.sql.Date.class, DefaultSerializers.DateSerializer::new,
            Time.class, DefaultSerializers.DateSerializer::new,
            StringBuilder.class, DefaultSerializers.StringBuilderSerializer::new,
            StringBuffer.class, DefaultSerializers.StringBufferSerializer::new);

    private JdkTypes() {}

    /** Registers them all, and what arrays are read with. */
    static void register(Kryo kryo) {
        kryo.addDefaultSerializer(Object[].class, ARRAY);
        kryo.addDefaultSerializer(boolean[].class, BOOLEANS);
        values(kryo);
        times(kryo);
        arrays(kryo);
        collections(kryo);
        immutables(kryo);
        wrappers(kryo);
    }

    private static void values(Kryo kryo) {
        plain(kryo, 10, BigDecimal.class);
        plain(kryo, 11, BigInteger.class);
        kryo.register(UUID.class, new DefaultSerializers.UUIDSerializer(), 12);
        kryo.register(URI.class, new ExactValues.Uris(), 13);
        plain(kryo, 14, Currency.class);
        kryo.register(Locale.class, new ExactValues.Locales(), 15);
        plain(kryo, 16, BitSet.class);
        plain(kryo, 17, Optional.class);
        plain(kryo, 18, OptionalInt.class);
        plain(kryo, 19, OptionalLong.class);
        plain(kryo, 20, OptionalDouble.class);
        kryo.register(AtomicBoolean.class, new DefaultSerializers.AtomicBooleanSerializer(), 21);
        kryo.register(AtomicInteger.class, new DefaultSerializers.AtomicIntegerSerializer(), 22);
        kryo.register(AtomicLong.class, new DefaultSerializers.AtomicLongSerializer(), 23);
    }

    private static void times(Kryo kryo) {
        plain(kryo, 30, Instant.class);
        plain(kryo, 31, Duration.class);
        plain(kryo, 32, LocalDate.class);
        plain(kryo, 33, LocalTime.class);
        plain(kryo, 34, LocalDateTime.class);
        plain(kryo, 35, OffsetTime.class);
        plain(kryo, 36, OffsetDateTime.class);
        kryo.register(ZonedDateTime.class, new ExactValues.ZonedDateTimes(), 37);
        plain(kryo, 38, ZoneOffset.class);
        // The class of every zone that is not a mere offset is hidden.
        kryo.register(ZoneId.of("Europe/Paris").getClass(), kryo.getDefaultSerializer(ZoneId.class), 39);
        plain(kryo, 40, Year.class);
        plain(kryo, 41, YearMonth.class);
        plain(kryo, 42, MonthDay.class);
        plain(kryo, 43, Period.class);
        plain(kryo, 44, Date.class);
    }

    private static void arrays(Kryo kryo) {
        plain(kryo, 50, byte[].class);
        plain(kryo, 51, short[].class);
        plain(kryo, 52, char[].class);
        plain(kryo, 53, int[].class);
        plain(kryo, 54, long[].class);
        plain(kryo, 55, float[].class);
        plain(kryo, 56, double[].class);
        plain(kryo, 57, boolean[].class);
        plain(kryo, 58, String[].class);
        plain(kryo, 59, Object[].class);
    }

    private static void collections(Kryo kryo) {
        kryo.register(ArrayList.class, SequenceSerializer.of(ArrayList::new), 60);
        kryo.register(LinkedList.class, SequenceSerializer.of(room -> new LinkedList()), 61);
        kryo.register(ArrayDeque.class, SequenceSerializer.of(ArrayDeque::new), 62);
        kryo.register(CopyOnWriteArrayList.class, sequence(ArrayList::new, CopyOnWriteArrayList::new), 63);
        kryo.register(HashSet.class, SequenceSerializer.of(room -> new HashSet(room * 4 / 3 + 1)), 64);
        kryo.register(LinkedHashSet.class, SequenceSerializer.of(room -> new LinkedHashSet(room * 4 / 3 + 1)), 65);
        kryo.register(TreeSet.class, new NaturalOrder.Sets(), 66);
        kryo.register(HashMap.class, MappingSerializer.of(JdkTypes::hashMap), 67);
        kryo.register(LinkedHashMap.class, new AccessOrder.Maps(), 68);
        kryo.register(TreeMap.class, new NaturalOrder.Maps(), 69);
        kryo.register(ConcurrentHashMap.class, MappingSerializer.of(room -> new ConcurrentHashMap(room)), 70);
        kryo.register(EnumSet.class, new DefaultSerializers.EnumSetSerializer(), 71);
        kryo.register(EnumMap.class, new EnumMapSerializer(), 72);
    }

    private static void immutables(Kryo kryo) {
        kryo.register(List.of(1).getClass(), LIST, 75);
        kryo.register(List.of(1, 2, 3).getClass(), LIST, 76);
        kryo.register(List.of(1, 2, 3).subList(0, 2).getClass(), LIST, 77);
        kryo.register(Set.of(1).getClass(), SET, 78);
        kryo.register(Set.of(1, 2, 3).getClass(), SET, 79);
        kryo.register(Map.of(1, 1).getClass(), MAP, 80);
        kryo.register(Map.of(1, 1, 2, 2).getClass(), MAP, 81);
    }

    private static void wrappers(Kryo kryo) {
        list(kryo, 82, Arrays.asList(1), filled -> Arrays.asList(filled.toArray()));
        list(kryo, 83, new ArrayList<>(List.of(1)).subList(0, 1), filled -> filled);
        list(kryo, 84, Collections.emptyList(), filled -> Collections.emptyList());
        list(kryo, 85, Collections.singletonList(1), filled -> Collections.singletonList(filled.get(0)));
        set(kryo, 89, Collections.emptySet(), filled -> Collections.emptySet());
        set(
                kryo,
                90,
                Collections.singleton(1),
                filled -> Collections.singleton(filled.iterator().next()));
        map(kryo, 92, Collections.emptyMap(), filled -> Collections.emptyMap());
        map(kryo, 93, Collections.singletonMap(1, 1), JdkTypes::singletonMap);
        views(kryo, new Views());
    }

    private static void views(Kryo kryo, Views views) {
        Finish<List<Object>, Collection> list = Collections::unmodifiableList;
        Finish<List<Object>, Collection> collection = Collections::unmodifiableCollection;
        Finish<Set<Object>, Collection> set = Collections::unmodifiableSet;
        view(kryo, 86, Collections.unmodifiableList(new ArrayList<>()), views.sequence(ArrayList::new, list));
        view(kryo, 87, Collections.unmodifiableList(new LinkedList<>()), views.sequence(ArrayList::new, list));
        view(kryo, 88, Collections.unmodifiableCollection(List.of()), views.sequence(ArrayList::new, collection));
        view(kryo, 91, Collections.unmodifiableSet(new HashSet<>()), views.sequence(room -> new LinkedHashSet(), set));
        view(
                kryo,
                94,
                Collections.unmodifiableMap(new HashMap<>()),
                views.mapping(filled -> Collections.unmodifiableMap((Map) filled)));
    }

    private static void view(Kryo kryo, int id, Object example, Serializer serializer) {
        kryo.register(example.getClass(), serializer, id);
    }

    /** {@return what reads and writes a type of the JDK that has no id here, if the caller registers it; or null} */
    static @Nullable Serializer onRequest(Class<?> type) {
        if (OwnCollections.OF_ELEMENTS_ONLY.contains(type)) {
            return Map.class.isAssignableFrom(type) ? new OwnCollections.Mapping() : new OwnCollections.Sequence();
        }
        Supplier<Serializer> found = ON_REQUEST.get(type);
        return found == null ? null : found.get();
    }

    private static void plain(Kryo kryo, int id, Class<?> type) {
        kryo.register(type, id);
    }

    private static void list(Kryo kryo, int id, Collection example, Finish<List<Object>, Collection> finish) {
        kryo.register(example.getClass(), sequence(ArrayList::new, finish), id);
    }

    private static void set(Kryo kryo, int id, Set example, Finish<Set<Object>, Set> finish) {
        kryo.register(example.getClass(), sequence(room -> new LinkedHashSet(), finish), id);
    }

    private static void map(Kryo kryo, int id, Map example, Finish<Map<Object, Object>, Map> finish) {
        kryo.register(
                example.getClass(),
                new MappingSerializer(room -> new LinkedHashMap(), filled -> finish.apply((Map) filled)),
                id);
    }

    private static <C extends Collection<Object>> Serializer sequence(
            IntFunction<Collection> create, Finish<C, ? extends Collection> finish) {
        return new SequenceSerializer(create, filled -> finish.apply((C) filled));
    }

    /** Makes the result out of what was filled. */
    interface Finish<A, B> {
        B apply(A filled);
    }

    private static Map hashMap(int room) {
        return new HashMap(room * 4 / 3 + 1);
    }

    private static Map singletonMap(Map<Object, Object> filled) {
        Map.Entry<Object, Object> only = filled.entrySet().iterator().next();
        return Collections.singletonMap(only.getKey(), only.getValue());
    }

    // Those of the JDK look for a free place one after the other: elements that somebody has chosen well fill them in
    // quadratic time.
    private static Set<Object> immutableSet(List<Object> filled) {
        if (filled.size() <= MOST_PROBED) {
            return Set.of(filled.toArray());
        }
        Set<Object> set = new LinkedHashSet<>(filled);
        if (set.size() < filled.size() || set.contains(null)) {
            throw new KryoException("an immutable set with a null, or with an element twice");
        }
        return Collections.unmodifiableSet(set);
    }

    private static Map<Object, Object> immutableMap(Map<Object, Object> filled) {
        if (filled.size() <= MOST_PROBED) {
            return Map.copyOf(filled);
        }
        if (filled.containsKey(null) || filled.containsValue(null)) {
            throw new KryoException("an immutable map with a null");
        }
        return Collections.unmodifiableMap(filled);
    }

    // Stream.toList() gives the class of List.of() as well, and allows nulls.
    private static Object immutableList(Object filled) {
        List<Object> list = (List<Object>) filled;
        return list.contains(null) ? list.stream().toList() : List.copyOf(list);
    }
}
