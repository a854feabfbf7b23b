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
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Feeds the decoders with what nobody would write, most of it with a right checksum, so that it gets past the envelope. Every build
 * feeds the same inputs; {@code -Pfuzz} makes the run long and draws a seed, which is printed; {@code -Dfuzz.seed} repeats a run.
 */
class FuzzTest {

    /** In every build the same; the profiles {@code exhaustive} and {@code fuzz} feed more, and others each time. */
    private static final long FEW_INPUTS = 10_000;

    private static final long SEED = 40995865259119L;

    private static final int LIMIT = 64 << 10;

    /** One input takes microseconds. */
    private static final long PATIENCE_SECONDS = 60;

    /** Room for what the largest value may take on the heap, by far less than what a declared size could ask for. */
    private static final long MOST_ALLOCATED = 64L * LIMIT;

    private static final UnaryOperator<byte[]> UNCHANGED = UnaryOperator.identity();

    record Box(Object content) {}

    enum Shade {
        BLACK,
        WHITE
    }

    /** No record: Kryo writes into its fields. */
    static class Shape {
        private Shade shade = Shade.BLACK;
        private Integer edges = 3;
        private Object label = "triangle";
        private Shape inner;
        private int[] points = {1, 2, 3};
        private Map<Shade, String> names = new EnumMap<>(Map.of(Shade.WHITE, "white"));

        Shape() {}

        /** Reads every field as what it is: a field that held something else would end the JVM here, if not before. */
        int touched() {
            int sum = label == null ? 0 : 1;
            sum += shade == null ? 0 : shade.name().length();
            sum += edges == null ? 0 : edges;
            sum += inner == null || inner.edges == null ? 0 : inner.edges;
            sum += points == null ? 0 : points.length;
            return sum + (names == null ? 0 : names.size());
        }

        Shape(Shape inner) {
            this.inner = inner;
            this.label = inner;
        }
    }

    /**
     * A decoder and what it is fed with.
     *
     * @param inner what is changed
     * @param around what is put around it then, so that the change is not found by the outermost check
     */
    private record Target(Codec<?> codec, List<byte[]> inner, UnaryOperator<byte[]> around, Class<?> type) {
        Target(Codec<?> codec, List<byte[]> samples, Class<?> type) {
            this(codec, samples, UNCHANGED, type);
        }

        /** Whether changes reach the values: a frame or a seal around them finds all but those that change nothing. */
        boolean isOpen() {
            return codec instanceof KryoCodec || !around.equals(UNCHANGED);
        }
    }

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final List<Target> targets = targets();
    private final Map<Integer, Integer> accepted = new TreeMap<>();
    private long mostAllocated;
    private long touched;
    private volatile long fed;
    private volatile String current = "";

