package io.apicache.codec;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Secret keys by number: one that writes, and those that only read any more. Ring and codecs hold them for as long as they live.
 *
 * <p>To change keys, give every process the new one for reading, then make it the writing one, and drop the old one when its last
 * record has expired. One key may encrypt 2<sup>32</sup> records.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * {@snippet class="io.apicache.codec.EncryptedCodecSnippetsTest" region="rotation"}
 */
public final class KeyRing {

    private static final int KEY_BYTES = 32;

    private final int writing;
    private final Map<Integer, byte[]> keys;

    private KeyRing(int writing, Map<Integer, byte[]> keys) {
        this.writing = writing;
        this.keys = keys;
    }

    /**
     * Makes a ring of one key, which writes and reads.
     *
     * @param id any number; it stands in every record, and means one key for ever
     * @param key 32 random bytes
     * @return the ring
     */
    public static KeyRing writing(int id, byte[] key) {
        return new KeyRing(id, Map.of(id, checked(key)));
    }

    /**
     * Adds a key that only reads: an old one, or the one to come.
     *
     * @param id its number
     * @param key 32 random bytes
     * @return a ring with one more key
     */
    public KeyRing reading(int id, byte[] key) {
        Map<Integer, byte[]> more = new TreeMap<>(keys);
        if (more.putIfAbsent(id, checked(key)) != null) {
            throw new IllegalArgumentException("id: " + id + " is in the ring already");
        }
        return new KeyRing(writing, more);
    }

    int writingId() {
        return writing;
    }

    /** {@return for each key one derived from it} The same ring may then encrypt and sign. */
    Map<Integer, SecretKey> derived(String algorithm) {
        Map<Integer, SecretKey> derived = new TreeMap<>();
        keys.forEach((id, key) -> derived.put(id, derive(key, algorithm)));
        return derived;
    }

    private static SecretKey derive(byte[] key, String algorithm) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            byte[] derived = mac.doFinal(("apicache-codec 1 " + algorithm).getBytes(StandardCharsets.US_ASCII));
            return new SecretKeySpec(derived, algorithm);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private static byte[] checked(byte @Nullable [] key) {
        Objects.requireNonNull(key, "key");
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("key: has " + key.length + " bytes, needs " + KEY_BYTES);
        }
        return key.clone();
    }

    @Override
    public String toString() {
        return "KeyRing(writing " + writing + ", " + keys.size() + " keys)";
    }
}
