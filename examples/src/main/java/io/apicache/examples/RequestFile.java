package io.apicache.examples;

import io.apicache.Request;
import io.apicache.examples.http.KeyHeader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Requests to replay, one per line, six fields separated by tabs: milliseconds since the start, tenant, idempotency key, milliseconds of
 * work, behaviour, body. Lines that begin with a number sign are comments.
 */
final class RequestFile {

    private static final int FIELDS = 6;
    private static final int LONGEST_MILLIS = 600_000;

    /** What happens to a request besides being sent. */
    enum Behaviour {
        /** Nothing. */
        PLAIN,
        /** The client gives up early and tries again, while the server goes on. */
        TIMEOUT,
        /** The server that gets it first dies in the middle of the work. */
        CRASH,
        /** The key was used before for another payload: must be refused. */
        MISMATCH
    }

    /** One request of the file. */
    record Line(int number, int atMillis, String tenant, String key, int workMillis, Behaviour behaviour, String body) {

        String requestId() {
            return Request.idOf(PaymentServer.OPERATION, tenant, key);
        }
    }

    private RequestFile() {}

    /**
     * Reads requests.
     *
     * @throws IllegalArgumentException that names the line, what is wrong with it, and what is expected
     */
    static List<Line> parse(List<String> text) {
        List<Line> lines = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < text.size(); i++) {
            String line = text.get(i);
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            Line parsed = parse(i + 1, line.split("\t", -1));
            if (!seen.add(parsed.requestId()) || parsed.behaviour() != Behaviour.MISMATCH) {
                lines.add(parsed);
            } else {
                throw wrong(i + 1, "a mismatch needs an earlier line with the same tenant and key");
            }
        }
        if (lines.isEmpty()) {
            throw new IllegalArgumentException(
                    "the file has no request: expected lines of " + FIELDS + " fields separated by tabs");
        }
        return lines;
    }

    private static Line parse(int number, String[] fields) {
        if (fields.length != FIELDS) {
            throw wrong(number, "expected " + FIELDS + " fields separated by tabs, found " + fields.length);
        }
        String key = fields[2];
        if (fields[1].isBlank() || key.isBlank()) {
            throw wrong(number, "tenant and key must not be blank");
        }
        if (KeyHeader.of(List.of(KeyHeader.quoted(key))) instanceof KeyHeader.Malformed malformed) {
            throw wrong(number, "field 3 (key) cannot be sent as an Idempotency-Key: " + malformed.reason());
        }
        return new Line(
                number,
                millis(number, "field 1 (start)", fields[0]),
                fields[1],
                key,
                millis(number, "field 4 (work)", fields[3]),
                behaviour(number, fields[4]),
                fields[5]);
    }

    private static int millis(int number, String field, String text) {
        try {
            int millis = Integer.parseInt(text);
            if (millis >= 0 && millis <= LONGEST_MILLIS) {
                return millis;
            }
        } catch (NumberFormatException e) {
            throw wrong(number, field + " is '" + text + "', expected milliseconds from 0 to " + LONGEST_MILLIS);
        }
        throw wrong(number, field + " is " + text + ", expected milliseconds from 0 to " + LONGEST_MILLIS);
    }

    private static Behaviour behaviour(int number, String text) {
        for (Behaviour behaviour : Behaviour.values()) {
            if (behaviour.name().toLowerCase(Locale.ROOT).equals(text)) {
                return behaviour;
            }
        }
        throw wrong(number, "field 5 (behaviour) is '" + text + "', expected plain, timeout, crash or mismatch");
    }

    private static IllegalArgumentException wrong(int number, String what) {
        return new IllegalArgumentException("line " + number + ": " + what);
    }
}
