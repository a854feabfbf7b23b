package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.esotericsoftware.kryo.Registration;
import io.apicache.ResponseTooLargeException;
import java.lang.reflect.Array;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a codec accepts comes back equal. What it refuses it refuses with the class and the remedy. */
@SuppressWarnings("IdentityHashMapUsage") // it is one of the maps that are refused
class WrittenMeansReadableTest {

    private static final long SEED = 20261128L;

    record Box(Object content) {}

    /** What callers are sure to have. A codec that refuses everything would pass the rest. */
    private static final Set<String> ACCEPTED = Set.of(
            "AllArgs",
            "Child",
            "FinalDefaults",
            "NoArgs",
            "Nothing",
            "Settings",
            "Tags",
            "Lru",
            "Modal",
            "Own",
            "Normal",
            "Copying",
            "Wide",
            "Generic",
            "IntGeneric",
            "Planet",
            "Square",
            "Circle",
            "Shadow",
            "Volatile",
            "LocalRecord");

    private final Map<String, Integer> accepted = new TreeMap<>();
    private final Map<String, Integer> refusals = new TreeMap<>();

    /** Whether the value was accepted. */
    private boolean comesBack(KryoCodec<Box> codec, Object value, String which) {
        byte[] record;
        try {
            record = codec.encode(new Box(value));
        } catch (IllegalArgumentException e) {
            requireNamed(e, which);
            return false;
        } catch (ResponseTooLargeException e) {
            return false;
        }
        Object decoded;
        try {
            decoded = codec.decode(record).content();
        } catch (RuntimeException e) {
            throw new AssertionError(which + " is written and cannot be read: " + value.getClass() + " " + e, e);
        }
        if (!Same.values(value, decoded)) {
            fail(
                    "%s comes back otherwise: %s %s, then %s %s",
                    which, value.getClass(), value, decoded.getClass(), decoded);
        }
        accepted.merge(value.getClass().getName(), 1, Integer::sum);
        return true;
    }

    private static void requireNamed(IllegalArgumentException e, String which) {
        if (!e.getMessage().matches("(?s).*(Remedy|register\\(|Add it|Copy it into|use a list).*")) {
            throw new AssertionError(which + " is refused without a remedy: " + e.getMessage(), e);
        }
        assertThat(e.getMessage()).as(which).containsPattern("(java|io\\.apicache|jdk|sun|com\\.sun)\\.[\\w.$]+");
    }

    private static KryoCodec.Builder<Box> builder(boolean references) {
        KryoCodec.Builder<Box> builder =
                KryoCodec.builder(Box.class).maxDepth(500).maxBytes(64 << 10);
        return references ? builder.withReferences() : builder;
    }

    @Test
    @DisplayName("E4: classes of callers come back with all their fields, or the codec is not made")
    void classesOfCallers() {
        Set<String> names = new TreeSet<>();
        for (boolean references : new boolean[] {false, true}) {
            for (Supplier<Object> animal : Zoo.ANIMALS) {
                Object value = animal.get();
                String name = value.getClass().getName();
                KryoCodec<Box> codec;
                try {
                    codec = withParts(builder(references).register(typeOf(value)))
                            .build();
                } catch (IllegalArgumentException e) {
                    requireNamed(e, name);
                    assertThat(e.getMessage()).contains(name);
                    continue;
                }
                if (comesBack(codec, value, name)) {
                    names.add(typeOf(value).getSimpleName());
                    comesBack(codec, List.of(value), name);
                    comesBack(codec, arrayOf(value), name);
                }
            }
        }
        assertThat(names).isEqualTo(new TreeSet<>(ACCEPTED));
    }

    private static Class<?> typeOf(Object value) {
        return value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();
    }

    private static KryoCodec.Builder<Box> withParts(KryoCodec.Builder<Box> builder) {
        return builder.register(Zoo.Planet.class, Zoo.Planet[].class, int[][].class);
    }

    private static Object arrayOf(Object value) {
        Object array = Array.newInstance(Object.class, 2);
        Array.set(array, 1, value);
        return array;
    }

