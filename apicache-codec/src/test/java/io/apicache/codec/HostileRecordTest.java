package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.esotericsoftware.kryo.io.Output;
import com.github.luben.zstd.Zstd;
import com.sun.management.ThreadMXBean;
import io.apicache.Codec;
import io.apicache.CorruptRecordException;
import io.apicache.codec.Samples.Order;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
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
