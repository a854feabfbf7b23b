package io.apicache.spi;

import java.util.Objects;

/**
 * The name of one record: a request id within a namespace. The engine makes keys and has checked both parts; a store maps
 * them onto its own names without ambiguity.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param namespace the cache's namespace, 1 to 64 characters
 * @param id the request id, 1 to 1,024 characters, free of control characters and unpaired surrogates
 */
public record Key(String namespace, String id) {

    /**
     * Longest part of an id that is ever shown in a message or a log.
     */
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
     * {@return the key with its id shortened, so that it may stand in a message or a log} Ids often carry personal data.
     */
    @Override
    public String toString() {
        return namespace + "/" + shorten(id);
    }

    /**
     * Shortens an id for a message: its first characters, then its length.
     *
     * @param id any text
     * @return at most 12 characters of it with control characters masked, and the length where it was cut
     */
    public static String shorten(String id) {
        StringBuilder shown = new StringBuilder(SHOWN + 16);
        int end = Math.min(id.length(), SHOWN);
        for (int i = 0; i < end; i++) {
            char c = id.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        if (id.length() > SHOWN) {
            shown.append("...(").append(id.length()).append(" characters)");
        }
        return shown.toString();
    }
}
