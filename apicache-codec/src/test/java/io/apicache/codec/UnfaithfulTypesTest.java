package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Types and values that would come back otherwise, for a reason that no single class shows: they are refused, with the class and the remedy. */
class UnfaithfulTypesTest {

    record Box(Object content) {}

    private static void assertRefused(KryoCodec<Box> codec, Object value, String... parts) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(new Box(value)))
                .withMessageContainingAll(parts);
    }

    private static void assertComesBack(KryoCodec<Box> codec, Object value) {
        assertThat(codec.decode(codec.encode(new Box(value))).content()).isEqualTo(value);
    }

    // ---- objects that are not complete when they are looked at

    /** Compares by what its owner holds. */
    static final class Member implements Comparable<Member> {
        Team team = new Team();

        @Override
        public int compareTo(Member other) {
            return team.name.compareTo(other.team.name);
        }
    }

    static final class Team {
        String name = "";
        Collection<Member> members = new ArrayList<>();
    }

    static Stream<Collection<Member>> placing() {
        return Stream.of(new TreeSet<>(), new PriorityQueue<>(), new ConcurrentSkipListSet<>(), new HashSet<>());
    }

    @ParameterizedTest(name = "E4 elements that find their place by an unfinished object are refused: {0}")
    @MethodSource("placing")
    void elementsThatAreLookedAt(Collection<Member> members) {
        KryoCodec.Builder<Box> builder = KryoCodec.builder(Box.class)
                .withReferences()
                .register(100, Team.class)
                .register(101, Member.class);
        if (!(members instanceof HashSet || members instanceof TreeSet)) {
            builder.register(102, members.getClass());
        }
        Member member = new Member();
        member.team.name = "a";
        members.add(member);
        member.team.members = members;

        assertRefused(
                builder.build(), member.team, members.getClass().getName(), Member.class.getName(), "shares parts");
    }

    record Child(Parent parent, String name) {
        Child {
            name = parent.prefix + name;
        }
    }

    record PlainChild(Parent parent, String name) {}

    static final class Parent {
        String prefix = "";
        List<Object> children = new ArrayList<>();
    }

    @Test
    @DisplayName("E4 a record inside an object that it refers to is refused: its constructor would see it unfinished")
    void aRecordOnACycle() {
        KryoCodec<Box> codec = KryoCodec.builder(Box.class)
                .withReferences()
                .register(100, Parent.class)
                .register(101, Child.class)
                .register(102, PlainChild.class)
                .build();
        Parent parent = new Parent();
        parent.children.add(new Child(parent, "a"));

        assertRefused(codec, parent, Child.class.getName(), "unfinished", "class with fields");

        parent.children.clear();
        parent.children.add(new PlainChild(parent, "a"));
        assertRefused(codec, parent, PlainChild.class.getName(), "unfinished");

        parent.children.clear();
        Parent beside = new Parent();
        assertThat(codec.decode(codec.encode(
                                new Box(new ArrayList<>(List.of(parent, new PlainChild(parent, "a"), beside)))))
                        .content())
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .satisfies(
                        list -> assertThat(((PlainChild) list.get(1)).parent()).isSameAs(list.get(0)));
    }

    // ---- records whose constructor or accessor makes something else

    record Counting(AtomicInteger count) {
        Counting {
            count.incrementAndGet();
        }
    }

    record Replacing(AtomicInteger count) {
        Replacing {
            count = new AtomicInteger(count.get() + 1);
        }
    }

    record Appending(StringBuilder text) {
        Appending {
            text.append('!');
        }
    }

    record Adding(List<String> names) {
        Adding {
            names.add("added");
        }
    }

    record Putting(Object names) {
        @SuppressWarnings("unchecked")
        Putting {
            ((Map<String, String>) names).put("added " + ((Map<?, ?>) names).size(), "by the constructor");
        }
    }

    record Sorting(Map<String, Integer> counts) {
        @Override
        public Map<String, Integer> counts() {
            return new TreeMap<>(counts);
        }
    }

    record SortingSet(Set<String> names) {
        SortingSet {
            names = new LinkedHashSet<>(new TreeSet<>(names).descendingSet());
        }

        @Override
        public Set<String> names() {
            return new TreeSet<>(names);
        }
    }

    record SortingView(Set<String> names) {
        SortingView {
            names = Collections.unmodifiableSet(new LinkedHashSet<>(new TreeSet<>(names).descendingSet()));
        }

        @Override
        public Set<String> names() {
            return new TreeSet<>(names);
        }
    }

    record CountingNumber(Number count) {
        CountingNumber {
            ((AtomicInteger) count).incrementAndGet();
        }
    }

    record Copying(Map<String, Integer> counts) {
        Copying {
            counts = new LinkedHashMap<>(counts);
        }

        @Override
        public Map<String, Integer> counts() {
            return new LinkedHashMap<>(counts);
        }
    }

    static Stream<Record> changing() {
        return Stream.of(
                new Counting(new AtomicInteger()),
                new Replacing(new AtomicInteger()),
                new Appending(new StringBuilder()),
                new Adding(new ArrayList<>()),
                new Putting(new HashMap<>()),
                new Sorting(new LinkedHashMap<>(new TreeMap<>(Map.of("a", 1, "b", 2)).descendingMap())),
                new SortingSet(Set.of("a", "b")),
                new SortingView(Set.of("a", "b")),
                new CountingNumber(new AtomicInteger()));
    }

    @ParameterizedTest(name = "E4 {0} is refused: its constructor or its accessor changes it")
    @MethodSource("changing")
    void aRecordThatChanges(Record changing) {
        KryoCodec<Box> codec = KryoCodec.of(Box.class, changing.getClass(), AtomicInteger.class, StringBuilder.class);

        assertRefused(codec, changing, changing.getClass().getName(), "changes", "Remedy");
    }

    @Test
    @DisplayName("E4 a record that copies what it is given, in the same order, comes back")
    void aRecordThatCopies() {
        assertComesBack(
                KryoCodec.of(Box.class, Copying.class),
                new Copying(new LinkedHashMap<>(new TreeMap<>(Map.of("a", 1, "b", 2)).descendingMap())));
    }

    // ---- elements that were changed after they were put in

    static final class Name implements Comparable<Name> {
        String text;

        Name(String text) {
            this.text = text;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Name name && name.text.equals(text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }

        @Override
        public int compareTo(Name other) {
            return text.compareTo(other.text);
        }
    }

    static Stream<Arguments> changed() {
        Name first = new Name("a");
        Name second = new Name("b");
        Name third = new Name("c");
        List<Object> all = List.of(
                new HashSet<>(List.of(first, second, third)),
                new LinkedHashSet<>(List.of(first, second, third)),
                Set.of(first, second, third),
                new TreeSet<>(List.of(first, second, third)),
                new HashMap<>(Map.of(first, 1, second, 2, third, 3)),
                new ConcurrentHashMap<>(Map.of(first, 1, second, 2, third, 3)),
                Map.of(first, 1, second, 2, third, 3),
                new TreeMap<>(Map.of(first, 1, second, 2, third, 3)));
        first.text = "c";
        return all.stream().map(each -> Arguments.of(each.getClass().getName(), each));
    }

    @ParameterizedTest(name = "E4 a {0} whose elements became equal is refused")
    @MethodSource("changed")
    void elementsThatBecameEqual(String name, Object changed) {
        assertRefused(KryoCodec.of(Box.class, Name.class), changed, name, "changed after they were put in", "Remedy");
    }

    @Test
    @DisplayName("E4 elements that are different and have the same hash code come back")
    void elementsOfOneHash() {
        Set<String> ofOneHash = new HashSet<>(List.of("AaAa", "BBBB", "AaBB", "BBAa"));

        assertThat(ofOneHash.stream().map(Objects::hashCode).distinct()).hasSize(1);
        assertComesBack(KryoCodec.of(Box.class), ofOneHash);
    }

    // ---- constants

    abstract static class Color {
        static final Color RED = new Rgb();
    }

    static final class Rgb extends Color {
        private Rgb() {}

        int shade = 1;
    }

    interface Units {
        Object METER = new Unit("m");
    }

    static final class Unit implements Units {
        final String name;

        private Unit(String name) {
            this.name = name;
        }
    }

    static final class Surrounded {
        final int state;

        private Surrounded(int state) {
            this.state = state;
        }
    }

    @SuppressWarnings("unused") // makes a constant of it
    private static final Surrounded AROUND = new Surrounded(1);

    @ParameterizedTest(name = "E4 {0} is refused: it has constants, wherever they are declared")
    @MethodSource("ofConstants")
    void constantsElsewhere(Class<?> type) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KryoCodec.of(Box.class, type))
                .withMessageContainingAll(type.getName(), "constants", "make it an enum");
    }

    static Stream<Class<?>> ofConstants() {
        return Stream.of(Rgb.class, Unit.class, Surrounded.class);
    }

    /** Its initializer fails, which is no business of a codec of its members. */
    static final class Application {
        static final Object LOCK = start();

        private static Object start() {
            throw new IllegalStateException("no database");
        }

        static final class Answer {
            final String text;

            private Answer(String text) {
                this.text = text;
            }

            static Answer of(String text) {
                return new Answer(text);
            }
        }
    }

    @Test
    @DisplayName("E4 classes around a class are not initialized by a codec")
    void classesAround() {
        KryoCodec<Box> codec = KryoCodec.of(Box.class, Application.Answer.class);

        Object answer =
                codec.decode(codec.encode(new Box(Application.Answer.of("x")))).content();
        assertThat(((Application.Answer) answer).text).isEqualTo("x");
    }

    record Two(TreeMap<Name, Integer> first, TreeMap<Name, Integer> second) {}

    @Test
    @DisplayName("E4 sorted maps may share keys that are complete")
    void sharedKeysOfSortedMaps() {
        KryoCodec<Two> codec = KryoCodec.builder(Two.class)
                .withReferences()
                .register(100, Two.class)
                .register(101, Name.class)
                .build();
        Name key = new Name("a");
        Two two = new Two(new TreeMap<>(Map.of(key, 1)), new TreeMap<>(Map.of(key, 2)));

        assertThat(codec.decode(codec.encode(two))).isEqualTo(two);
    }

    // ---- what the messages say

    @Test
    @DisplayName("E4 the remedy for a class of the JDK is one that works")
    void remediesForTheJdk() {
        KryoCodec<Box> codec = KryoCodec.of(Box.class);

        assertRefused(
                codec,
                DayOfWeek.MONDAY,
                "java.time.DayOfWeek",
                "Add it: KryoCodec.of(Box.class, ..., DayOfWeek.class)");
        assertComesBack(KryoCodec.of(Box.class, DayOfWeek.class), DayOfWeek.MONDAY);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(new Box(TimeZone.getTimeZone("Europe/Berlin"))))
                .satisfies(e -> assertThat(e.getMessage())
                        .contains("sun.util.calendar.ZoneInfo", "Copy it into")
                        .doesNotContain("Add it", "ZoneInfo.class"));
    }

    static sealed class Payment {
        int cents;
    }

    static final class Refund extends Payment {
        String reason = "";
    }

    static final class Transfer extends Payment {
        String account = "";
    }

    static sealed class Plain {
        int cents;
    }

    static final class NotSent extends Plain {
        transient String session = "";
    }

    @Test
    @DisplayName("E4 a subclass that cannot be sent does not keep its sealed superclass from it")
    void aSubclassThatIsNotSent() {
        KryoCodec<Plain> codec = KryoCodec.of(Plain.class);

        assertThat(codec.decode(codec.encode(new Plain())).getClass()).isEqualTo(Plain.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(new NotSent()))
                .withMessageContaining(NotSent.class.getName());
    }

    @Test
    @DisplayName("E4 a sealed class with instances of its own stands for itself and for its subclasses")
    void sealedAndConcrete() {
        KryoCodec<Payment> codec = KryoCodec.of(Payment.class);
        Refund refund = new Refund();
        refund.cents = 5;
        refund.reason = "broken";

        assertThat(codec.decode(codec.encode(refund)))
                .usingRecursiveComparison()
                .isEqualTo(refund);
        assertThat(codec.decode(codec.encode(new Transfer()))).isInstanceOf(Transfer.class);
        assertThat(codec.decode(codec.encode(new Payment())).getClass()).isEqualTo(Payment.class);
    }
}
