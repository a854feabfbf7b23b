package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.github.luben.zstd.Zstd;
import com.sun.management.ThreadMXBean;
import io.apicache.Codec;
import io.apicache.CorruptRecordException;
import io.apicache.codec.Samples.Order;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Currency;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileRecordTest {

    private static final int LIMIT = 1 << 20;

    record Box(Object content) {}

    /** Counts who runs its code. */
    static class Gadget {
        static final AtomicInteger RUNS = new AtomicInteger();

        Gadget() {
            RUNS.incrementAndGet();
        }

        @Override
        public int hashCode() {
            return RUNS.incrementAndGet();
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    private final KryoCodec<Box> boxes =
            KryoCodec.builder(Box.class).maxBytes(LIMIT).build();
    private final KryoCodec<Order> orders = Samples.orderCodec().build();

    private byte[] box(Consumer<Output> content) {
        Output output = new Output(64, -1);
        output.writeVarInt(100 + 2, true);
        content.accept(output);
        return Forge.kryo(boxes, output.toBytes());
    }

    private void assertCorrupt(byte[] record) {
        assertThatExceptionOfType(CorruptRecordException.class).isThrownBy(() -> boxes.decode(record));
    }

    private static long allocated(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @ParameterizedTest(name = "id {0}")
    @ValueSource(ints = {1, 11, 16, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 62, 64, 67, 70, 71, 75, 79, 81, 82, 94})
    @DisplayName("S1: six bytes that declare two thousand million elements are corrupt and allocate next to nothing")
    void sixByteBombs(int id) {
        byte[] bomb = box(output -> {
            output.writeVarInt(id + 2, true);
            if (id == 1) {
                output.writeVarIntFlag(true, 2_000_000_000, true);
            } else {
                output.writeVarInt(2_000_000_000, true);
            }
        });
        assertCorrupt(bomb); // classes are loaded now

        assertThat(allocated(() -> assertCorrupt(bomb))).isLessThan(LIMIT);
    }

    @Test
    @DisplayName(
            "S1: lists and arrays that declare the rest of the record at every level allocate no more than it justifies")
    void nestedDeclarations() {
        for (int id : new int[] {60, 59, 67, 82}) {
            byte[] nested = box(output -> {
                for (int level = 0; level < 90; level++) {
                    output.writeVarInt(id + 2, true);
                    output.writeVarInt(900_000, true);
                    output.writeVarInt(0, true);
                    if (id == 67) {
                        output.writeVarInt(0, true);
                    }
                }
                output.writeBytes(new byte[1_000_000]);
            });
            assertCorrupt(nested);

            assertThat(allocated(() -> assertCorrupt(nested))).isLessThan(64L * LIMIT);
        }
    }

    @Test
    @DisplayName("S1: deep nesting ends at the limit, not at the end of the stack")
    void deepNesting() {
        byte[] deep = box(output -> {
            for (int level = 0; level < 200_000; level++) {
                output.writeVarInt(60 + 2, true);
                output.writeVarInt(1, true);
                output.writeVarInt(0, true);
            }
        });

        assertCorrupt(deep);
        assertThat(boxes.decode(boxes.encode(new Box("next")))).isEqualTo(new Box("next"));
    }

    static class Circle {
        long radius = 7;
    }

    static class Holder {
        private Circle shape = new Circle();
    }

    @Test
    @DisplayName("S1: an object of another class is not put into a field: that would read past it, and end the JVM")
    void typeConfusion() {
        KryoCodec<Holder> codec = KryoCodec.of(Holder.class, Circle.class);
        assertThat(codec.decode(codec.encode(new Holder())).shape.radius).isEqualTo(7);
        Output output = new Output(64, -1);
        output.writeVarInt(100 + 2, true);
        output.writeVarInt(21 + 2, true);
        output.writeBoolean(true);

        assertThatExceptionOfType(CorruptRecordException.class)
                .isThrownBy(() -> codec.decode(Forge.kryo(codec, output.toBytes())));
    }

    @Test
    @DisplayName("S1: a record whose first class is no response is not read at all")
    void anotherRoot() {
        Output output = new Output(64, -1);
        output.writeVarInt(64 + 2, true);
        output.writeVarInt(2_000_000_000, true);

        assertThatExceptionOfType(CorruptRecordException.class)
                .isThrownBy(() -> boxes.decode(Forge.kryo(boxes, output.toBytes())))
                .withMessageContaining("another class");
    }

    /** The record of a list, with a set of the same elements in its place. */
    private static byte[] setInPlaceOfList(KryoCodec<Box> codec, List<?> elements) {
        byte[] content = Forge.content(codec.encode(new Box(new ArrayList<>(elements))));
        int list = 0;
        while (content[list] != 60 + 2) {
            list++;
        }
        content[list] = 64 + 2;
        return Forge.kryo(codec, content);
    }

    @Test
    @DisplayName("S1: lists that are shared sixty times over are not asked for their hash code")
    void sharedParts() {
        KryoCodec<Box> graphs = KryoCodec.builder(Box.class).withReferences().build();
        List<Object> shared = new ArrayList<>();
        for (int depth = 0; depth < 45; depth++) {
            List<Object> next = new ArrayList<>();
            next.add(shared);
            next.add(shared);
            shared = next;
        }
        byte[] bomb = setInPlaceOfList(graphs, new ArrayList<>(Collections.singletonList(shared)));

        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> assertThatExceptionOfType(CorruptRecordException.class).isThrownBy(() -> graphs.decode(bomb)));
        List<String> key = new ArrayList<>(List.of("a"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> graphs.encode(new Box(List.of(key, new HashSet<>(List.of(key))))))
                .withMessageContaining("shares parts");
        String plain = "plain";
        Box fine = new Box(List.of(plain, new HashSet<>(List.of(plain))));
        assertThat(graphs.decode(graphs.encode(fine))).isEqualTo(fine);
        Currency euro = Currency.getInstance("EUR");
        for (Object value : List.of(euro, Optional.empty(), List.of(), Locale.ROOT, Map.of())) {
            Box usual = new Box(List.of(value, new HashSet<>(List.of(value)), new HashMap<>(Map.of(value, 1))));
            assertThat(graphs.decode(graphs.encode(usual))).isEqualTo(usual);
        }
    }

    @Test
    @DisplayName("S1: elements that all have one hash code do not fill a set for minutes")
    void collidingHashes() {
        List<OptionalLong> colliding = new ArrayList<>();
        for (long i = 0; i < 60_000; i++) {
            colliding.add(OptionalLong.of(i << 32 | i));
        }
        byte[] bomb = setInPlaceOfList(boxes, colliding);

        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> assertCorrupt(bomb));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> boxes.encode(new Box(new HashSet<>(colliding.subList(0, 2_000)))))
                .withMessageContaining("hash code");
    }

    @Test
    @DisplayName("H1: large sets and maps that nobody has made up come back")
    void largeSets() {
        Set<Object> mixed = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            mixed.add(i % 2 == 0 ? (Object) ("id-" + i) : (Object) (i * 1_024L));
        }
        Map<Object, Object> map = new HashMap<>();
        mixed.forEach(key -> map.put(key, "v"));
        for (Object value : List.of(mixed, Set.copyOf(mixed), map, Map.copyOf(map))) {
            assertThat(boxes.decode(boxes.encode(new Box(value)))).isEqualTo(new Box(value));
        }
    }

    @Test
    @DisplayName("S1: empty maps of a large enum take their share of the record")
    void enumMaps() {
        KryoCodec<Box> codec = KryoCodec.builder(Box.class)
                .register(Character.UnicodeScript.class)
                .maxBytes(LIMIT)
                .build();
        List<Object> maps = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            maps.add(new EnumMap<>(Character.UnicodeScript.class));
        }
        byte[] record = codec.encode(new Box(maps));
        assertThat(codec.decode(record)).isEqualTo(new Box(maps));

        assertThat(allocated(() -> codec.decode(record))).isLessThan(48L * record.length);
    }

    @Test
    @DisplayName("B2: a heap that is full is not a corrupt record")
    void outOfMemory() {
        KryoCodec<Box> codec = KryoCodec.builder(Box.class)
                .register(200, Circle.class, () -> new Serializer<Circle>() {
                    @Override
                    public void write(Kryo kryo, Output output, Circle object) {}

                    @Override
                    public Circle read(Kryo kryo, Input input, Class<? extends Circle> type) {
                        throw new OutOfMemoryError("planted");
                    }
                })
                .build();
        byte[] record = codec.encode(new Box(new Circle()));

        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> codec.decode(record))
                .withMessage("planted");
    }

    @Test
    @DisplayName("S1: a class is not even looked for by its name")
    void noClassIsLoadedByName() {
        List<String> asked = new ArrayList<>();
        StrictKryo kryo = new StrictKryo(Object.class, 10, false);
        kryo.setClassLoader(new ClassLoader(getClass().getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                asked.add(name);
                return super.loadClass(name, resolve);
            }
        });
        Output output = new Output(64, -1);
        output.writeVarInt(1, true);
        output.writeVarInt(0, true);
        output.writeString(HostileRecordTest.class.getName() + "$Gadget");

        assertThatExceptionOfType(KryoException.class)
                .isThrownBy(() -> kryo.readClassAndObject(new Input(output.toBytes())));
        assertThat(asked).isEmpty();
    }

    @Test
    @DisplayName("S1: a class that was not registered is neither loaded by its name nor run")
    void gadgetClasses() {
        byte[] byName = box(output -> {
            output.writeVarInt(1, true);
            output.writeVarInt(0, true);
            output.writeString(HostileRecordTest.class.getName() + "$Gadget");
        });
        byte[] byId = box(output -> output.writeVarInt(101 + 2, true));

        assertCorrupt(byName);
        assertCorrupt(byId);
        assertThat(Gadget.RUNS).hasValue(0);
    }

    @Test
    @DisplayName("S1: a zstd bomb is refused by the size it declares, before anything is allocated")
    void zstdBombs() {
        byte[] frame = Zstd.compress(new byte[200_000_000], 3);
        ZstdCodec<byte[]> codec = ZstdCodec.around(Codec.bytes());

        for (int rawLength : new int[] {200_000_000, 4 << 20, 0, -1}) {
            byte[] bomb = Forge.zstd(rawLength, frame);
            long allocated = allocated(() ->
                    assertThatExceptionOfType(CorruptRecordException.class).isThrownBy(() -> codec.decode(bomb)));
            assertThat(allocated).isLessThan(LIMIT);
        }
        assertThat(frame.length).isLessThan(20_000);
    }

    @Test
    @DisplayName("S1: a frame of unknown size, two frames, a skippable frame, a cut frame and no frame are corrupt")
    void strangeFrames() {
        ZstdCodec<byte[]> codec = ZstdCodec.around(Codec.bytes());
        byte[] frame = Zstd.compress(new byte[1000], 3);
        byte[] unknown = frame.clone();
        unknown[4] = 0; // descriptor: no content size, a window instead
        byte[] two = Arrays.copyOf(frame, 2 * frame.length);
        System.arraycopy(frame, 0, two, frame.length, frame.length);
        byte[] skippable = {0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4};

        for (byte[] strange : new byte[][] {unknown, two, skippable, Arrays.copyOf(frame, frame.length - 1), {}, {1}}) {
            for (int rawLength : new int[] {0, 1000, 2000}) {
                assertThatExceptionOfType(CorruptRecordException.class)
                        .isThrownBy(() -> codec.decode(Forge.zstd(rawLength, strange)));
            }
        }
    }

    @Test
    @DisplayName("B1: each flipped bit of a record is noticed, whatever is around Kryo")
    void eachBitFlipIsNoticed() {
        Codec<Order> zstd = ZstdCodec.builder(orders).threshold(0).build();
        KeyRing keys = KeyRing.writing(1, Samples.SECRET);
        for (Codec<Order> codec :
                List.of(orders, zstd, EncryptedCodec.encrypting(zstd, keys), EncryptedCodec.signing(orders, keys))) {
            byte[] record = codec.encode(Samples.KEY, Samples.order(3));
            for (int bit = 0; bit < 8 * record.length; bit++) {
                byte[] flipped = record.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                assertThatExceptionOfType(CorruptRecordException.class)
                        .isThrownBy(() -> codec.decode(Samples.KEY, flipped));
            }
        }
    }

    @Test
    @DisplayName("B1: a record that was cut anywhere, or continued, is corrupt")
    void cutRecordsAreCorrupt() {
        Codec<Order> codec = ZstdCodec.builder(orders).threshold(0).build();
        byte[] record = codec.encode(Samples.order(3));

        for (int length = 0; length < record.length; length++) {
            byte[] cut = Arrays.copyOf(record, length);
            assertThatExceptionOfType(CorruptRecordException.class).isThrownBy(() -> codec.decode(cut));
        }
        assertThatExceptionOfType(CorruptRecordException.class)
                .isThrownBy(() -> codec.decode(Arrays.copyOf(record, record.length + 1)));
    }

    @Test
    @DisplayName("B1: the reason is named: magic, version, codec, schema, length, checksum")
    void theReasonIsNamed() {
        byte[] record = orders.encode(Samples.order(1));
        String[] reasons = {
            "magic", "format version", "codec", "algorithm", "reserved", "schema", "raw length", "checksum"
        };
        int[] positions = {0, 2, 3, 4, 5, 8, 16, 20};

        for (int i = 0; i < reasons.length; i++) {
            byte[] wrong = record.clone();
            wrong[positions[i]] ^= 0x40;
            String reason = reasons[i];
            byte[] given = reason.equals("checksum") ? wrong : Forge.checksummed(wrong);
            assertThatExceptionOfType(CorruptRecordException.class)
                    .isThrownBy(() -> orders.decode(given))
                    .withMessageContaining(reason);
        }
        byte[] longer = Forge.kryo(orders, Arrays.copyOf(Forge.content(record), record.length));
        assertThatExceptionOfType(CorruptRecordException.class)
                .isThrownBy(() -> orders.decode(longer))
                .withMessageContaining("bytes follow");
    }
}
