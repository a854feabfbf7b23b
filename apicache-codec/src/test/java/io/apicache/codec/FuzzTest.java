package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.apicache.Codec;
import io.apicache.CorruptRecordException;
import io.apicache.ResponseTooLargeException;
import io.apicache.codec.Samples.Order;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Feeds the decoders with what nobody would write, most of it with a right checksum, so that it gets past the envelope. The seed is
 * printed; {@code -Dfuzz.seed} repeats a run, {@code -Pfuzz} makes it long.
 */
class FuzzTest {

    private static final int LIMIT = 64 << 10;

    /** Room for what the largest value may take on the heap, by far less than what a declared size could ask for. */
    private static final long MOST_ALLOCATED = 64L * LIMIT;

    record Box(Object content) {}

    private record Target(Codec<?> codec, List<byte[]> samples, Class<?> type) {}

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final List<Target> targets = targets();
    private int accepted;
    private long mostAllocated;

    private static List<Target> targets() {
        KryoCodec<Order> orders = Samples.orderCodec().maxBytes(LIMIT).build();
        KryoCodec<Box> boxes = KryoCodec.builder(Box.class).maxBytes(LIMIT).build();
        KryoCodec<Box> graphs =
                KryoCodec.builder(Box.class).maxBytes(LIMIT).withReferences().build();
        Codec<Order> zstd = ZstdCodec.builder(orders).threshold(0).build();
        Codec<Order> signed = EncryptedCodec.signing(orders, KeyRing.writing(1, Samples.SECRET));
        List<byte[]> contents = new ArrayList<>();
        List<byte[]> linked = new ArrayList<>();
        RoundTripTest.values().forEach(value -> addIfKnown(boxes, contents, value));
        RoundTripTest.times().forEach(value -> addIfKnown(boxes, contents, value));
        RoundTripTest.collections().forEach(value -> addIfKnown(boxes, contents, value));
        RoundTripTest.immutables().forEach(value -> addIfKnown(boxes, contents, value));
        RoundTripTest.arrays().forEach(value -> addIfKnown(boxes, contents, value));
        RoundTripTest.collections().forEach(value -> addIfKnown(graphs, linked, value));
        return List.of(
                new Target(orders, List.of(orders.encode(Samples.order(2))), Order.class),
                new Target(boxes, contents, Box.class),
                new Target(graphs, linked, Box.class),
                new Target(zstd, List.of(zstd.encode(Samples.order(0)), zstd.encode(Samples.order(9))), Order.class),
                new Target(signed, List.of(signed.encode(Samples.KEY, Samples.order(1))), Order.class));
    }

    private static void addIfKnown(KryoCodec<Box> codec, List<byte[]> samples, Object value) {
        try {
            samples.add(codec.encode(new Box(value)));
        } catch (IllegalArgumentException | ResponseTooLargeException notOfTheJdk) {
            // the callers' own types, and the one that is too long
        }
    }

    @Test
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    @DisplayName(
            "S1: whatever the bytes, the outcome is a value of the type or a corrupt record, and memory stays bounded")
    void whateverTheBytes() {
        long inputs = Long.parseLong(System.getProperty("fuzz.inputs", "20000"));
        String given = System.getProperty("fuzz.seed", "");
        long seed = given.isEmpty() ? System.nanoTime() : Long.parseLong(given);
        System.out.println("fuzz: " + inputs + " inputs, seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);

        for (long i = 0; i < inputs; i++) {
            Target target = targets.get((int) (i % targets.size()));
            feed(target, mutated(target, random), "seed " + seed + ", input " + i);
        }

        System.out.println("fuzz: " + accepted + " accepted, most allocated by one " + mostAllocated + " bytes");
    }

    private void feed(Target target, byte[] input, String which) {
        long allocated = allocatedBy(target, input, which);
        if (allocated >= MOST_ALLOCATED) {
            // Once more: what is seen first loads classes, zones and the like.
            allocated = allocatedBy(target, input, which);
            assertThat(allocated)
                    .as("%s: %s", which, HexFormat.of().formatHex(input))
                    .isLessThan(MOST_ALLOCATED);
        }
        mostAllocated = Math.max(mostAllocated, allocated);
    }

    private long allocatedBy(Target target, byte[] input, String which) {
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            Object value = target.codec.decode(Samples.KEY, input);
            assertThat(value).as(which).isInstanceOf(target.type);
            accepted++;
        } catch (CorruptRecordException e) {
            // named, as promised
        } catch (Throwable e) {
            throw new AssertionError(which + ": " + e, e);
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static byte[] mutated(Target target, SplittableRandom random) {
        byte[] input = target.samples.get(random.nextInt(target.samples.size())).clone();
        if (random.nextInt(20) == 0) {
            random.nextBytes(input);
            return input;
        }
        int from = random.nextInt(10) == 0 ? 0 : Math.min(Envelope.BYTES, input.length - 1);
        for (int changes = random.nextInt(1, 6); changes > 0; changes--) {
            input = changed(input, from, random);
        }
        return random.nextInt(50) == 0 ? input : fitted(target, input);
    }

    private static byte[] changed(byte[] input, int from, SplittableRandom random) {
        int at = random.nextInt(from, Math.max(from + 1, input.length));
        if (at >= input.length) {
            return input;
        }
        switch (random.nextInt(6)) {
            case 0 -> input[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> input[at] = (byte) random.nextInt();
            case 2 -> Arrays.fill(input, at, Math.min(input.length, at + random.nextInt(1, 6)), (byte) 0xFF);
            case 3 -> {
                return Arrays.copyOf(input, at);
            }
            case 4 -> {
                return spliced(input, at, random.nextInt(from, input.length), random.nextInt(1, 40));
            }
            default -> input[at] = (byte) random.nextInt(12, 97); // the id of another class
        }
        return input;
    }

    // A piece of the record once more, somewhere else.
    private static byte[] spliced(byte[] input, int at, int piece, int length) {
        int copied = Math.min(length, input.length - piece);
        byte[] longer = new byte[input.length + copied];
        System.arraycopy(input, 0, longer, 0, at);
        System.arraycopy(input, piece, longer, at, copied);
        System.arraycopy(input, at, longer, at + copied, input.length - at);
        return longer;
    }

    // Past the envelope: length and checksum are made right again.
    private static byte[] fitted(Target target, byte[] input) {
        if (input.length >= Envelope.BYTES && target.codec instanceof KryoCodec) {
            ByteBuffer.wrap(input).putInt(16, input.length - Envelope.BYTES);
        }
        return Forge.checksummed(input);
    }
}
