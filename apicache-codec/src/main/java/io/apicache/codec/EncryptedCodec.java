package io.apicache.codec;

import io.apicache.Codec;
import io.apicache.spi.Key;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts, or only signs, what another codec makes, and binds it to its record: whoever can write to the store can neither make a
 * response nor move one to another request id. One codec serves a whole process for as long as it runs.
 *
 * <p>Encryption is AES-256-GCM with a random nonce, signing is HMAC-SHA-256, both by the JDK. Key id, namespace and request id are
 * authenticated with the response. Compression belongs inside: {@code EncryptedCodec.encrypting(ZstdCodec.around(codec), keys)}; leave
 * it away where a response mixes secrets with what an attacker chooses, because lengths are not hidden.
 *
 * <p>The limit on the size of a response is the inner codec's.
 *
 * <p>Only the forms with a key work; the others are an {@link IllegalStateException}, since nothing would be bound.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads, virtual ones included.
 *
 * {@snippet class="io.apicache.codec.EncryptedCodecSnippetsTest" region="encrypting"}
 *
 * @param <R> the response type
 */
public final class EncryptedCodec<R> extends Layer<R> {

    private static final int KEY_ID_BYTES = Integer.BYTES;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final Layer<R> inner;
    private final Sealing sealing;
    private final KeyRing keys;
    private final Envelope envelope;

    private EncryptedCodec(Codec<R> codec, KeyRing keys, Sealing sealing) {
        this.inner = Layer.of(codec);
        this.keys = keys;
        this.sealing = sealing;
        this.envelope = new Envelope(Envelope.SEALED, 0, inner.maxBytes(), "another format wrote it");
    }

    /**
     * Puts encryption around a codec.
     *
     * @param codec makes what is encrypted
     * @param keys the keys
     * @param <R> the response type
     * @return the codec
     */
    public static <R> EncryptedCodec<R> encrypting(Codec<R> codec, KeyRing keys) {
        return new EncryptedCodec<>(codec, Objects.requireNonNull(keys, "keys"), new AesGcm(keys));
    }

    /**
     * Puts a signature around a codec: nobody else can make or move a response, everybody who reads the store can read it.
     *
     * @param codec makes what is signed
     * @param keys the keys
     * @param <R> the response type
     * @return the codec
     */
    public static <R> EncryptedCodec<R> signing(Codec<R> codec, KeyRing keys) {
        return new EncryptedCodec<>(codec, Objects.requireNonNull(keys, "keys"), new Hmac(keys));
    }

    @Override
    byte[] encode(@Nullable Key key, R response, int gap) {
        Key bound = requireKey(key);
        byte[] plain = inner.encode(bound, response, 0);
        envelope.requireFits(plain.length);
        int begin = gap + Envelope.BYTES + KEY_ID_BYTES;
        byte[] record = new byte[begin + sealing.overhead() + plain.length];
        INT.set(record, begin - KEY_ID_BYTES, keys.writingId());
        byte[] context = context(bound, keys.writingId(), plain.length);
        sealing.seal(plain, record, begin, context);
        envelope.seal(record, gap, sealing.algorithm(), plain.length);
        return record;
    }

    @Override
    R decode(@Nullable Key key, byte[] record, int at) {
        Key bound = requireKey(key);
        Envelope.Content content = envelope.open(record, at);
        int begin = at + Envelope.BYTES + KEY_ID_BYTES;
        int length = record.length - begin - sealing.overhead();
        if (content.algorithm() != sealing.algorithm() || length < 0 || content.rawLength() != length) {
            throw Envelope.corrupt("its algorithm or raw length is not the one of " + sealing);
        }
        int keyId = (int) INT.get(record, begin - KEY_ID_BYTES);
        return inner.decode(bound, sealing.open(keyId, record, begin, context(bound, keyId, length)), 0);
    }

    // Everything that must be as it was: lengths keep ("a", "bc") and ("ab", "c") apart.
    private byte[] context(Key key, int keyId, int length) {
        byte[] namespace = key.namespace().getBytes(StandardCharsets.UTF_8);
        byte[] id = key.id().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(5 * Integer.BYTES + namespace.length + id.length)
                .putInt(sealing.algorithm())
                .putInt(keyId)
                .putInt(length)
                .putInt(namespace.length)
                .put(namespace)
                .putInt(id.length)
                .put(id)
                .array();
    }

    private static Key requireKey(@Nullable Key key) {
        if (key == null) {
            throw new IllegalStateException(
                    "an EncryptedCodec binds a response to its record: give it the record's key, as in "
                            + "encode(key, response) and decode(key, bytes)");
        }
        return key;
    }

    @Override
    public int maxBytes() {
        return envelope.maxBytes();
    }

    @Override
    public String toString() {
        return "EncryptedCodec(" + sealing + ", " + inner + ")";
    }

    /** What is done with the content. {@code overhead} bytes of its own come before it. */
    interface Sealing {

        int algorithm();

        int overhead();

        /** Writes the sealed content to the end of the record. */
        void seal(byte[] plain, byte[] record, int begin, byte[] context);

        /** {@return the content} */
        byte[] open(int keyId, byte[] record, int begin, byte[] context);
    }
}
