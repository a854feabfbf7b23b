package io.apicache.benchmarks.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Something that is measured: done by real processes, over a real Redis, and checked to be right while it is timed.
 *
 * @param name short
 * @param title for people, with what is timed
 * @param operations how many requests are answered by one run
 * @param steps what is done
 */
record Scenario(String name, String title, int operations, Steps steps) {

    /** How long a waiter is ready to wait for an owner that dies. */
    private static final Duration UNTIL_GIVEN_UP = Peer.LEASE.multipliedBy(4);

    /** How long a waiter has waited when the owner dies: leases that are renewed for longer would use up what it is ready to wait. */
    private static final int WAITS_MILLIS = 500;

    private static final int WAKE_UP_MILLIS = 60;

    private static final SplittableRandom RANDOM = new SplittableRandom(42);

    /** What was timed: each answer, and all of them where throughput is of interest. */
    static final class Times {

        private final long[] sorted;
        private final long spanNanos;
        private final int late;

        private Times(long[] nanos, long spanNanos, int late) {
            sorted = nanos.clone();
            Arrays.sort(sorted);
            this.spanNanos = spanNanos;
            this.late = late;
        }

        static Times of(long... nanos) {
            return new Times(nanos, 0, 0);
        }

        /** From the first call to the last answer. */
        Times within(long nanos) {
            return new Times(sorted, nanos, late);
        }

        /** So many were to wait, and called when there was nothing to wait for. */
        Times withLate(int callers) {
            return new Times(sorted, spanNanos, callers);
        }

        /** Both of them. */
        Times and(Times more) {
            long[] all = LongStream.concat(LongStream.of(sorted), LongStream.of(more.sorted))
                    .toArray();
            return new Times(all, 0, late + more.late);
        }

        int late() {
            return late;
        }

        int size() {
            return sorted.length;
        }

        /** {@return the time within which so many of a hundred answers came, in microseconds; unknown if 99 of fewer} */
        double micros(int percent) {
            if (percent == 99 && sorted.length < 100) {
                return Double.NaN;
            }
            return sorted[(int) Math.ceil(sorted.length * percent / 100.0) - 1] / 1e3;
        }

        /** {@return zero if the span is of no interest} */
        double answersPerSecond() {
            return spanNanos == 0 ? 0 : sorted.length * 1e9 / spanNanos;
        }
    }

    /** What is done before the measurement, for it, and after it. */
    interface Steps {
        default void prepare(Fleet fleet, String id) throws IOException, InterruptedException {}

        Times run(Fleet fleet, String id) throws IOException, InterruptedException;

        default void tidyUp(Fleet fleet) throws IOException, InterruptedException {}

        /** {@return whether a process is replaced afterwards, by one that is cold} */
        default boolean killsAProcess() {
            return false;
        }
    }

    static Scenario replay(int calls) {
        return new Scenario("replay", "replay: a call for an id that has a response", calls, new Steps() {
            @Override
            public void prepare(Fleet fleet, String id) throws InterruptedException {
                fleet.worker(0).order("replay", id, 1);
                fleet.worker(0).answer("times");
            }

            @Override
            public Times run(Fleet fleet, String id) throws InterruptedException {
                fleet.worker(0).order("replay", id, calls);
                return Times.of(numbers(fleet.worker(0).answer("times"), 0));
            }
        });
    }

    static Scenario firstSeen(int calls) {
        return new Scenario(
                "first-seen",
                "first seen: a call for a new id, work that takes no time, and its response stored",
                calls,
                (fleet, id) -> {
                    fleet.worker(0).order("first", id + "-", calls);
                    return Times.of(numbers(fleet.worker(0).answer("times"), 0));
                });
    }

    static Scenario wakeUp(int times) {
        Herd one = new Herd(1, 1);
        return new Scenario(
                "wake-up",
                "wake-up: from the end of the work in one process until a waiter in another has the response; the work goes on for "
                        + WAKE_UP_MILLIS + " to " + (WAKE_UP_MILLIS + Herd.BY_CHANCE_MILLIS)
                        + " ms after the waiter has been started",
                times,
                (fleet, id) -> {
                    Times all = Times.of();
                    for (int i = 0; i < times; i++) {
                        all = all.and(
                                one.run(fleet, id + "-" + i, WAKE_UP_MILLIS + RANDOM.nextLong(Herd.BY_CHANCE_MILLIS)));
                    }
                    return all;
                });
    }

    /** The process of an owner is killed, at any moment between two renewals where there are any. */
    static Scenario takeover() {
        return new Scenario(
                "takeover",
                "takeover: from the kill of the owner's process until a waiter in another, ready to wait for "
                        + UNTIL_GIVEN_UP.toSeconds()
                        + " s, has done the work; the owner has held it for 1 to 3 leases where that is renewed, else for 0.5 to 1.5 s",
                1,
                new Steps() {
                    @Override
                    public Times run(Fleet fleet, String id) throws InterruptedException {
                        fleet.worker(0).order("hold", id);
                        fleet.worker(0).answer("holding");
                        long lease = Peer.LEASE.toMillis();
                        boolean renews = fleet.peer().renews();
                        long held = renews ? RANDOM.nextLong(lease, 3 * lease) : RANDOM.nextLong(500, 1_500);
                        Thread.sleep(held - WAITS_MILLIS);
                        fleet.worker(1).order("wait", id, 1, UNTIL_GIVEN_UP.toMillis());
                        fleet.worker(1).answer("waiting");
                        Thread.sleep(WAITS_MILLIS);
                        long killed = fleet.kill(0);
                        Woken woken = Woken.of(fleet.worker(1));
                        if (woken.executions() != 1) {
                            throw new IllegalStateException(fleet.peer().title() + " has not taken over " + id);
                        }
                        return Times.of(woken.answered()[0] - killed).withLate(woken.late(killed));
                    }

                    @Override
                    public boolean killsAProcess() {
                        return true;
                    }

                    @Override
                    public void tidyUp(Fleet fleet) throws IOException, InterruptedException {
                        fleet.replace(0);
                    }
                });
    }

    static long[] numbers(String[] words, int from) {
        return Arrays.stream(words).skip(from).mapToLong(Long::parseLong).toArray();
    }
}
