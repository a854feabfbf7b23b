package io.apicache.redis;

import io.apicache.spi.Key;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Every name in Redis. A record is {@code prefix:{namespace:id}}: what stands in braces decides the slot in a cluster, so that all that
 * belongs to one id lies together. An id that is short and of harmless letters is readable in the key; any other is replaced by a number
 * sign, which is no harmless letter, and its SHA-256, so that no caller chooses braces, control bytes or lengths here.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
final class KeyLayout {

    private static final Pattern READABLE = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]{1,32}");

    private final String prefix;

    /**
     * Lays out keys.
     *
     * @param prefix 1 to 32 letters, digits, dots, underscores or hyphens; keeps this library's keys apart from those of others
     */
    KeyLayout(String prefix) {
        if (!PREFIX.matcher(Objects.requireNonNull(prefix, "prefix")).matches()) {
            throw new IllegalArgumentException("prefix must be 1 to 32 letters, digits, dots, underscores or hyphens");
        }
        this.prefix = prefix;
    }

    /** {@return the name of a record; different keys have different names} */
    byte[] record(Key key) {
        // A namespace has no colon, so the first one ends it whatever the id holds.
        return (prefix + ":{" + key.namespace() + ":" + named(key.id()) + "}").getBytes(StandardCharsets.US_ASCII);
    }

    private static String named(String id) {
        return READABLE.matcher(id).matches() ? id : "#" + sha256(id);
    }

    private static String sha256(String id) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
