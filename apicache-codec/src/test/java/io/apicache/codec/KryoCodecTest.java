package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.apicache.Codec;
import io.apicache.CorruptRecordException;
import io.apicache.ResponseTooLargeException;
import io.apicache.codec.Samples.Card;
import io.apicache.codec.Samples.Line;
import io.apicache.codec.Samples.Order;
import io.apicache.codec.Samples.Payment;
import io.apicache.codec.Samples.Status;
import io.apicache.codec.Samples.Transfer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class KryoCodecTest {

    record Node(List<Node> children) {}

    record Pair(Object first, Object second) {}

    record Money(long cents) {}

    record MoneyNow(long cents, String currency) {}

    record Strict(int positive) {
        Strict {
            if (positive <= 0) {
                throw new IllegalArgumentException("secret value " + positive);
            }
        }
    }

    @Test
    @DisplayName("H1: an order of records, a sealed type, an enum with bodies and values of the JDK comes back equal")
    void anOrderComesBack() {
        KryoCodec<Order> codec = Samples.orderCodec().build();

        for (int lines : new int[] {0, 1, 2, 3, 100}) {
            Order order = Samples.order(lines);
            assertThat(codec.decode(codec.encode(order))).isEqualTo(order).isNotSameAs(order);
        }
    }

    @Test
    @DisplayName("B1: two caches of different types in one namespace meet with a message that names that cause")
    void anotherTypeInTheNamespace() {
        KryoCodec<Money> money = KryoCodec.builder(Money.class).build();
        KryoCodec<MoneyNow> now = KryoCodec.builder(MoneyNow.class).build();
        byte[] text = "a response of another cache, as text".getBytes(StandardCharsets.UTF_8);
        byte[] compressed = ZstdCodec.around(now).encode(new MoneyNow(1, "EUR"));

        for (byte[] other : new byte[][] {text, {'x'}, now.encode(new MoneyNow(1, "EUR")), compressed}) {
            assertThatExceptionOfType(CorruptRecordException.class)
                    .isThrownBy(() -> money.decode(other))
                    .withMessageContaining("another response type")
                    .withMessageContaining(".namespace(");
        }
        assertThatExceptionOfType(CorruptRecordException.class)
                .isThrownBy(() -> Codec.utf8().decode(money.encode(new Money(1))))
                .withMessageContaining(".namespace(");
    }

    /** Writes a number in Kryo's own short form, which Kryo itself has for strings. */
    static final class FlaggedSerializer extends Serializer<Money> {
        @Override
        public void write(Kryo kryo, Output output, Money money) {
            output.writeVarIntFlag(true, (int) money.cents(), true);
        }

        @Override
        public Money read(Kryo kryo, Input input, Class<? extends Money> type) {
            assertThat(input.readVarIntFlag()).isTrue();
            return new Money(input.readVarIntFlag(true));
        }
    }

    @Test
    @DisplayName("H1: a serializer of the caller's may write any number in any of Kryo's forms")
    void numbersOfTheCaller() {
        KryoCodec<Money> codec = KryoCodec.builder(Money.class)
                .register(100, Money.class, FlaggedSerializer::new)
                .build();

        assertThat(codec.decode(codec.encode(new Money(1_000_000)))).isEqualTo(new Money(1_000_000));
    }

    @Test
    @DisplayName("H1: what others change while it is written is written as it was at some moment")
    void collectionsThatChange() throws Exception {
        KryoCodec<Pair> codec = KryoCodec.of(Pair.class);
        ConcurrentHashMap<Integer, Object> map = new ConcurrentHashMap<>();
        CopyOnWriteArrayList<Object> list = new CopyOnWriteArrayList<>();
        AtomicBoolean done = new AtomicBoolean();
        Thread changing = new Thread(() -> {
            for (int i = 0; !done.get(); i++) {
                map.put(i % 50, i % 3 == 0 ? "text" : i);
                map.remove((i + 25) % 50);
                list.add(i % 2 == 0 ? "text" : i);
                if (list.size() > 20) {
                    list.clear();
                }
            }
        });
        changing.start();
        try {
            for (int i = 0; i < 3_000; i++) {
                assertThat(codec.decode(codec.encode(new Pair(map, list))).first())
                        .isInstanceOf(Map.class);
            }
        } finally {
            done.set(true);
            changing.join();
        }
    }

    @Test
    @DisplayName("A sealed response type stands for its permitted subclasses")
    void aSealedTypeStandsForItsSubclasses() {
        KryoCodec<Payment> codec = KryoCodec.of(Payment.class);

        for (Payment payment : List.of(new Card("x", 1), new Transfer("DE00"))) {
            assertThat(codec.decode(codec.encode(payment))).isEqualTo(payment);
        }
    }

    @Test
    @DisplayName("The message for a class that is not registered names it and says how")
    void theMessageNamesTheClassToRegister() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KryoCodec.of(Order.class, Status.class, Payment.class))
                .withMessageContaining(Line.class.getName() + " is not registered")
                .withMessageContaining("KryoCodec.of(Order.class, ..., Line.class)");

        KryoCodec<Pair> pairs = KryoCodec.of(Pair.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pairs.encode(new Pair("x", new Money(1))))
                .withMessageContaining(Money.class.getName() + " is not registered");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pairs.encode(new Pair("x", Map.of(1, 2, 3, 4).keySet())))
                .withMessageContaining("List.copyOf");
    }

    @Test
    @DisplayName("A sorted collection with a comparator is refused when it is written")
    void aComparatorIsRefused() {
        KryoCodec<Pair> codec = KryoCodec.of(Pair.class);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(new Pair(new TreeSet<>(java.util.Comparator.reverseOrder()), null)))
                .withMessageContaining("comparator");
    }

    @Test
    @DisplayName(
            "B1: another order of classes, another field or another version is a corrupt record, never another class")
    void anotherSchemaIsCorrupt() {
        byte[] record = Samples.orderCodec().build().encode(Samples.order(2));
        List<KryoCodec<Order>> others = List.of(
                KryoCodec.of(Order.class, Status.class, Line.class, Payment.class),
                Samples.orderCodec().register(500, Money.class).build(),
                Samples.orderCodec().schemaVersion(1).build(),
                Samples.orderCodec().withReferences().build());

        for (KryoCodec<Order> other : others) {
            assertThatExceptionOfType(CorruptRecordException.class)
                    .isThrownBy(() -> other.decode(record))
                    .withMessageContaining("schema");
        }
    }

    @Test
    @DisplayName("A codec reads what the one before it wrote, when it is told how, in both directions")
    void olderRecordsAreRead() {
        KryoCodec<Money> plainOld = KryoCodec.of(Money.class);
        KryoCodec<MoneyNow> plainNew = KryoCodec.of(MoneyNow.class);
        KryoCodec<MoneyNow> newReadsOld = KryoCodec.builder(MoneyNow.class)
                .reading(plainOld, old -> new MoneyNow(old.cents(), "EUR"))
                .build();
        KryoCodec<Money> oldReadsNew = KryoCodec.builder(Money.class)
                .reading(plainNew, now -> new Money(now.cents()))
                .build();

        assertThat(newReadsOld.decode(plainOld.encode(new Money(5)))).isEqualTo(new MoneyNow(5, "EUR"));
        assertThat(newReadsOld.decode(newReadsOld.encode(new MoneyNow(6, "CHF"))))
                .isEqualTo(new MoneyNow(6, "CHF"));
        assertThat(oldReadsNew.decode(newReadsOld.encode(new MoneyNow(7, "CHF"))))
                .isEqualTo(new Money(7));
    }

    @Test
    @DisplayName("B1: n - 1 and n bytes are accepted, n + 1 are too large, and nothing grows past the limit")
    void theLimitIsExact() {
        KryoCodec<byte[]> measure = KryoCodec.of(byte[].class);
        int size = measure.encode(new byte[1000]).length - Envelope.BYTES;

        for (int limit : new int[] {size, size + 1}) {
            KryoCodec<byte[]> codec =
                    KryoCodec.builder(byte[].class).maxBytes(limit).build();
            assertThat(codec.decode(codec.encode(new byte[1000]))).hasSize(1000);
        }
        KryoCodec<byte[]> smaller =
                KryoCodec.builder(byte[].class).maxBytes(size - 1).build();
        for (int length : new int[] {1000, 2000, 10_000_000}) {
            assertThatExceptionOfType(ResponseTooLargeException.class)
                    .isThrownBy(() -> smaller.encode(new byte[length]))
                    .withMessageContaining((size - 1) + " bytes, the codec's maxBytes")
                    .withMessageContaining("maxBytes(bytes)");
        }
        assertThat(smaller.decode(smaller.encode(new byte[10]))).hasSize(10);
    }

    @Test
    @DisplayName("B1: a response nested too deeply is refused, and the codec goes on")
    void deepNestingIsRefusedWhenWriting() {
        KryoCodec<Node> codec = KryoCodec.of(Node.class);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(chain(100_000)))
                .withMessageContaining("Max depth");
        assertThat(codec.decode(codec.encode(chain(20)))).isEqualTo(chain(20));
    }

    private static Node chain(int depth) {
        Node node = new Node(List.of());
        for (int i = 0; i < depth; i++) {
            node = new Node(List.of(node));
        }
        return node;
    }

    @Test
    @DisplayName("With references a graph comes back with its cycles and its shared parts")
    void referencesKeepTheGraph() {
        KryoCodec<Pair> codec = KryoCodec.builder(Pair.class).withReferences().build();
        List<Object> loop = new ArrayList<>();
        loop.add(loop);

        Pair pair = codec.decode(codec.encode(new Pair(loop, loop)));

        assertThat(pair.first()).isSameAs(pair.second());
        assertThat(((List<?>) pair.first()).get(0)).isSameAs(pair.first());
    }

    @Test
    @DisplayName("E4: a way round through what is made of finished parts is refused, and through others comes back")
    void cyclesThatCannotBeReadAreRefused() {
        KryoCodec<Pair> codec = KryoCodec.builder(Pair.class)
                .register(Object[].class)
                .withReferences()
                .build();
        List<Object> open = new ArrayList<>();
        Object[] array = {1, null};
        Map<String, Object> map = new HashMap<>();
        map.put("self", map);
        for (Object late :
                List.of(List.of(open), Optional.of(open), new Pair(open, null), Arrays.asList(1, open), array)) {
            open.clear();
            open.add(late);
            array[1] = array;
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> codec.encode(new Pair(late, "x")))
                    .withMessageContaining("contains itself")
                    .withMessageContaining("Remedy");
        }
        open.clear();
        open.add(List.of(open, "x"));

        Pair again = codec.decode(codec.encode(new Pair(open, map)));

        assertThat(((List<?>) ((List<?>) again.first()).get(0)).get(0)).isSameAs(again.first());
        assertThat(((Map<?, ?>) again.second()).get("self")).isSameAs(again.second());
    }

    @Test
    @DisplayName("A caller's own serializer is used, under the id it was given")
    void ownSerializersAreUsed() {
        KryoCodec<Money> codec = KryoCodec.builder(Money.class)
                .register(200, Money.class, MoneySerializer::new)
                .build();

        byte[] record = codec.encode(new Money(3));

        assertThat(record).hasSize(Envelope.BYTES + 2 + 8);
        assertThat(codec.decode(record)).isEqualTo(new Money(3));
    }

    private static final class MoneySerializer extends Serializer<Money> {
        @Override
        public void write(Kryo kryo, Output output, Money money) {
            output.writeLong(money.cents());
        }

        @Override
        public Money read(Kryo kryo, Input input, Class<? extends Money> type) {
            return new Money(input.readLong());
        }
    }

    @Test
    @DisplayName("B1: a record of the right schema with another class inside is corrupt")
    void anotherRootClassIsCorrupt() {
        KryoCodec<Payment> codec = KryoCodec.of(Payment.class);
        byte[] record = Forge.kryo(codec, new byte[] {31 + 1, 0, 0, 0}); // an Instant where a Payment should be

        assertThatExceptionOfType(CorruptRecordException.class).isThrownBy(() -> codec.decode(record));
    }

    @Test
    @DisplayName("S1: what a constructor says about a value does not reach the message")
    void noValueInAMessage() {
        KryoCodec<Strict> codec = KryoCodec.of(Strict.class);
        byte[] content = Forge.content(codec.encode(new Strict(7)));
        content[content.length - 1] = 13; // -7

        assertThatExceptionOfType(CorruptRecordException.class)
                .isThrownBy(() -> codec.decode(Forge.kryo(codec, content)))
                .withMessageContaining("IllegalArgumentException")
                .withMessageNotContaining("secret")
                .withNoCause();
    }

    @Test
    @DisplayName("B1: callers' mistakes name the argument")
    @SuppressWarnings({"unchecked", "rawtypes"})
    void mistakesNameTheArgument() {
        KryoCodec<Money> codec = KryoCodec.of(Money.class);

        assertThatNullPointerException().isThrownBy(() -> codec.encode(null)).withMessage("response");
        assertThatNullPointerException().isThrownBy(() -> codec.decode(null)).withMessage("bytes");
        assertThatNullPointerException()
                .isThrownBy(() -> codec.encode(null, new Money(1)))
                .withMessage("key");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ((KryoCodec) codec).encode("x"))
                .withMessageContaining("response");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KryoCodec.builder(Money.class).maxBytes(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KryoCodec.builder(Money.class).maxDepth(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KryoCodec.builder(Money.class).register(99, Money.class))
                .withMessageContaining("id: 99");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        KryoCodec.builder(Pair.class).register(100, Money.class).register(100, Pair.class))
                .withMessageContaining("taken by");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        KryoCodec.builder(Pair.class).register(100, Pair.class).register(101, Pair.class))
                .withMessageContaining("already");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KryoCodec.of(Pair.class, Runnable.class))
                .withMessageContaining("subclasses");
        assertThat(codec.toString()).startsWith("KryoCodec(Money, schema ");
    }
}
