package io.apicache.benchmarks.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;

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

    private static final SplittableRandom RANDOM = new SplittableRandom(42);

    /** What was timed: each answer, and all of them where throughput is of interest. */
    static final class Times {

        private final long[] sorted;
        private final long spanNanos;

        private Times(long[] nanos, long spanNanos) {
            sorted = nanos.clone();
            Arrays.sort(sorted);
            this.spanNanos = spanNanos;
        }

        static Times of(long... nanos) {
            return new Times(nanos, 0);
        }

        /** From the first call to the last answer. */
        Times within(long nanos) {
            return new Times(sorted, nanos);
        }

        /** {@return the time within which so many of a hundred answers came, in microseconds} */
        double micros(int percent) {
            return sorted[Math.min(sorted.length * percent / 100, sorted.length - 1)] / 1e3;
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

    /** The work ends at a random moment of an interval of 50 ms, so that whoever looks at intervals is neither lucky nor unlucky. */
    static Scenario wakeUp(int times) {
        Herd one = new Herd(1, 1);
        return new Scenario(
                "wake-up",
                "wake-up: from the end of the work in one process until a waiter in another has the response",
                times,
                (fleet, id) -> {
                    long[] nanos = new long[times];
                    for (int i = 0; i < times; i++) {
                        nanos[i] = one.run(fleet, id + "-" + i, 60 + RANDOM.nextLong(50))[0];
                    }
                    return Times.of(nanos);
                });
    }

    /** The process of an owner is killed. */
    static Scenario takeover() {
        return new Scenario(
                "takeover",
                "takeover: from the kill of the owner's process until a waiter in another, ready to wait for "
                        + UNTIL_GIVEN_UP.toSeconds() + " s, has done the work",
                1,
                new Steps() {
                    @Override
                    public Times run(Fleet fleet, String id) throws InterruptedException {
                        fleet.worker(0).order("hold", id);
                        fleet.worker(0).answer("holding");
                        fleet.worker(1).order("wait", id, 1, UNTIL_GIVEN_UP.toMillis());
                        fleet.worker(1).answer("waiting");
                        Thread.sleep(500 + RANDOM.nextLong(1_000)); // at any moment between two renewals
                        long killed = fleet.kill(0);
                        String[] woken = fleet.worker(1).answer("woken");
                        if (!woken[0].equals("1")) {
                            throw new IllegalStateException(fleet.peer().title() + " has not taken over " + id);
                        }
                        return Times.of(Long.parseLong(woken[1]) - killed);
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