    @Test
    @DisplayName("E4: a public class of the JDK can be registered if its values come back, and is refused if not")
    void classesOfTheJdk() {
        int known = 0;
        for (Class<?> type : JdkValues.publicClasses()) {
            try {
                KryoCodec.of(Box.class, type);
                known++;
            } catch (IllegalArgumentException e) {
                requireNamed(e, type.getName());
                assertThat(e.getMessage()).contains(type.getName());
            }
        }
        assertThat(known).isGreaterThan(60);
    }

    @Test
    @DisplayName("E4: whatever the JDK makes comes back equal, or is refused")
    void valuesOfTheJdk() {
        JdkValues values = new JdkValues(SEED);
        roundTrips(2_000, SEED, values);

        KryoCodec<Box> codec = all(false);
        for (int id = 10; id < 95; id++) {
            Registration registration = new StrictKryo(Box.class, 10, false).getRegistration(id);
            for (int tries = 0; registration != null && !isAccepted(registration.getType()); tries++) {
                assertThat(tries).as("tries to make a value of id " + id).isLessThan(10_000);
                Object value = values.of(face(registration.getType()));
                value = tries % 3 == 0 ? values.view(value) : value; // some hidden classes are views
                if (value != null) {
                    comesBack(codec, value, "id " + id);
                }
            }
        }
    }

    // Hidden classes are made by methods that return what they implement.
    private static Class<?> face(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                ? type
                : Stream.of(List.class, Set.class, Map.class, Collection.class, ZoneId.class)
                        .filter(face -> face.isAssignableFrom(type))
                        .findFirst()
                        .orElse(type);
    }

    private boolean isAccepted(Class<?> type) {
        return accepted.keySet().stream().anyMatch(name -> isOf(name, type));
    }

    private static boolean isOf(String name, Class<?> type) {
        return name.equals(type.getName())
                || (name.contains("EnumSet") && type.getName().equals("java.util.EnumSet"));
    }

    @Test
    @Tag("exhaustive")
    @DisplayName("E4: the same for a million values, other ones each time")
    void valuesOfTheJdkInBulk() {
        long seed = Long.getLong("test.seed", System.nanoTime());
        roundTrips(1_000_000, seed, new JdkValues(seed));
    }

    private void roundTrips(int wanted, long seed, JdkValues values) {
        System.out.println("round trips: " + wanted + ", seed " + seed);
        List<KryoCodec<Box>> codecs = List.of(all(false), all(true));
        int done = 0;
        int refused = 0;
        for (long i = 0; done < wanted || i < 4L * values.makers(); i++) {
            Object value = i < 4L * values.makers() ? values.madeBy((int) (i % values.makers())) : values.next();
            if (value == null || isSureToBeRefused(value)) {
                continue;
            }
            Object given = wrapped(values.random().nextInt(4) == 0 ? values.view(value) : value, values.random());
            if (comesBack(codecs.get((int) (i % 2)), given, "seed " + seed + ", value " + i)) {
                done++;
            } else {
                refused++;
                refusals.merge(given.getClass().getName(), 1, Integer::sum);
            }
        }
        System.out.println("round trips: " + done + " of " + accepted.size() + " classes, refused " + refused);
    }

    // A refusal takes a hundred times as long as a round trip.
    private boolean isSureToBeRefused(Object value) {
        String name = value.getClass().getName();
        return refusals.getOrDefault(name, 0) >= 3 && !accepted.containsKey(name);
    }

    private static Object wrapped(Object value, SplittableRandom random) {
        return switch (random.nextInt(12)) {
            case 0 -> new Box(value);
            case 1 -> List.of(value, "x");
            case 2 -> new ArrayList<>(List.of(1, value));
            case 3 -> new Object[] {null, value};
            case 4 -> new TreeMap<>(Map.of("key", value));
            default -> value;
        };
    }

    /** With every class of the JDK that can be registered. */
    private static KryoCodec<Box> all(boolean references) {
        KryoCodec.Builder<Box> builder = withParts(builder(references));
        for (Class<?> type : JdkValues.publicClasses()) {
            try {
                builder.register(type);
            } catch (IllegalArgumentException refused) {
                // with the class and the remedy: see classesOfTheJdk
            }
        }
        return builder.build();
    }

