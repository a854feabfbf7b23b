package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import io.apicache.CorruptRecordException;
import io.apicache.codec.Registrations.Registered;
import io.apicache.spi.Key;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Objects as bytes, by Kryo, for registered classes only. One codec serves a whole process for as long as it runs.
 *
 * <p>Records, sealed types, enums and the usual value types and collections of the JDK work without further ado; {@code docs/codecs.md}
 * has the list. Every class of the caller's own is registered and has an id: its place in {@link #of}, or one that the builder is
 * given. A record that was written with other ids, classes, fields or constants is not guessed at: it is a {@link
 * CorruptRecordException}, unless {@link Builder#reading} says how to read it.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads, virtual ones included.
 *
 * {@snippet class="io.apicache.codec.KryoCodecSnippetsTest" region="of"}
 *
 * @param <R> the response type
 */
public final class KryoCodec<R> extends Layer<R> {

    private final Class<R> type;
    private final Envelope envelope;
    private final long schema;
    private final Pool<KryoWorker> workers;
    private final List<Older<?, R>> older;

    private KryoCodec(Builder<R> builder) {
        type = builder.type;
        Registrations registrations = builder.registrations.copy();
        int maxDepth = builder.maxDepth;
        int maxBytes = builder.maxBytes;
        boolean references = builder.references;
        Supplier<Kryo> kryos = () -> {
            Kryo kryo = new StrictKryo(type, maxDepth, references);
            registrations.register(kryo);
            return kryo;
        };
        Kryo first = kryos.get();
        schema = new Schema(type, first).hash(registrations, builder.schemaVersion + " " + references);
        registrations.require(first);
        envelope = new Envelope(
                Envelope.KRYO,
                schema,
                maxBytes,
                "other classes, fields or ids wrote it: see \"Rolling deploys\" in docs/codecs.md");
        workers = new Pool<>(() -> new KryoWorker(type, kryos.get(), maxBytes), worker -> {});
        older = List.copyOf(builder.older);
    }

    /**
     * Makes a codec with the default settings. Ids follow the order of the classes, so a new one goes to the end.
     *
     * <p>A generic type is given by its class: {@code KryoCodec<List<Order>> codec = KryoCodec.of(List.class, Order.class)}.
     *
     * @param type the response type; if it is sealed, its permitted subclasses come next
     * @param others the other classes that responses are made of
     * @param <R> the response type
     * @return the codec
     * @throws IllegalArgumentException if a class that is sure to be met is not registered, or would not come back as it is; the
     *     message names it and the remedy
     */
    public static <R> KryoCodec<R> of(Class<? super R> type, Class<?>... others) {
        return KryoCodec.<R>builder(type).register(others).build();
    }

    /**
     * Starts a codec with settings of its own.
     *
     * @param type the response type; if it is sealed, its permitted subclasses come next. A generic type is given by its class: {@code
     *     KryoCodec.<List<Order>>builder(List.class)}
     * @param <R> the response type
     * @return a builder
     */
    @SuppressWarnings("unchecked") // a codec reads what it has written, which was an R
    public static <R> Builder<R> builder(Class<? super R> type) {
        Class<?> wrapped = MethodType.methodType(Objects.requireNonNull(type, "type"))
                .wrap()
                .returnType();
        return new Builder<>((Class<R>) wrapped);
    }

    @Override
    byte[] encode(@Nullable Key key, R response, int gap) {
        if (!type.isInstance(response)) {
            throw new IllegalArgumentException(
                    "response: a " + response.getClass().getName() + ", not a " + type.getName());
        }
        KryoWorker worker = workers.borrow();
        byte[] record = worker.write(response, gap + Envelope.BYTES);
        workers.giveBack(worker);
        envelope.seal(record, gap, Envelope.PLAIN, record.length - gap - Envelope.BYTES);
        return record;
    }

    @Override
    R decode(@Nullable Key key, byte[] record, int at) {
        long found = Envelope.schemaOf(record, at);
        for (Older<?, R> old : older) {
            if (found == old.codec.schema && found != schema) {
                return old.read(record, at);
            }
        }
        return read(record, at);
    }

    private R read(byte[] record, int at) {
        Envelope.Content content = envelope.open(record, at);
        int begin = at + Envelope.BYTES;
        if (content.algorithm() != Envelope.PLAIN || content.rawLength() != record.length - begin) {
            throw Envelope.corrupt("its algorithm or raw length is not Kryo's");
        }
        KryoWorker worker = workers.borrow();
        Object response = worker.read(record, begin);
        workers.giveBack(worker);
        return type.cast(response);
    }

    @Override
    public int maxBytes() {
        return envelope.maxBytes();
    }

    @Override
    public String toString() {
        return "KryoCodec(" + type.getSimpleName() + ", schema " + Long.toHexString(schema) + ")";
    }

    /** A codec of the past, and how its responses become those of today. */
    private record Older<O, R>(KryoCodec<O> codec, Function<? super O, ? extends R> upgrade) {
        R read(byte[] record, int at) {
            return upgrade.apply(codec.decode(null, record, at));
        }
    }

    /**
     * Collects the settings of a codec.
     *
     * <p><b>Thread-safety:</b> for one thread.
     *
     * @param <R> the response type
     */
    public static final class Builder<R> {

        private final Class<R> type;
        private final Registrations registrations = new Registrations();
        private final List<Older<?, R>> older = new ArrayList<>();
        private int schemaVersion;
        private int maxBytes = Envelope.DEFAULT_MAX_BYTES;
        private int maxDepth = 100;
        private boolean references;
        private boolean rootIsIn;

        private Builder(Class<R> type) {
            this.type = type;
        }

        /**
         * Registers classes under the next free ids, from 100 on, the response type first.
         *
         * @param types classes with instances, or sealed types, which stand for their permitted subclasses
         * @return this
         */
        public Builder<R> register(Class<?>... types) {
            addRoot();
            for (Class<?> next : types) {
                registrations.add(Objects.requireNonNull(next, "types"));
            }
            return this;
        }

        /**
         * Registers a class under an id of its own.
         *
         * @param id 100 to 65,535, never used again for another class
         * @param registered the class
         * @return this
         */
        public Builder<R> register(int id, Class<?> registered) {
            registrations.add(id, new Registered(Objects.requireNonNull(registered, "registered"), null));
            return this;
        }

        /**
         * Registers a class that the caller reads and writes. Its input comes from a store that others may write to: it bounds what it
         * allocates by what is left of the input, and the time it takes.
         *
         * @param id 100 to 65,535, never used again for another class
         * @param registered the class
         * @param serializer makes serializers; each is used by one thread at a time
         * @param <T> the class
         * @return this
         */
        public <T> Builder<R> register(
                int id, Class<T> registered, Supplier<? extends Serializer<? super T>> serializer) {
            Objects.requireNonNull(serializer, "serializer");
            registrations.add(id, new Registered(Objects.requireNonNull(registered, "registered"), serializer));
            return this;
        }

        /**
         * Makes records with another version unreadable, where classes look the same but mean something else.
         *
         * @param version any number, 0 by default
         * @return this
         */
        public Builder<R> schemaVersion(int version) {
            schemaVersion = version;
            return this;
        }

        /**
         * Limits the size of a response.
         *
         * @param bytes 1 to 1 GiB, 4 MiB by default
         * @return this
         */
        public Builder<R> maxBytes(int bytes) {
            maxBytes = Envelope.requireLimit(bytes);
            return this;
        }

        /**
         * Limits how deep a response is nested; an element of a list in a record counts as two.
         *
         * @param depth 1 to 1,000, 100 by default
         * @return this
         */
        public Builder<R> maxDepth(int depth) {
            if (depth < 1 || depth > 1000) {
                throw new IllegalArgumentException("depth: " + depth + " is not between 1 and 1000");
            }
            maxDepth = depth;
            return this;
        }

        /**
         * Writes an object that occurs several times once, for graphs that are not trees. Takes more time and, for trees, more bytes.
         * Elements of sets and keys of maps may share plain values with others, and nothing else.
         *
         * @return this
         */
        public Builder<R> withReferences() {
            references = true;
            return this;
        }

        /**
         * Reads the records of another codec as well: the one before a change, or, while a change is rolled out, the one after it. The
         * other's records are recognised by their schema.
         *
         * @param other what those records were written with
         * @param upgrade makes today's response out of the other's
         * @param <O> the other's response type
         * @return this
         */
        public <O> Builder<R> reading(KryoCodec<O> other, Function<? super O, ? extends R> upgrade) {
            older.add(new Older<>(Objects.requireNonNull(other, "other"), Objects.requireNonNull(upgrade, "upgrade")));
            return this;
        }

        /**
         * Makes the codec.
         *
         * @return the codec
         * @throws IllegalArgumentException if a class that is sure to be met is not registered, or would not come back as it is; the
         *     message names it and the remedy
         */
        public KryoCodec<R> build() {
            addRoot();
            return new KryoCodec<>(this);
        }

        // Before the others, unless it already has an id of its own; a type that others implement has no id.
        private void addRoot() {
            if (!rootIsIn && (Registrations.isConcrete(type) || type.isSealed())) {
                registrations.add(type);
            }
            rootIsIn = true;
        }
    }
}
