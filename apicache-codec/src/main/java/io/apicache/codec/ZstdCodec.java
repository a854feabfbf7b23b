package io.apicache.codec;

import com.github.luben.zstd.ZstdDictTrainer;
import com.github.luben.zstd.ZstdException;
import io.apicache.Codec;
import io.apicache.spi.Key;
import java.util.Collection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Compresses what another codec makes, by zstd, where that pays. One codec serves a whole process for as long as it runs.
 *
 * <p>Responses below the threshold, and those that would shrink by less than a tenth, are kept as they are. Where the native library
 * cannot be loaded the codec says so in one warning and compresses nothing; it reads what is not compressed.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads, virtual ones included.
 *
 * {@snippet class="io.apicache.codec.ZstdCodecSnippetsTest" region="around"}
 *
 * @param <R> the response type
 */
public final class ZstdCodec<R> extends Layer<R> implements AutoCloseable {

    private static final int COMPRESSED = 1;
    private static final String ADVICE = "its writer had another dictionary";

    private final Layer<R> inner;
    private final int threshold;
    private final Envelope plain;
    private final Envelope withDictionary;
    private final boolean hasDictionary;
    private final @Nullable Zstandard zstd;

    private ZstdCodec(Builder<R> builder, boolean available) {
        inner = builder.inner;
        byte[] dictionary = builder.dictionary;
        hasDictionary = dictionary != null;
        threshold = builder.threshold >= 0 ? builder.threshold : hasDictionary ? 64 : Builder.DEFAULT_THRESHOLD;
        plain = new Envelope(Envelope.ZSTD, 0, builder.maxBytes, ADVICE);
        withDictionary = dictionary == null
                ? plain
                : new Envelope(Envelope.ZSTD, Schema.firstBits(dictionary), builder.maxBytes, ADVICE);
        zstd = available ? new Zstandard(builder.level, dictionary) : null;
    }

    /**
     * Puts compression around a codec, with the default settings.
     *
     * @param codec makes what is compressed
     * @param <R> the response type
     * @return the codec
     */
    public static <R> ZstdCodec<R> around(Codec<R> codec) {
        return builder(codec).build();
    }

    /**
     * Starts a codec with settings of its own.
     *
     * @param codec makes what is compressed
     * @param <R> the response type
     * @return a builder
     */
    public static <R> Builder<R> builder(Codec<R> codec) {
        return new Builder<>(codec);
    }

    /**
     * Trains a dictionary: what typical responses have in common, so that small ones need not repeat it. It has to be kept, and given to
     * every codec that reads what was written with it.
     *
     * @param samples some hundred encoded responses or more, as the inner codec makes them
     * @param bytes the size of the dictionary, 256 to 1 MiB; a hundredth of the samples is a good measure
     * @return the dictionary
     * @throws IllegalArgumentException if zstd cannot make one of these samples, mostly because they are too few
     * @throws IllegalStateException if the native library cannot be loaded
     */
    public static byte[] trainDictionary(Collection<byte[]> samples, int bytes) {
        requireBetween("bytes", bytes, 256, 1 << 20);
        if (!Zstandard.isAvailable()) {
            throw new IllegalStateException("zstd's native library cannot be loaded: " + Zstandard.problem());
        }
        int total = samples.stream().mapToInt(sample -> sample.length).reduce(0, Math::addExact);
        ZstdDictTrainer trainer = new ZstdDictTrainer(Math.max(1, total), bytes);
        samples.forEach(trainer::addSample);
        try {
            return trainer.trainSamples();
        } catch (ZstdException e) {
            throw new IllegalArgumentException("samples: zstd cannot train on " + samples.size() + " of them", e);
        }
    }

    @Override
    byte[] encode(@Nullable Key key, R response, int gap) {
        int begin = gap + Envelope.BYTES;
        byte[] raw = inner.encode(key, response, begin);
        int length = raw.length - begin;
        plain.requireFits(length);
        if (zstd != null && length >= threshold) {
            byte[] compressed = zstd.compress(raw, begin, length - length / 10);
            if (compressed != null) {
                withDictionary.seal(compressed, gap, COMPRESSED, length);
                return compressed;
            }
        }
        plain.seal(raw, gap, Envelope.PLAIN, length);
        return raw;
    }

