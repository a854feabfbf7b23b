package io.apicache.examples.http;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Why a request gets no response of its handler, told as of RFC 9457. */
enum Problem {
    KEY_MISSING(
            400, "Idempotency-Key is missing", "Send a key that is made once for the operation with every try of it."),
    KEY_MALFORMED(400, "Idempotency-Key is malformed", "The field cannot be read"),
    OUTSTANDING(409, "A request is outstanding for this Idempotency-Key", "Send the same request again after a while."),
    BODY_TOO_LARGE(413, "The body is too large", "Nothing was done, and the key is still free."),
    KEY_REUSED(
            422,
            "Idempotency-Key is already used",
            "The first request with this key had another method, path, query or body. A new operation needs a new key."),
    FAILED(500, "The request failed", "No response was kept: the same request may be sent again."),
    RESPONSE_NOT_KEPT(
            500,
            "The response was not kept",
            "The request was carried out once. Its response was too large to be kept, and cannot be sent again."),
    RECORD_UNREADABLE(
            500,
            "The record of this Idempotency-Key cannot be read",
            "Nothing was done, since nobody can tell whether it was done before."),
    UNAVAILABLE(
            503, "Requests cannot be protected now", "Nothing was done. Send the same request again after a while.");

    /** Retry-After where nobody knows better. */
    static final Header SOON = new Header("Retry-After", "1");

    private final int status;
    private final String title;
    private final String detail;

    Problem(int status, String title, String detail) {
        this.status = status;
        this.title = title;
        this.detail = detail;
    }

    /** {@return the name of this kind of problem, the last part of its type} */
    private String fragment() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    StoredResponse response(URI documentation) {
        return response(documentation, detail);
    }

    /** {@return the response, with a closer reason than that of all problems of its kind} */
    StoredResponse because(URI documentation, String reason) {
        return response(documentation, detail + ": " + reason + ".");
    }

    private StoredResponse response(URI documentation, String text) {
        String json = "{\"type\":" + quoted(documentation + "#" + fragment()) + ",\"title\":" + quoted(title)
                + ",\"status\":" + status + ",\"detail\":" + quoted(text) + "}";
        List<Header> headers = List.of(
                new Header("Content-Type", "application/problem+json"),
                new Header("Content-Language", "en"),
                describedBy(documentation));
        return new StoredResponse(status, headers, json.getBytes(StandardCharsets.UTF_8));
    }

    /** {@return the field that points to what the server says about its keys} */
    static Header describedBy(URI documentation) {
        return new Header("Link", "<" + documentation + ">; rel=\"describedby\"");
    }

    /** All texts are ours: quotes and backslashes are the most that they hold. */
    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