    @Test
    @DisplayName("E4: in a repeated hour of any zone both instants come back")
    void repeatedHours() {
        assertThat(overlaps(3)).isGreaterThan(150);
    }

    @Test
    @Tag("exhaustive")
    @Tag("once")
    @DisplayName("E4: in all repeated hours of all zones both instants come back")
    void allRepeatedHours() {
        assertThat(overlaps(Integer.MAX_VALUE)).isGreaterThan(150);
    }

    private int overlaps(int most) {
        KryoCodec<Box> codec = KryoCodec.of(Box.class);
        int zones = 0;
        for (String id : new TreeSet<>(ZoneId.getAvailableZoneIds())) {
            ZoneId zone = ZoneId.of(id);
            int found = 0;
            Instant end = Instant.parse("2040-01-01T00:00:00Z");
            for (ZoneOffsetTransition transition = zone.getRules().previousTransition(end);
                    transition != null && found < most;
                    transition = zone.getRules().previousTransition(transition.getInstant())) {
                if (transition.isOverlap()) {
                    found++;
                    LocalDateTime time = transition.getDateTimeAfter();
                    ZonedDateTime earlier = ZonedDateTime.ofLocal(time, zone, transition.getOffsetBefore());
                    assertThat(comesBack(codec, earlier, id)).isTrue();
                    assertThat(comesBack(codec, earlier.withLaterOffsetAtOverlap(), id))
                            .isTrue();
                }
            }
            zones += found > 0 ? 1 : 0;
        }
        return zones;
    }

    @Test
    @DisplayName("E4: what hides behind an unmodifiable view is not lost: a comparator, a field, the order of access")
    void viewsHideNothing() {
        KryoCodec<Box> codec = KryoCodec.of(Box.class);
        Map<String, Integer> accessed = new LinkedHashMap<>(16, 0.75f, true);
        accessed.putAll(Map.of("a", 1, "b", 2));
        Map<String, Integer> ignoring = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Object hidden : List.of(
                Collections.unmodifiableMap(ignoring),
                Collections.unmodifiableSet(new TreeSet<>(Comparator.reverseOrder())),
                Collections.unmodifiableMap(Collections.synchronizedMap(ignoring)),
                Collections.unmodifiableMap(new IdentityHashMap<>(Map.of("a", 1))),
                Collections.unmodifiableMap(accessed),
                Collections.unmodifiableList(new Zoo.Page("a", 3)),
                Collections.unmodifiableCollection(Collections.checkedList(new Zoo.Page("a", 3), String.class)),
                accessed)) {
            assertThat(comesBack(codec, hidden, hidden.getClass().getName())).isFalse();
        }
        for (Object plain : List.of(
                Collections.unmodifiableMap(new TreeMap<>(Map.of("b", 1, "a", 2))),
                Collections.unmodifiableList(Collections.unmodifiableList(new ArrayList<>(List.of(1)))),
                Collections.unmodifiableList(List.of(1)),
                Collections.unmodifiableSet(Set.of(1)),
                Collections.unmodifiableMap(Map.of(1, 2)))) {
            assertThat(comesBack(codec, plain, plain.getClass().getName())).isTrue();
        }
    }

    @Test
    @DisplayName("E4: all locales, currencies and zones come back")
    void namedValues() {
        KryoCodec<Box> codec = KryoCodec.of(Box.class);
        List<Object> values = new ArrayList<>(List.of(Locale.getAvailableLocales()));
        for (String tag : List.of(
                "zh-Hant-TW", "de-u-co-phonebk", "x-private", "en-a-bbb-x-test", "ja-JP-u-ca-japanese-x-lvariant-JP")) {
            values.add(Locale.forLanguageTag(tag));
        }
        values.add(new Locale("\u00e4", "\u00f6", "any thing"));
        values.add(new Locale("th", "TH", "TH"));
        values.addAll(Currency.getAvailableCurrencies());
        for (String id : TimeZone.getAvailableIDs()) {
            values.add(TimeZone.getTimeZone(id).toZoneId());
        }
        for (Object value : values) {
            assertThat(comesBack(codec, value, value.toString())).isTrue();
        }
    }
}
