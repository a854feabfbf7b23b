package io.apicache.examples.http;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * What holds for one operation. Starts from {@link #required}, {@link #recommended} or {@link #OFF}; each further method gives changed
 * rules.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param operation its name, part of every request id; two routes of one name share their keys
 * @param need what becomes of a request without a key
 * @param maxWait how long a duplicate waits for the first one; with zero it gets 409 at once, as the draft has it
 * @param keepFor how long a response is replayed
 * @param keeps which statuses are kept; a request whose response is not kept runs again when it is retried
 * @param maxBody the longest body of a request, in bytes
 * @param maxResponse the longest body of a response that is kept, in bytes
 * @param withheld names of fields that only the first caller gets, in lower case
 */
public record IdempotencyRules(
        String operation,
        Need need,
        Duration maxWait,
        Duration keepFor,
        IntPredicate keeps,
        int maxBody,
        int maxResponse,
        Set<String> withheld) {

    /** What becomes of a request without a key. */
    public enum Need {
        /** It is refused. */
        REQUIRED,
        /** It runs without protection, and the response points to the documentation. */
        RECOMMENDED,
        /** Keys are not looked at. */
        OFF
    }

    /** For every request that no route is for. */
    public static final IdempotencyRules OFF = rules("off", Need.OFF);

    /** Checks and copies. */
    public IdempotencyRules {
        if (operation.isBlank() || operation.length() > 100) {
            throw new IllegalArgumentException("operation must have 1 to 100 characters");
        }
        if (maxWait.isNegative() || keepFor.isNegative()) {
            throw new IllegalArgumentException("maxWait and keepFor must not be negative: " + maxWait + ", " + keepFor);
        }
        if (maxBody < 0 || maxBody == Integer.MAX_VALUE || maxResponse < 0) {
            throw new IllegalArgumentException("maxBody and maxResponse must be less than 2 GiB and not negative");
        }
        Objects.requireNonNull(keeps, "keeps");
        withheld = withheld.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    private static IdempotencyRules rules(String operation, Need need) {
        return new IdempotencyRules(
                operation,
                need,
                Duration.ofSeconds(2),
                Duration.ofHours(24),
                IdempotencyRules::isAnswer,
                1 << 20,
                1 << 20,
                Set.of("set-cookie"));
    }

    /** {@return rules that refuse a request without a key} */
    public static IdempotencyRules required(String operation) {
        return rules(operation, Need.REQUIRED);
    }

    /** {@return rules that protect a request only if it has a key} */
    public static IdempotencyRules recommended(String operation) {
        return rules(operation, Need.RECOMMENDED);
    }

    /** Says what an operation has decided: not that it failed (5xx), and not that it was not begun (408, 425, 429). */
    private static boolean isAnswer(int status) {
        return status < 500 && status != 408 && status != 425 && status != 429;
    }

    /** {@return with another longest wait, which should be less than the clients' time-out} */
    public IdempotencyRules maxWait(Duration longest) {
        return new IdempotencyRules(operation, need, longest, keepFor, keeps, maxBody, maxResponse, withheld);
    }

    /** {@return with another time for which responses are replayed} */
    public IdempotencyRules keepFor(Duration time) {
        return new IdempotencyRules(operation, need, maxWait, time, keeps, maxBody, maxResponse, withheld);
    }

    /** {@return with other statuses whose responses are kept} */
    public IdempotencyRules keeps(IntPredicate statuses) {
        return new IdempotencyRules(operation, need, maxWait, keepFor, statuses, maxBody, maxResponse, withheld);
    }

    /** {@return with another longest body of a request, in bytes} */
    public IdempotencyRules maxBody(int bytes) {
        return new IdempotencyRules(operation, need, maxWait, keepFor, keeps, bytes, maxResponse, withheld);
    }

    /** {@return with another longest body of a response that is kept, in bytes} */
    public IdempotencyRules maxResponse(int bytes) {
        return new IdempotencyRules(operation, need, maxWait, keepFor, keeps, maxBody, bytes, withheld);
    }

    /** {@return with other fields that only the first caller gets} */
    public IdempotencyRules withholding(String... names) {
        return new IdempotencyRules(operation, need, maxWait, keepFor, keeps, maxBody, maxResponse, Set.of(names));
    }
}
