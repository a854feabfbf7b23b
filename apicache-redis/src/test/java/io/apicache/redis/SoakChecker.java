package io.apicache.redis;

import io.apicache.redis.SoakEvent.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds a history against the promises. Nothing is invalidated in a soak, retention is longer than an id is asked for, and Redis loses no
 * data; so one id has one response for good. Rules without a time hold whatever the machine does; those with one look only at what
 * nothing has disturbed.
 *
 * <ul>
 *   <li>C4: after somebody was first with a greater token, no handle that begins later is accepted for a smaller one.
 *   <li>C5: no two are first with the same token; who calls after another was first has a greater one.
 *   <li>H1: all responses that were told or accepted are one; it was handled by an owner; nobody is first who calls after it was accepted.
 *   <li>W1: nobody is told "in flight" a second or more after the response was accepted.
 *   <li>W2: no call takes longer than its wait, the store's time-out, and five seconds.
 *   <li>W3: nobody is told "in flight" two leases and three seconds after the owner's process was killed, with no other owner since.
 *   <li>L1, C1: nobody is first while another owner holds its claim: alive, not told of a loss, not finished.
 * </ul>
 */
final class SoakChecker {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_ANSWER = Duration.ofSeconds(7).toNanos();

    private final long lease;
    private final List<SoakEvent> history;
    private final List<SoakEvent> disturbances;
    private final Map<String, Long> ends = new HashMap<>();
    private final List<String> violations = new ArrayList<>();

    private SoakChecker(List<SoakEvent> history, Duration lease) {
        this.lease = lease.toNanos();
        this.history = history;
        this.disturbances =
                history.stream().filter(event -> event.kind() == Kind.DISTURBED).toList();
        disturbances.stream()
                .filter(event -> event.detail().equals("killed"))
                .forEach(event -> ends.put(event.process(), event.nanos()));
    }

    /** {@return what is wrong; empty if the promises were kept} */
    static List<String> check(List<SoakEvent> history, Duration lease) {
        SoakChecker checker = new SoakChecker(history, lease);
        Map<String, List<SoakEvent>> byId = new LinkedHashMap<>();
        for (SoakEvent event : history) {
            if (event.kind() != Kind.DISTURBED) {
                byId.computeIfAbsent(event.id(), id -> new ArrayList<>()).add(event);
            }
        }
        byId.values().forEach(checker::checkOne);
        checker.noCallIsHeld();
        return checker.violations;
    }

    private void checkOne(List<SoakEvent> events) {
        Map<String, SoakEvent> calls = new HashMap<>();
        List<SoakEvent> firsts = new ArrayList<>();
        Map<Long, SoakEvent> handles = new HashMap<>();
        Set<String> brought = new HashSet<>();
        Set<Long> finished = new HashSet<>();
        SoakEvent response = null;
        SoakEvent accepted = null;
        for (SoakEvent event : events) {
            SoakEvent call = calls.get(event.process() + event.call());
            switch (event.kind()) {
                case CALL -> calls.put(event.process() + event.call(), event);
                case FIRST -> {
                    if (accepted != null && call.nanos() > accepted.nanos()) {
                        violation("H1", "was first after a response had been accepted", event, accepted);
                    }
                    for (SoakEvent before : firsts) {
                        if (before.token() == event.token()
                                || (before.nanos() < call.nanos() && before.token() > event.token())) {
                            violation("C5", "has no greater token", event, before);
                        } else if (!finished.contains(before.token())
                                && !ends.containsKey(before.process())
                                && isQuiet(before.nanos() - lease, event.nanos() + SECOND)) {
                            violation("L1", "was first while another held its claim", event, before);
                        }
                    }
                    firsts.add(event);
                }
                case HANDLE -> {
                    handles.put(event.token(), event);
                    brought.add(event.detail());
                }
                case HANDLED -> {
                    SoakEvent begun = handles.get(event.token());
                    firsts.stream()
                            .filter(other -> other.token() > event.token() && other.nanos() < begun.nanos())
                            .forEach(other -> violation("C4", "was accepted although overtaken", event, other));
                    if (response != null && !response.detail().equals(event.detail())) {
                        violation("H1", "is another response than", event, response);
                    }
                    response = response == null ? event : response;
                    accepted = accepted == null ? event : accepted;
                    finished.add(event.token());
                }
                case CACHED -> {
                    if (!brought.contains(event.detail())) {
                        violation("H1", "was told what nobody has brought", event, event);
                    }
                    if (response != null && !response.detail().equals(event.detail())) {
                        violation("H1", "is another response than", event, response);
                    }
                    response = response == null ? event : response;
                }
                case IN_FLIGHT -> {
                    if (accepted != null
                            && event.nanos() - accepted.nanos() > SECOND
                            && isQuiet(accepted.nanos() - lease, event.nanos())) {
                        violation("W1", "was told in flight although it had been handled", event, accepted);
                    }
                    orphaned(event, firsts, accepted);
                }
                case REFUSED, RELEASE, LOST, UNKNOWN -> finished.add(event.token());
                default -> {} // says nothing about others
            }
        }
    }

    private void orphaned(SoakEvent inFlight, List<SoakEvent> firsts, SoakEvent accepted) {
        SoakEvent last =
                firsts.stream().max(Comparator.comparingLong(SoakEvent::token)).orElse(null);
        Long end = last == null ? null : ends.get(last.process());
        if (end != null
                && accepted == null
                && end > last.nanos()
                && inFlight.nanos() - end > 2 * lease + 3 * SECOND
                && isQuiet(end + 3 * SECOND + 1, inFlight.nanos())) {
            violation("W3", "was told in flight although the owner was dead", inFlight, last);
        }
    }

    private void noCallIsHeld() {
        Map<String, SoakEvent> open = new HashMap<>();
        for (SoakEvent event : history) {
            String call = event.process() + " " + event.call();
            switch (event.kind()) {
                case CALL -> open.put(call, event);
                case FIRST, CACHED, IN_FLIGHT, FAILED -> {
                    SoakEvent begun = open.remove(call);
                    long longest = Long.parseLong(begun.detail()) * 1_000_000 + LONGEST_ANSWER;
                    if (event.nanos() - begun.nanos() > longest && isQuiet(begun.nanos(), event.nanos())) {
                        violation("W2", "took too long", event, begun);
                    }
                }
                default -> {} // not an answer
            }
        }
        long end = history.isEmpty() ? 0 : history.get(history.size() - 1).nanos();
        for (SoakEvent begun : open.values()) {
            long longest = Long.parseLong(begun.detail()) * 1_000_000 + LONGEST_ANSWER;
            if (!ends.containsKey(begun.process())
                    && end - begun.nanos() > longest
                    && isQuiet(begun.nanos(), begun.nanos() + longest)) {
                violation("W2", "was never answered", begun, begun);
            }
        }
    }

    /** A disturbance is said to begin a little before and to last a little longer than it does. */
    private boolean isQuiet(long from, long to) {
        return disturbances.stream()
                .noneMatch(event -> event.nanos() + 3 * SECOND > from && event.nanos() - SECOND / 10 < to);
    }

    private void violation(String promise, String what, SoakEvent event, SoakEvent other) {
        violations.add(promise + " " + what + ":\n  " + event.line() + "\n  " + other.line());
    }
}
