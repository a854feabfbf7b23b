package io.apicache.spi;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;

/**
 * The name of one record: a request id within a namespace. The engine makes keys and has checked both parts; a store maps
 * them onto its own names without ambiguity.
 *
 * <p>Clients choose ids, so they can choose thousands with one {@code hashCode}. Keys are {@link Comparable} so that a hash map
 * with such keys stays logarithmic: {@link java.util.concurrent.ConcurrentHashMap} sorts a crowded bin of comparable keys.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param namespace the cache's namespace, 1 to 64 characters
 * @param id the request id, 1 to 1,024 characters, free of control characters and unpaired surrogates
 */
public record Key(String namespace, String id) implements Comparable<Key> {

    /** Characters of the hash that stand for an id in a message or a log: 72 of its 256 bits. */
    private static final int SHOWN = 12;

    /**
     * Creates the value; nothing that must be there may be null.
     *
     * @param namespace the cache's namespace
     * @param id the request id
     */
    public Key {
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(id, "id");
    }

    // Written out, not left to the record: both are on the path of every replay, and plain calls inline.
    @Override
    public int hashCode() {
        return 31 * namespace.hashCode() + id.hashCode();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key that && id.equals(that.id) && namespace.equals(that.namespace);
    }

    /**
     * Orders keys by id and then by namespace, consistently with {@link #equals}.
     *
     * @param other another key
     * @return negative, zero or positive
     */
    @Override
    public int compareTo(Key other) {
        int byId = id.compareTo(other.id);
        return byId != 0 ? byId : namespace.compareTo(other.namespace);
    }

    /** {@return the namespace and the hash of the id, as in {@link #show}, for a message or a log} */
    @Override
    public String toString() {
        return namespace + "/" + show(id);
    }

    /**
     * Stands for an id in a message or a log, since ids often carry personal data: the same id always gives the same text, and no part
     * of the id is in it.
     *
     * @param id any text
     * @return {@code #} and the first 12 characters of the SHA-256 of the id's UTF-8 bytes in URL-safe Base64
     */
    public static String show(String id) {
        byte[] hash = sha256().digest(id.getBytes(StandardCharsets.UTF_8));
        return "#" + Base64.getUrlEncoder().encodeToString(hash).substring(0, SHOWN);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
