package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoSerializable;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.FieldSerializer;
import java.math.BigDecimal;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Classes as callers have them, good and bad. Tests take all of {@link #ANIMALS}: what is added there is tested. */
@SuppressWarnings({"unused", "serial", "ClassCanBeStatic", "JdkObsolete", "JavaUtilDate", "ArrayRecordComponent"
}) // as callers have them
final class Zoo {

    /** Instances, each of a nested class of this one. */
    static final List<Supplier<Object>> ANIMALS = List.of(
            () -> new AllArgs("a", 1, List.of("x"), null),
            () -> new Child("a", 7, "child", 'c'),
            () -> new FinalDefaults(3),
            () -> new NoArgs("n"),
            () -> Nothing.INSTANCE,
            () -> Colour.RED,
            () -> Settings.of(5),
            () -> new Page("a", 3),
            () -> new Tags("a", "b"),
            () -> new Prefilled("a"),
            () -> new Sorting("b", "a"),
            () -> new Shouting("a"),
            () -> new Backwards("a", "b"),
            () -> new Ordered(Comparator.reverseOrder(), "a", "b"),
            () -> new Lru("a", "b"),
            () -> new Modal(true),
            () -> new Modal(false),
            () -> new Headers("Accept", "*"),
            () -> new OwnList(List.of("a", "b")),
            () -> new OwnMap(),
            () -> new HasTransient(4),
            () -> new HasOptional(4),
            () -> new Zoo().new Inner(5),
            () -> new Zoo().anonymous(),
            () -> local("captured"),
            () -> localPlain(),
            () -> lambda("captured"),
            () -> new Moment(1000, "Europe/Paris"),
            () -> new Price("1.50", "EUR"),
            () -> new Failure("reason"),
            () -> new Own("own"),
            () -> new Normal("  text "),
            () -> new Growing(1),
            () -> new Hiding("secret"),
            () -> new Throwing(1),
            () -> new Copying(new ArrayList<>(List.of("a")), new byte[] {1}),
            () -> new Wide(new int[][] {{1}, {}}, new Object[] {"a", 1L}, new Planet[] {Planet.EARTH}),
            () -> new Generic<>(List.of(1L), Map.of("a", 2.5f)),
            () -> new IntGeneric(42),
            () -> Planet.MARS,
            () -> new Square(2),
            () -> new Circle(2.5),
            () -> new Shadow("under", "over"),
            () -> new Volatile(1, 2L, 3f, 4d, (short) 5, (byte) 6, 'c', true, "s", 9),
            () -> new Late("text"));

    private final int outer = 4;

    /** As Lombok's @Value and a data class of Kotlin: final, final fields, one constructor with all of them. */
    static final class AllArgs {
        private final String name;
        private final int number;
        private final List<String> tags;
        private final Object other;

        AllArgs(String name, int number, List<String> tags, Object other) {
            this.name = Objects.requireNonNull(name);
            this.number = number;
            this.tags = tags;
            this.other = other;
        }
    }

    static class Parent {
        protected final String name;
        private final int id;

        Parent(String name, int id) {
            this.name = name;
            this.id = id;
        }
    }

    static class Child extends Parent {
        private final String label;
        private final char letter;

        Child(String name, int id, String label, char letter) {
            super(name, id);
            this.label = label;
            this.letter = letter;
        }
    }

    static class FinalDefaults {
        private final List<String> items = new ArrayList<>(List.of("default"));
        private final int constant = 5;
        private int number;

        FinalDefaults() {}

        FinalDefaults(int number) {
            this.number = number;
            items.add("more");
        }
    }

    static class NoArgs {
        private String name;

        private NoArgs() {}

        NoArgs(String name) {
            this.name = name;
        }
    }

    /** As an object of Kotlin. */
    static final class Nothing {
        static final Nothing INSTANCE = new Nothing();

        private Nothing() {}
    }

    /** An enum written by hand. */
    static final class Colour {
        static final Colour RED = new Colour("red");
        private final String name;

        private Colour(String name) {
            this.name = name;
        }
    }

    /** Its constant is compared by content. */
    static final class Settings {
        static final Settings NONE = new Settings(0);
        private final int value;

        private Settings(int value) {
            this.value = value;
        }

        static Settings of(int value) {
            return new Settings(value);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Settings that && that.value == value;
        }

        @Override
        public int hashCode() {
            return value;
        }
    }

    static class Page extends ArrayList<String> {
        int total;

        Page() {}

        Page(String element, int total) {
            add(element);
            this.total = total;
        }
    }

    static class Tags extends ArrayList<String> {
        Tags() {}

        Tags(String... tags) {
            addAll(Arrays.asList(tags));
        }
    }

    static class Prefilled extends ArrayList<String> {
        Prefilled() {
            add("header");
        }

        Prefilled(String element) {
            this();
            add(element);
        }
    }

    static class Sorting extends ArrayList<String> {
        Sorting() {}

        Sorting(String... elements) {
            addAll(Arrays.asList(elements));
        }

        @Override
        public boolean add(String element) {
            boolean added = super.add(element);
            sort(null);
            return added;
        }
    }

    static class Shouting extends HashMap<String, String> {
        Shouting() {}

        Shouting(String key) {
            super(Map.of(key, key));
        }

        @Override
        public String put(String key, String value) {
            return super.put(key, value.toUpperCase(Locale.ROOT));
        }
    }

    static class Backwards extends TreeSet<String> {
        Backwards() {
            super(Comparator.reverseOrder());
        }

        Backwards(String... elements) {
            this();
            addAll(Arrays.asList(elements));
        }
    }

    static class Ordered extends TreeSet<String> {
        Ordered() {}

        Ordered(Comparator<String> order, String... elements) {
            super(order);
            addAll(Arrays.asList(elements));
        }
    }

    static class Lru extends LinkedHashMap<String, Integer> {
        Lru() {
            super(16, 0.75f, true);
        }

        Lru(String... keys) {
            this();
            for (String key : keys) {
                put(key, keys.length);
            }
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > 100;
        }
    }

    static class Modal extends LinkedHashMap<String, Integer> {
        Modal() {}

        Modal(boolean accessOrder) {
            super(16, 0.75f, accessOrder);
            put("a", 1);
            put("b", 2);
        }
    }

    static class Headers extends TreeMap<String, String> {
        Headers() {
            super(String.CASE_INSENSITIVE_ORDER);
        }

        Headers(String name, String value) {
            this();
            put(name, value);
        }
    }

    static class OwnList extends AbstractList<String> {
        private final List<String> inner;

        OwnList() {
            this(new ArrayList<>());
        }

        OwnList(List<String> inner) {
            this.inner = new ArrayList<>(inner);
        }

        @Override
        public String get(int index) {
            return inner.get(index);
        }

        @Override
        public int size() {
            return inner.size();
        }

        @Override
        public void add(int index, String element) {
            inner.add(index, element);
        }
    }

    static class OwnMap extends AbstractMap<String, String> {
        @Override
        public Set<Map.Entry<String, String>> entrySet() {
            return Map.of("always", "this").entrySet();
        }
    }

    static class HasTransient {
        private transient int lost;

        HasTransient() {}

        HasTransient(int lost) {
            this.lost = lost;
        }
    }

    static class HasOptional {
        @FieldSerializer.Optional("key")
        private int lost;

        HasOptional() {}

        HasOptional(int lost) {
            this.lost = lost;
        }
    }

    class Inner {
        private final int number;

        Inner(int number) {
            this.number = number;
        }

        int sum() {
            return number + outer;
        }
    }

    Object anonymous() {
        return new Object() {
            private final int own = outer;
        };
    }

    static Object local(String captured) {
        class Local {
            String get() {
                return captured;
            }
        }
        return new Local();
    }

    static Object localPlain() {
        record LocalRecord(String text) {}
        return new LocalRecord("text");
    }

    static Supplier<String> lambda(String captured) {
        return () -> captured;
    }

    /** Kryo has a serializer for its superclass. */
    static class Moment extends Date {
        private String zone;

        Moment(long time, String zone) {
            super(time);
            this.zone = zone;
        }
    }

    static class Price extends BigDecimal {
        private final String currency;

        Price(String value, String currency) {
            super(value);
            this.currency = currency;
        }
    }

    static class Failure extends RuntimeException {
        private final String reason;

        Failure(String reason) {
            super(reason);
            this.reason = reason;
        }
    }

    static class Own implements KryoSerializable {
        private String text;

        Own() {}

        Own(String text) {
            this.text = text;
        }

        @Override
        public void write(Kryo kryo, Output output) {
            output.writeString(text);
        }

        @Override
        public void read(Kryo kryo, Input input) {
            text = input.readString();
        }
    }

    record Normal(String text) {
        Normal {
            text = text.trim();
        }
    }

    record Growing(int number) {
        Growing {
            number++;
        }
    }

    record Hiding(String secret) {
        @Override
        public String secret() {
            return "***";
        }
    }

    record Throwing(int number) {
        @Override
        public int number() {
            throw new IllegalStateException("not now");
        }
    }

    record Copying(Collection<String> elements, byte[] bytes) {
        Copying {
            elements = List.copyOf(elements);
            bytes = bytes.clone();
        }

        @Override
        public byte[] bytes() {
            return bytes.clone();
        }
    }

    record Wide(int[][] grid, Object[] mixed, Planet[] planets) {}

    record Generic<A, B>(List<A> list, Map<String, B> map) {}

    static class Typed<T> {
        private T value;
        private List<T> all;
    }

    static class IntGeneric extends Typed<Integer> {
        IntGeneric() {}

        IntGeneric(int value) {
            super.value = value;
            super.all = new ArrayList<>(List.of(value));
        }
    }

    enum Planet {
        EARTH,
        MARS {
            @Override
            int moons() {
                return 2;
            }
        };

        int moons() {
            return 1;
        }
    }

    sealed interface Shape permits Square, Circle {}

    record Square(int side) implements Shape {}

    static final class Circle implements Shape {
        private final double radius;

        Circle(double radius) {
            this.radius = radius;
        }
    }

    static class Shade {
        private String name;

        Shade(String name) {
            this.name = name;
        }
    }

    /** Two fields of one name. */
    static class Shadow extends Shade {
        private String name;

        Shadow(String under, String over) {
            super(under);
            name = over;
        }
    }

    static class Volatile {
        public int i;
        public final long l;
        volatile float f;
        protected double d;
        short s;
        byte b;
        char c;
        private final boolean z;
        private final String text;
        private final Integer boxed;

        Volatile(int i, long l, float f, double d, short s, byte b, char c, boolean z, String text, Integer boxed) {
            this.i = i;
            this.l = l;
            this.f = f;
            this.d = d;
            this.s = s;
            this.b = b;
            this.c = c;
            this.z = z;
            this.text = text;
            this.boxed = boxed;
        }
    }

    /** A reader would call the constructor that throws. */
    static class Late {
        private final String text;

        Late() {
            throw new IllegalStateException("too late");
        }

        Late(String text) {
            this.text = text;
        }
    }
}
