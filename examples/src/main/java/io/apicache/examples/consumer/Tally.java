package io.apicache.examples.consumer;

import io.apicache.ApiCacheListener;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What has happened. Safe for use by many threads. */
final class Tally implements ApiCacheListener {

    /** What went wrong, in words. */
    final Queue<String> violations = new ConcurrentLinkedQueue<>();

    private final Map<Object, AtomicInteger> counts = new ConcurrentHashMap<>();

    private record Executed(String paymentId) {}

    private record Excused(String paymentId) {}

    private record DeadLetter(String paymentId) {}

    void delivered(Result result) {
        count(result);
    }

    void executed(String paymentId) {
        count(new Executed(paymentId));
        count(Executed.class);
    }

    void booked(Ledger.Booking booking) {
        count(booking);
    }

    void died(Step step, String paymentId) {
        count(step);
        if (step == Step.HANDLE) {
            count(new Excused(paymentId));
        }
    }

    void deadLetter(String paymentId) {
        count(new DeadLetter(paymentId));
        count(DeadLetter.class);
    }

    @Override
    public void leaseLost(String requestId) {
        count(new Excused(requestId.substring(requestId.indexOf('/') + 1)));
    }

    /** {@return how often this was counted} */
    int of(Enum<?> resultStepOrBooking) {
        return countOf(resultStepOrBooking);
    }

    int deadLetters() {
        return countOf(DeadLetter.class);
    }

    int deadLettersOf(String paymentId) {
        return countOf(new DeadLetter(paymentId));
    }

    int executions() {
        return countOf(Executed.class);
    }

    int executionsOf(String paymentId) {
        return countOf(new Executed(paymentId));
    }

    /** {@return how many executions more than one are to be expected: an owner died before it could handle, or lost its lease} */
    int excusesOf(String paymentId) {
        return countOf(new Excused(paymentId));
    }

    /** {@return how many messages the broker is rid of} */
    int settled() {
        return of(Result.HANDLED) + of(Result.REPLAYED) + deadLetters();
    }

    /** {@return how often a message was delivered} */
    int deliveries() {
        int deliveries = 0;
        for (Result result : Result.values()) {
            deliveries += result == Result.NOTHING ? 0 : of(result);
        }
        return deliveries + crashes();
    }

    /** {@return how often a consumer died} */
    int crashes() {
        int crashes = 0;
        for (Step step : Step.values()) {
            crashes += of(step);
        }
        return crashes;
    }

    private void count(Object what) {
        counts.computeIfAbsent(what, first -> new AtomicInteger()).incrementAndGet();
    }

    private int countOf(Object what) {
        AtomicInteger count = counts.get(what);
        return count == null ? 0 : count.get();
    }
}
