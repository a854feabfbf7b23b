package io.apicache.benchmarks.peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

    private static final SplittableRandom RANDOM = new SplittableRandom(42);

    /** What is done before the measurement, and then for it. */
    interface Steps {
        default void prepare(Fleet fleet, String id) throws IOException, InterruptedException {}

        /** {@return one time for each answer, in nanoseconds} */
        long[] run(Fleet fleet, String id) throws IOException, InterruptedException;

        /** What is done after it. */
        default void tidyUp(Fleet fleet) throws IOException, InterruptedException {}
    }

    static Scenario replay(int calls) {
        return new Scenario("replay", "replay: a call for an id that has a response", calls, new Steps() {
            @Override
            public void prepare(Fleet fleet, String id) throws InterruptedException {
                fleet.worker(0).order("replay", id, 1);
                fleet.worker(0).answer("times");
            }

            @Override
            public long[] run(Fleet fleet, String id) throws InterruptedException {
                fleet.worker(0).order("replay", id, calls);
                return numbers(fleet.worker(0).answer("times"), 0);
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
                    return numbers(fleet.worker(0).answer("times"), 0);
                });
    }

    /** The work ends at a random moment of an interval of 50 ms, so that whoever looks at intervals is neither lucky nor unlucky. */
    static Scenario wakeUp(int times) {
        return new Scenario(
                "wake-up",
                "wake-up: from the end of the work in one process until a waiter in another has the response",
                times,
                (fleet, id) -> {
                    long[] nanos = new long[times];
                    for (int i = 0; i < times; i++) {
                        nanos[i] = herd(fleet, id + "-" + i, 1, 1, 60 + RANDOM.nextLong(50))[0];
                    }
                    return nanos;
                });
    }

    /** Many callers of one id, in some of the processes. */
    static Scenario herd(int waiters, int processes) {
        return new Scenario(
                "herd-" + waiters + "-in-" + processes,
                "herd: from the end of the work until each of " + waiters + " waiters on one id in " + processes
                        + (processes == 1 ? " process" : " processes") + " has the response",
                waiters,
                (fleet, id) ->
                        herd(fleet, id, waiters, processes, 300 + Math.min(waiters, 1_000) + RANDOM.nextLong(50)));
    }

    private static long[] herd(Fleet fleet, String id, int waiters, int processes, long workMillis)
            throws InterruptedException {
        WorkerProcess owner = fleet.worker(0);
        owner.order("hold", id, workMillis);
        owner.answer("holding");
        for (int i = 0; i < processes; i++) {
            WorkerProcess worker = fleet.worker(fleet.size() - 1 - i);
            worker.order("wait", id, waiters / processes, 60_000);
            worker.answer("waiting");
        }
        long finished = Long.parseLong(owner.answer("finished")[0]);
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < processes; i++) {
            String[] woken = fleet.worker(fleet.size() - 1 - i).answer("woken");
            if (!woken[0].equals("0")) {
                throw new IllegalStateException(fleet.peer().title() + " has done the work of " + id + " twice");
            }
            for (long at : numbers(woken, 1)) {
                nanos.add(at - finished);
            }
        }
        return nanos.stream().mapToLong(Long::longValue).toArray();
    }

    /** The process of an owner is killed. */
    static Scenario takeover() {
        return new Scenario(
                "takeover",
                "takeover: from the kill of the owner's process until a waiter in another has done the work",
                1,
                new Steps() {
                    @Override
                    public long[] run(Fleet fleet, String id) throws InterruptedException {
                        fleet.worker(0).order("hold", id, 600_000);
                        fleet.worker(0).answer("holding");
                        fleet.worker(1).order("wait", id, 1, 60_000);
                        fleet.worker(1).answer("waiting");
                        Thread.sleep(500 + RANDOM.nextLong(1_000)); // at any moment between two renewals
                        long killed = fleet.kill(0);
                        String[] woken = fleet.worker(1).answer("woken");
                        if (!woken[0].equals("1")) {
                            throw new IllegalStateException(fleet.peer().title() + " has not taken over " + id);
                        }
                        return new long[] {Long.parseLong(woken[1]) - killed};
                    }

                    @Override
                    public void tidyUp(Fleet fleet) throws IOException, InterruptedException {
                        fleet.replace(0);
                    }
                });
    }

    private static long[] numbers(String[] words, int from) {
        return Arrays.stream(words).skip(from).mapToLong(Long::parseLong).toArray();
    }
}
