package io.apicache.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One line of a soak's history. Times are {@link System#nanoTime()}, which on Linux is one clock for all processes of a machine.
 *
 * @param nanos when
 * @param process in which process, by a name that no other start of a process has
 * @param call which call: a name in that process
 * @param kind what
 * @param id of which request
 * @param detail the response, the outcome, or the longest wait in milliseconds
 * @param token of which claim, or 0
 */
record SoakEvent(long nanos, String process, String call, Kind kind, String id, String detail, long token) {

    /** What happened. */
    enum Kind {
        /** A call begins; the detail is its longest wait. */
        CALL,
        /** It is the first: the token. */
        FIRST,
        /** It is told the response in the detail. */
        CACHED,
        /** It is told that somebody is at work. */
        IN_FLIGHT,
        /** It failed; the detail is the outcome. */
        FAILED,
        /** An owner begins to handle with the response in the detail. */
        HANDLE,
        /** The handle was accepted. */
        HANDLED,
        /** The handle was refused: the claim was lost. */
        REFUSED,
        /** Nobody knows what became of the handle or the release. */
        UNKNOWN,
        /** An owner begins to give its claim back. */
        RELEASE,
        /** An owner is told that its claim is lost. */
        LOST,
        /** The process was killed, or something began that disturbs everybody; written by whoever did it. */
        DISTURBED
    }

    String line() {
        return nanos + " " + process + " " + call + " " + kind + " " + id + " " + token + " " + detail;
    }

    static SoakEvent parse(String line) {
        String[] words = line.split(" ", 7);
        return new SoakEvent(
                Long.parseLong(words[0]),
                words[1],
                words[2],
                Kind.valueOf(words[3]),
                words[4],
                words[6],
                Long.parseLong(words[5]));
    }

    /** {@return what all processes have written, in the order of time} The last line of one that was killed may be torn. */
    static List<SoakEvent> read(Path directory) throws IOException {
        List<SoakEvent> history = new ArrayList<>();
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String text = Files.readString(file);
                text.substring(0, text.lastIndexOf('\n') + 1)
                        .lines()
                        .map(SoakEvent::parse)
                        .forEach(history::add);
            }
        }
        history.sort(Comparator.comparingLong(SoakEvent::nanos));
        return history;
    }
}
