package io.apicache.redis;

import io.apicache.spi.Key;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

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

    /** Of a hash, what {@link Key#show} shows, number sign included. */
    private static final int SHOWN = 13;

    private static final int LONGEST_PREFIX = 32;
    private static final int LONGEST_NAMESPACE = 64;
    private static final int LONGEST_READABLE = 128;
    private static final MessageDigest SHA_256 = sha256();

    /** A digest that nobody uses now, if there is one: every call needs one for a moment, and they are large. */
    private static final AtomicReference<@Nullable MessageDigest> IDLE = new AtomicReference<>();

    private final String prefix;

    /**
     * Lays out keys.
     *
     * @param prefix 1 to 32 letters, digits, dots, underscores or hyphens; keeps this library's keys apart from those of others
     */
    KeyLayout(String prefix) {
        if (!isHarmless(Objects.requireNonNull(prefix, "prefix"), LONGEST_PREFIX, false)) {
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
        return KeyHash.of(sha256(name.getBytes(StandardCharsets.US_ASCII)), 0);
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

    /**
     * {@return how messages and logs name the record that lies under a name: the namespace, and of the id the hash that is in its key, or that
     * of the id that is in its key; null if the name is not that of a record}
     */
    static @Nullable String shown(String name) {
        int open = name.indexOf(":{");
        int colon = name.indexOf(':', open + 2);
        if (open < 0 || colon < 0 || !name.endsWith("}")) {
            return null;
        }
        String id = name.substring(colon + 1, name.length() - 1);
        String shown = id.startsWith("#") ? id.substring(0, Math.min(SHOWN, id.length())) : Key.show(id);
        return name.substring(open + 2, colon) + "/" + shown;
    }

    private static String named(Key key) {
        // What is left as it is has no number sign, and a namespace no colon: the first one ends it whatever the id
        // holds.
        return named(key.namespace(), LONGEST_NAMESPACE, false) + ":" + named(key.id(), LONGEST_READABLE, true);
    }

    private static String named(String text, int longest, boolean colons) {
        return isHarmless(text, longest, colons) ? text : "#" + sha256(text);
    }

    private static boolean isHarmless(String text, int longest, boolean colons) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            boolean harmless = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '.'
                    || c == '_'
                    || c == '-'
                    || (colons && c == ':');
            if (!harmless) {
                return false;
            }
        }
        return length > 0 && length <= longest;
    }

    private static String sha256(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] sha256(byte[] bytes) {
        MessageDigest idle = IDLE.getAndSet(null);
        MessageDigest digest = idle == null ? another() : idle;
        byte[] hash = digest.digest(bytes);
        IDLE.set(digest);
        return hash;
    }

    private static MessageDigest another() {
        try {
            return (MessageDigest) SHA_256.clone(); // spares the search for the provider
        } catch (CloneNotSupportedException e) {
            return sha256();
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