    private static List<Target> targets() {
        KeyRing keys = KeyRing.writing(1, Samples.SECRET);
        KryoCodec<Order> orders = Samples.orderCodec().maxBytes(LIMIT).build();
        KryoCodec<Box> boxes = KryoCodec.builder(Box.class).maxBytes(LIMIT).build();
        KryoCodec<Box> graphs =
                KryoCodec.builder(Box.class).maxBytes(LIMIT).withReferences().build();
        Codec<Order> zstd = ZstdCodec.builder(orders).threshold(0).build();
        Codec<Order> signed = EncryptedCodec.signing(orders, keys);
        Codec<Order> encrypted = EncryptedCodec.encrypting(orders, keys);
        KryoCodec<Shape> shapes = KryoCodec.builder(Shape.class)
                .register(Shade.class)
                .maxBytes(LIMIT)
                .build();
        KryoCodec<Shape> linkedShapes = KryoCodec.builder(Shape.class)
                .register(Shade.class)
                .maxBytes(LIMIT)
                .withReferences()
                .build();
        Codec<byte[]> compressing =
                ZstdCodec.builder(Codec.bytes()).threshold(0).build();
        Codec<byte[]> signing = EncryptedCodec.signing(Codec.bytes(), keys);
        Codec<byte[]> encrypting = EncryptedCodec.encrypting(Codec.bytes(), keys);
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
                new Target(signed, List.of(signed.encode(Samples.KEY, Samples.order(1))), Order.class),
                new Target(shapes, List.of(shapes.encode(new Shape(new Shape()))), Shape.class),
                new Target(linkedShapes, List.of(linkedShapes.encode(new Shape(new Shape()))), Shape.class),
                new Target(zstd, List.of(orders.encode(Samples.order(3))), compressing::encode, Order.class),
                new Target(
                        signed,
                        List.of(orders.encode(Samples.order(1))),
                        bytes -> signing.encode(Samples.KEY, bytes),
                        Order.class),
                new Target(
                        encrypted,
                        List.of(orders.encode(Samples.order(1))),
                        bytes -> encrypting.encode(Samples.KEY, bytes),
                        Order.class));
    }

    private static void addIfKnown(KryoCodec<Box> codec, List<byte[]> samples, Object value) {
        try {
            samples.add(codec.encode(new Box(value)));
        } catch (IllegalArgumentException | ResponseTooLargeException notOfTheJdk) {
            // the callers' own types, and the one that is too long
        }
    }

    @Test
    @DisplayName(
            "S1: whatever the bytes, the outcome is a value of the type or a corrupt record, soon, and memory stays bounded")
    void whateverTheBytes() throws Exception {
        feedAndCheck(FEW_INPUTS, SEED);
    }

    @Test
    @Tag("exhaustive")
    @DisplayName("S1: the same for many more inputs, other ones each time")
    void whateverTheBytesInBulk() throws Exception {
        feedAndCheck(Long.getLong("fuzz.inputs", FEW_INPUTS), Long.getLong("test.seed", System.nanoTime()));
    }

    private void feedAndCheck(long inputs, long seed) throws Exception {
        System.out.println("fuzz: " + inputs + " inputs, seed " + seed);
        FutureTask<Void> feeding = new FutureTask<>(() -> feedAll(inputs, seed), null);
        Thread thread = new Thread(feeding, "fuzz");
        thread.setDaemon(true);
        thread.start();

        while (!feeding.isDone()) {
            long before = fed;
            try {
                feeding.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                assertThat(fed)
                        .as("input of seed %d that hangs: %s", seed, current)
                        .isNotEqualTo(before);
            }
        }
        feeding.get();

        System.out.println("fuzz: accepted " + accepted + ", most allocated by one " + mostAllocated
                + " bytes, touched " + touched);
        for (int i = 0; i < targets.size(); i++) {
            if (targets.get(i).isOpen()) {
                assertThat(accepted)
                        .as("changed values are accepted, by number of target")
                        .containsKey(i);
            }
        }
    }

    private void acceptTheUnchanged() {
        for (Target target : targets) {
            for (byte[] sample : target.inner) {
                assertThat(target.codec.decode(Samples.KEY, target.around.apply(sample)))
                        .isInstanceOf(target.type);
            }
        }
    }

    private void feedAll(long inputs, long seed) {
        acceptTheUnchanged();
        SplittableRandom random = new SplittableRandom(seed);
        for (long i = 0; i < inputs; i++) {
            int target = (int) (i % targets.size());
            byte[] input = mutated(targets.get(target), random);
            current = HexFormat.of().formatHex(input);
            feed(target, input, "seed " + seed + ", input " + i);
            fed = i + 1;
        }
    }

    private void feed(int number, byte[] input, String which) {
        Target target = targets.get(number);
        long allocated = allocatedBy(target, number, input, which);
        if (allocated >= MOST_ALLOCATED) {
            // Once more: what is seen first loads classes, zones and the like.
            allocated = allocatedBy(target, number, input, which);
            assertThat(allocated)
                    .as("%s: %s", which, HexFormat.of().formatHex(input))
                    .isLessThan(MOST_ALLOCATED);
        }
        mostAllocated = Math.max(mostAllocated, allocated);
    }

    private long allocatedBy(Target target, int number, byte[] input, String which) {
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            Object value = target.codec.decode(Samples.KEY, input);
            assertThat(value).as(which).isInstanceOf(target.type);
            if (value instanceof Shape shape) {
                touched += shape.touched();
            }
            accepted.merge(number, 1, Integer::sum);
        } catch (CorruptRecordException e) {
            // named, as promised
        } catch (Throwable e) {
            throw new AssertionError(which + ": " + e, e);
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static byte[] mutated(Target target, SplittableRandom random) {
        return target.around.apply(mutatedInside(target, random));
    }

    private static byte[] mutatedInside(Target target, SplittableRandom random) {
        byte[] input = target.inner.get(random.nextInt(target.inner.size())).clone();
        if (random.nextInt(20) == 0) {
            random.nextBytes(input);
            return input;
        }
        int from = random.nextInt(10) == 0 ? 0 : Math.min(Envelope.BYTES, input.length - 1);
        for (int changes = random.nextInt(1, 6); changes > 0; changes--) {
            input = changed(input, from, random);
        }
        return random.nextInt(50) == 0 ? input : fitted(input);
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
    private static byte[] fitted(byte[] input) {
        if (input.length >= Envelope.BYTES && input[3] == Envelope.KRYO) {
            ByteBuffer.wrap(input).putInt(16, input.length - Envelope.BYTES);
        }
        return Forge.checksummed(input);
    }
}
