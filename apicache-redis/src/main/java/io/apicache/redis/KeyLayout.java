package io.apicache.redis;

import io.apicache.redis.StoredRecord.KeyHash;
import io.apicache.spi.Key;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Every name in Redis. A record is {@code prefix:{namespace:id}}: what stands in braces decides the slot in a cluster, so that all that
 * belongs to one id lies together. An id that is short and of harmless letters is readable in the key; any other is replaced by a number
 * sign, which is no harmless letter, and a SHA-256, so that no caller chooses braces, control bytes or lengths here.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
final class KeyLayout {

    /** How many bytes of its SHA-256 stand for a key in a record and in a message. */
    static final int HASH_BYTES = 16;

    private static final Pattern READABLE = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]{1,32}");
    private static final MessageDigest SHA_256 = sha256();

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
    RecordName record(Key key) {
        byte[] name = (prefix + ":{" + named(key) + "}").getBytes(StandardCharsets.US_ASCII);
        return new RecordName(key, name, Arrays.copyOf(sha256(name), HASH_BYTES));
    }

    /** {@return the hash in the record that lies under a name} */
    static KeyHash hashOf(String name) {
        return KeyHash.of(sha256(name.getBytes(StandardCharsets.US_ASCII)));
    }

    /** {@return where a large response lies until it becomes the record: one place for each try, in the record's slot} */
    byte[] staging(RecordName record, long number, long attempt) {
        byte[] suffix = (":" + HexFormat.of().toHexDigits(number) + "-" + attempt).getBytes(StandardCharsets.US_ASCII);
        byte[] name = Arrays.copyOf(record.name(), record.name().length + suffix.length);
        System.arraycopy(suffix, 0, name, record.name().length, suffix.length);
        return name;
    }

    /** {@return what stands before an inbox in the name of its channel} */
    byte[] inboxes() {
        return (prefix + ":in:").getBytes(StandardCharsets.US_ASCII);
    }

    private static String named(Key key) {
        // A namespace of harmless letters has no colon, so the first one ends it whatever the id holds.
        if (!NAMESPACE.matcher(key.namespace()).matches()) {
            return "#" + sha256(key.namespace().length() + ":" + key.namespace() + key.id());
        }
        return key.namespace() + ":" + (READABLE.matcher(key.id()).matches() ? key.id() : "#" + sha256(key.id()));
    }

    private static String sha256(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return ((MessageDigest) SHA_256.clone()).digest(bytes); // a clone spares the search for the provider
        } catch (CloneNotSupportedException e) {
            return sha256().digest(bytes);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
