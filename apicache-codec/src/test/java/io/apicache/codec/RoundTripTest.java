package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.codec.Samples.Counter;
import io.apicache.codec.Samples.Status;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.*;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@SuppressWarnings({"JdkObsolete", "BadImport", "JavaUtilDate"}) // every type that is supported, obsolete or not
class RoundTripTest {

    record Box(Object content) {}

    record Empty() {}

    record Primitives(boolean z, byte b, short s, char c, int i, long l, float f, double d, Integer boxed) {}

    private static final KryoCodec<Box> CODEC = KryoCodec.of(
            Box.class, Status.class, Counter.class, Empty.class, Primitives.class, Counter[].class, int[][].class);

    static Stream<Object> values() {
        return Stream.of(
                "",
                "text",
                "gr\u00fc\u00dfe \u4e2d \ud83d\ude00",
                "x".repeat(100_000),
                true,
                (byte) -1,
                (short) -2,
                'c',
                -3,
                Long.MIN_VALUE,
                1.5f,
                Double.NaN,
                Status.NEW,
                Status.PAID,
                new Counter("hits", 7),
                new Empty(),
                new Primitives(true, (byte) 1, (short) 2, 'c', 4, 5L, 6f, 7d, null),
                new BigDecimal("-12345678901234567890.0001"),
                BigDecimal.ZERO,
                new BigInteger("98765432109876543210"),
                UUID.fromString("123e4567-e89b-12d3-a456-426614174000"),
                URI.create("https://example.org/a?b#c"),
                Currency.getInstance("EUR"),
                Locale.GERMANY,
                BitSet.valueOf(new long[] {5, 9}),
                Optional.empty(),
                Optional.of("x"),
                OptionalInt.of(1),
                OptionalLong.of(2),
                OptionalDouble.empty());
    }

    static Stream<Object> times() {
        return Stream.of(
                Instant.MAX,
                Duration.ofNanos(-5),
                LocalDate.of(2026, 2, 28),
                LocalTime.MAX,
                LocalDateTime.of(2026, 2, 28, 1, 2, 3, 4),
                OffsetTime.of(1, 2, 3, 4, ZoneOffset.ofHours(-3)),
                OffsetDateTime.of(2026, 2, 28, 1, 2, 3, 4, ZoneOffset.UTC),
                ZonedDateTime.of(2026, 2, 28, 1, 2, 3, 4, ZoneId.of("Europe/Paris")),
                ZoneOffset.ofHours(2),
                ZoneId.of("America/New_York"),
                Year.of(2026),
                YearMonth.of(2026, 5),
                MonthDay.of(2, 29),
                Period.of(1, 2, 3),
                new Date(12345));
    }

    static Stream<Object> collections() {
        List<Object> mixed = Arrays.asList("a", null, 3, List.of("b"));
        return Stream.of(
                new ArrayList<>(mixed),
                new LinkedList<>(mixed),
                new CopyOnWriteArrayList<>(mixed),
                new HashSet<>(mixed),
                new LinkedHashSet<>(mixed),
                new TreeSet<>(List.of("b", "a")),
                EnumSet.of(Status.PAID),
                EnumSet.noneOf(Status.class),
                new HashMap<>(Map.of("k", List.of(1))),
                new LinkedHashMap<>(Collections.singletonMap(null, null)),
                new TreeMap<>(Map.of(2, "b", 1, "a")),
                new ConcurrentHashMap<>(Map.of("a", 1)),
                new EnumMap<>(Map.of(Status.NEW, "n")),
                new EnumMap<>(Status.class),
                Collections.nCopies(500, null).stream().toList(),
                new ArrayList<>(Collections.nCopies(500, new Empty())),
                new ArrayList<>(Collections.nCopies(5000, 1)));
    }

    static Stream<Object> immutables() {
        return Stream.of(
                List.of(),
                List.of(1),
                List.of(1, 2),
                List.of(1, 2, 3),
                List.of(1, 2, 3).subList(0, 2),
                Stream.of("a", null).toList(),
                Set.of(),
                Set.of(1),
                Set.of(1, 2, 3),
                Map.of(),
                Map.of("a", 1),
                Map.of("a", 1, "b", 2),
                Arrays.asList(1, null),
                new ArrayList<>(List.of(1, 2, 3)).subList(0, 2),
                Collections.emptyList(),
                Collections.emptySet(),
                Collections.emptyMap(),
                Collections.singletonList(null),
                Collections.singleton(1),
                Collections.singletonMap("a", null),
                Collections.unmodifiableList(new ArrayList<>(List.of(1))),
                Collections.unmodifiableList(new LinkedList<>(List.of(1))),
                Collections.unmodifiableSet(new HashSet<>(Set.of(1))),
                Collections.unmodifiableMap(new HashMap<>(Map.of(1, 2))));
    }

    static Stream<Object> arrays() {
        return Stream.of(
                new byte[] {1, -1},
                new short[] {1, -1},
                new char[] {'a'},
                new int[] {1, Integer.MIN_VALUE},
                new long[] {1, Long.MIN_VALUE},
                new float[] {1.5f},
                new double[] {1.5},
                new boolean[] {true, false},
                new String[] {"a", null},
                new Object[] {"a", 1, null, new Object[0]},
                new Counter[] {new Counter("a", 1), null},
                new int[][] {{1}, {}, null});
    }

    @ParameterizedTest
    @MethodSource({"values", "times", "collections", "immutables"})
    @DisplayName("H1: a supported value comes back equal, as a collection of the same kind")
    void valuesComeBack(Object value) {
        Object decoded = CODEC.decode(CODEC.encode(new Box(value))).content();

        assertThat(decoded).isEqualTo(value);
        if (value instanceof List) {
            assertThat(isImmutable(decoded)).isEqualTo(isImmutable(value));
        }
    }

    private static boolean isImmutable(Object list) {
        String name = list.getClass().getName();
        return name.contains("Immutable") || name.contains("Unmodifiable");
    }

    @ParameterizedTest
    @MethodSource("arrays")
    @DisplayName("H1: a supported array comes back with its type and its elements")
    void arraysComeBack(Object array) {
        Object decoded = CODEC.decode(CODEC.encode(new Box(array))).content();

        assertThat(decoded).isInstanceOf(array.getClass());
        assertThat(Objects.deepEquals(decoded, array)).isTrue();
    }

    static Stream<Object> withoutEquality() {
        return Stream.of(
                new AtomicBoolean(true),
                new AtomicInteger(-3),
                new AtomicLong(4),
                new ArrayDeque<>(List.of(1, 2)),
                Collections.unmodifiableCollection(List.of(1)));
    }

    @ParameterizedTest
    @MethodSource("withoutEquality")
    @DisplayName("H1: values that have no equality come back with the same content")
    void contentsComeBack(Object value) {
        Object decoded = CODEC.decode(CODEC.encode(new Box(value))).content();

        assertThat(decoded).isInstanceOf(value.getClass());
        assertThat(decoded.toString()).isEqualTo(value.toString());
    }
}
