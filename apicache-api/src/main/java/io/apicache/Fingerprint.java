package io.apicache;

import io.apicache.spi.Digest;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * SHA-256 of what must not differ between a request and its retries: method, path, body, amount. The same request id with
 * another fingerprint is refused ({@link RequestMismatchException}). Fingerprints are compared when both sides brought one.
 *
 * <p>Parts are hashed with their lengths, so that ("a", "bc") and ("ab", "c") differ. Leave out what changes from retry to retry,
 * such as a date or an expiring token.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class Fingerprint {

    private final Digest digest;

    private Fingerprint(Digest digest) {
        this.digest = digest;
    }

    /**
     * Hashes parts.
     *
     * @param parts one or more; none is null, each may be empty
     * @return their fingerprint
     * @throws IllegalArgumentException if there is no part
     */
    public static Fingerprint of(byte[]... parts) {
        requireParts(parts.length);
        MessageDigest sha256 = sha256();
        for (int i = 0; i < parts.length; i++) {
            int number = i;
            byte[] part = Objects.requireNonNull(parts[i], () -> "parts[" + number + "]");
            sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(0, part.length));
            sha256.update(part);
        }
        return new Fingerprint(Digest.of(sha256.digest()));
    }

    /**
     * Hashes parts as UTF-8: the same as {@link #of(byte[]...)} of their bytes.
     *
     * @param parts one or more; none is null, each may be empty
     * @return their fingerprint
     * @throws IllegalArgumentException if there is no part, or one holds half of a surrogate pair, which has no bytes of its own
     */
    public static Fingerprint of(String... parts) {
        requireParts(parts.length);
        byte[][] bytes = new byte[parts.length][];
        for (int i = 0; i < parts.length; i++) {
            int number = i;
            bytes[i] = utf8(Objects.requireNonNull(parts[i], () -> "parts[" + number + "]"), number);
        }
        return of(bytes);
    }

    /**
     * Writes the whole hash, to be part of a request id: what a cached computation depends on may be longer than an id, or secret.
     *
     * @return 64 digits from 0 to f; the same for the same parts in every version of this library
     */
    public String toHex() {
        return HexFormat.of().formatHex(digest.toBytes());
    }

    /** {@return the hash, as stores keep it} */
    Digest digest() {
        return digest;
    }

    private static void requireParts(int count) {
        if (count == 0) {
            throw new IllegalArgumentException(
                    "parts is empty: a fingerprint of nothing is the same for every request");
        }
    }

    private static byte[] utf8(String part, int number) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(part));
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            return copy;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("parts[" + number + "] holds an unpaired surrogate", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fingerprint that && digest.equals(that.digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    /** {@return the first digits of the hash} */
    @Override
    public String toString() {
        return "Fingerprint[" + digest + "]";
    }
}
