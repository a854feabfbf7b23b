package io.apicache;

import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What identifies a request: its id and, where the caller compares, the fingerprint of its content.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class Request {

    /** Longest id that is accepted, in UTF-16 characters. Of longer ones take {@link Fingerprint#toHex()}. */
    public static final int MAX_ID_LENGTH = 1_024;

    private final String id;
    private final @Nullable Fingerprint fingerprint;

    private Request(String id, @Nullable Fingerprint fingerprint) {
        this.id = id;
        this.fingerprint = fingerprint;
    }

    /**
     * Names a request.
     *
     * @param id 1 to 1,024 characters, not blank, without control characters and unpaired surrogates; the client's key together
     *     with what the server knows of the client, see {@link #idOf}
     * @return the request
     * @throws IllegalArgumentException if the id is not such a text
     */
    public static Request of(String id) {
        return new Request(requireId(id), null);
    }

    /**
     * Adds the fingerprint.
     *
     * @param fingerprint what must not differ between retries
     * @return a request with the same id
     */
    public Request withFingerprint(Fingerprint fingerprint) {
        return new Request(id, Objects.requireNonNull(fingerprint, "fingerprint"));
    }

    /**
     * Joins parts into an id without ambiguity: operation, tenant, client key and so on. Parts are separated by a slash; a slash or
     * tilde within a part is escaped as in a JSON pointer (RFC 6901), so different parts never give the same id.
     *
     * @param first the first part
     * @param rest the other parts
     * @return the id
     */
    public static String idOf(String first, String... rest) {
        StringBuilder id = new StringBuilder(escape(Objects.requireNonNull(first, "first")));
        for (int i = 0; i < rest.length; i++) {
            int number = i;
            id.append('/').append(escape(Objects.requireNonNull(rest[i], () -> "rest[" + number + "]")));
        }
        return id.toString();
    }

    /** {@return the id} */
    public String id() {
        return id;
    }

    /** {@return the fingerprint as stores keep it, or null} */
    @Nullable
    Digest digest() {
        return fingerprint == null ? null : fingerprint.digest();
    }

    /** {@return the hash of the id, and whether there is a fingerprint} */
    @Override
    public String toString() {
        return "Request[" + Key.show(id) + (fingerprint == null ? "" : ", fingerprinted") + "]";
    }

    private static String escape(String part) {
        return part.replace("~", "~0").replace("/", "~1");
    }

    /**
     * Checks an id. A store may put it into a key, so what has no unique bytes or no visible form is refused here, once.
     */
    static String requireId(String id) {
        Objects.requireNonNull(id, "requestId");
        int length = id.length();
        if (length > MAX_ID_LENGTH) {
            throw new IllegalArgumentException("requestId has " + length + " characters, at most " + MAX_ID_LENGTH
                    + " are accepted: hash it, or take a shorter key");
        }
        boolean blank = true;
        for (int i = 0; i < length; i++) {
            char c = id.charAt(i);
            if (c < ' ' || (c >= 0x7f && Character.isISOControl(c))) {
                throw new IllegalArgumentException(
                        "requestId has a control character (code " + (int) c + ") at index " + i);
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c) || i + 1 == length || !Character.isLowSurrogate(id.charAt(i + 1))) {
                    throw new IllegalArgumentException("requestId has an unpaired surrogate at index " + i);
                }
                i++;
                blank = false;
            } else if (c > ' ' && (c < 0x80 || !Character.isWhitespace(c))) {
                blank = false;
            }
        }
        if (blank) {
            throw new IllegalArgumentException(
                    "requestId is blank: without an id a request cannot be told from others");
        }
        return id;
    }
}
