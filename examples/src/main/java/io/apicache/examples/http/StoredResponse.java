package io.apicache.examples.http;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A whole response: what a handler answered, what a store keeps of it, and what a client gets.
 *
 * <p><b>Thread-safety:</b> immutable, so that everybody may be given the same one.
 *
 * @param status the status code
 * @param headers in their order
 * @param body copied in and out
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copied in and out
public record StoredResponse(int status, List<Header> headers, byte[] body) {

    /** Marks a response that was not made for this request. */
    static final Header REPLAYED = new Header("Idempotent-Replayed", "true");

    /** Belong to one connection or one message (RFC 9110, 7.6.1), or to this filter: never kept. */
    private static final Set<String> OF_ONE_MESSAGE = Set.of(
            "connection",
            "content-length",
            "date",
            "idempotent-replayed",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authentication-info",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** Copies. */
    public StoredResponse {
        headers = List.copyOf(headers);
        body = body.clone();
    }

    @Override
    public byte[] body() {
        return body.clone();
    }

    int length() {
        return body.length;
    }

    /** {@return the first value of a field, or null} */
    @Nullable
    String header(String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst()
                .orElse(null);
    }

    /** {@return the response with one more field} */
    StoredResponse with(Header header) {
        return new StoredResponse(
                status, Stream.concat(headers.stream(), Stream.of(header)).toList(), body);
    }

    /** {@return the response without fields that are for the filter only} */
    StoredResponse without(String name) {
        return filtered(header -> !header.name().equalsIgnoreCase(name));
    }

    /** {@return what may be sent again, to anybody who may send the request again} */
    StoredResponse replayable(Set<String> withheld) {
        Set<String> dropped = new HashSet<>(OF_ONE_MESSAGE);
        dropped.addAll(withheld);
        headers.stream()
                .filter(header -> header.key().equals("connection"))
                .flatMap(header -> Arrays.stream(header.value().split(",", -1)))
                .forEach(name -> dropped.add(name.strip().toLowerCase(Locale.ROOT)));
        return filtered(header -> !dropped.contains(header.key()));
    }

    private StoredResponse filtered(Predicate<Header> keeps) {
        return new StoredResponse(status, headers.stream().filter(keeps).toList(), body);
    }

    /** {@return sizes, nothing of the content} */
    @Override
    public String toString() {
        return "StoredResponse[" + status + ", " + headers.size() + " headers, " + body.length + " bytes]";
    }
}