    @Override
    R decode(@Nullable Key key, byte[] record, int at) {
        boolean dictionary = hasDictionary && Envelope.schemaOf(record, at) != 0;
        Envelope.Content content = (dictionary ? withDictionary : plain).open(record, at);
        int begin = at + Envelope.BYTES;
        if (content.algorithm() == COMPRESSED) {
            return inner.decode(key, decompressed(record, begin, content.rawLength()), 0);
        }
        if (content.algorithm() != Envelope.PLAIN || content.rawLength() != record.length - begin) {
            throw Envelope.corrupt("its algorithm or raw length is not zstd's");
        }
        return inner.decode(key, record, begin);
    }

    private byte[] decompressed(byte[] record, int begin, int length) {
        if (zstd == null) {
            throw Envelope.corrupt("it is compressed, and zstd's native library cannot be loaded here");
        }
        return zstd.decompress(record, begin, length);
    }

    /** Frees the native memory of idle contexts. Only for a codec that the process outlives; using it afterwards is an error. */
    @Override
    public void close() {
        if (zstd != null) {
            zstd.close();
        }
    }

    @Override
    public int maxBytes() {
        return plain.maxBytes();
    }

    @Override
    public String toString() {
        return "ZstdCodec(" + inner + ")";
    }

    private static int requireBetween(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " is not between " + least + " and " + most);
        }
        return value;
    }

    /**
     * Collects the settings of a codec.
     *
     * <p><b>Thread-safety:</b> for one thread.
     *
     * @param <R> the response type
     */
    public static final class Builder<R> {

        private static final int DEFAULT_THRESHOLD = 16 << 10;

        private final Layer<R> inner;
        private int level = 1;
        private int threshold = -1;
        private int maxBytes;
        private byte @Nullable [] dictionary;

        private Builder(Codec<R> codec) {
            inner = Layer.of(codec);
            maxBytes = inner.maxBytes();
        }

        /**
         * Sets zstd's level. Each thread that compresses at the same time takes memory outside the heap: about a megabyte at level 1, up to 70
         * at level 19. Above level 6 no more than two contexts are kept when they are idle.
         *
         * @param zstdLevel 1, the default and fastest, to 19
         * @return this
         */
        public Builder<R> level(int zstdLevel) {
            level = requireBetween("level", zstdLevel, 1, 19);
            return this;
        }

        /**
         * Sets the size from which on responses are compressed.
         *
         * @param bytes 0 or more; 16 KiB by default, where compression pays in latency; 1 KiB saves the store memory; 64 by
         *     default with a dictionary
         * @return this
         */
        public Builder<R> threshold(int bytes) {
            threshold = requireBetween("threshold", bytes, 0, Integer.MAX_VALUE);
            return this;
        }

        /**
         * Limits the size of a response, compressed or not.
         *
         * @param bytes 1 to 1 GiB; by default the inner codec's limit
         * @return this
         */
        public Builder<R> maxBytes(int bytes) {
            maxBytes = Envelope.requireLimit(bytes);
            return this;
        }

        /**
         * Compresses with a dictionary. Records that were written without one, compressed or not, can still be read; those of another
         * dictionary cannot, and this codec's not by one without it.
         *
         * @param trained by {@link ZstdCodec#trainDictionary}
         * @return this
         */
        public Builder<R> dictionary(byte[] trained) {
            requireBetween("dictionary's length", trained.length, 8, 1 << 20);
            dictionary = trained.clone();
            return this;
        }

        /**
         * Makes the codec. Loads the native library and compresses something, so that no response has to wait for that.
         *
         * @return the codec
         */
        public ZstdCodec<R> build() {
            return build(Zstandard.isAvailable());
        }

        ZstdCodec<R> build(boolean available) {
            ZstdCodec<R> codec = new ZstdCodec<>(this, available);
            Zstandard zstd = codec.zstd;
            if (zstd != null) {
                byte[] sample = new byte[1024];
                byte[] compressed = zstd.compress(sample, 0, sample.length);
                zstd.decompress(Objects.requireNonNull(compressed), 0, sample.length);
            }
            return codec;
        }
    }
}
