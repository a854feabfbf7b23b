package io.apicache.redis.server;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Finds where a request or a reply ends in a stream of RESP2 or RESP3, without keeping what it has seen. Not for the
 * streamed types of RESP3, which Redis does not send.
 */
final class RespScanner {

    private static final String WITH_BODY = "$=!";
    private static final String LISTS = "*~>";
    private static final String PAIRS = "%|";

    /** How many elements are still to come, of the aggregates that are open; the innermost is on top. */
    private final Deque<Long> open = new ArrayDeque<>();

    private final StringBuilder header = new StringBuilder();
    private long body;
    private boolean atStart = true;

    /** Whether the next byte is the first one of a request or reply. */
    boolean isAtStart() {
        return atStart;
    }

    /** Reads on, and returns the index behind the last byte that belongs to the current request or reply. */
    int advance(byte[] bytes, int from, int to) {
        atStart = false;
        int at = from;
        while (at < to && !atStart) {
            if (body > 0) {
                int taken = (int) Math.min(body, to - at);
                at += taken;
                body -= taken;
                if (body == 0) {
                    elementEnds();
                }
            } else {
                headerByte(bytes[at]);
                at++;
            }
        }
        return at;
    }

    private void headerByte(byte next) {
        if (next != '\n') {
            header.append((char) (next & 0xff));
            return;
        }
        String line = header.toString().strip();
        header.setLength(0);
        char type = line.isEmpty() ? ' ' : line.charAt(0);
        if (WITH_BODY.indexOf(type) >= 0 && number(line) >= 0) {
            body = number(line) + 2;
        } else if (LISTS.indexOf(type) >= 0 && number(line) > 0) {
            open.push(number(line));
        } else if (PAIRS.indexOf(type) >= 0 && number(line) > 0) {
            // An attribute goes before an element and is none itself.
            open.push(2 * number(line) + (type == '|' ? 1 : 0));
        } else {
            elementEnds();
        }
    }

    private void elementEnds() {
        while (!open.isEmpty()) {
            long left = open.pop() - 1;
            if (left > 0) {
                open.push(left);
                return;
            }
        }
        atStart = true;
    }

    private static long number(String line) {
        return Long.parseLong(line.substring(1));
    }
}
