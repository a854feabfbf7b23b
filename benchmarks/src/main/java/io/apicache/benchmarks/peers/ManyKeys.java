package io.apicache.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Many ids at a time, each with some callers that are spread over the processes. Each process asks in another order, so that some come
 * first, some wait, and some come late.
 *
 * @param keys how many ids
 * @param processes which share the callers
 */
record ManyKeys(int keys, int processes) implements Scenario.Steps {

    private static final int CALLERS = 4;
    private static final int THREADS = 64;
    private static final int WORK_MILLIS = 5;
    private static final long SEED = 4711;

    static Scenario scenario(int keys, int processes) {
        return new Scenario(
                "many-keys",
                "many keys: " + keys + " ids with " + CALLERS + " callers each and " + WORK_MILLIS + " ms of work, "
                        + THREADS + " threads in each of " + processes + " processes",
                keys * CALLERS,
                new ManyKeys(keys, processes));
    }

    @Override
    public Scenario.Times run(Fleet fleet, String id) throws InterruptedException {
        for (int i = 0; i < processes; i++) {
            fleet.worker(i).order("many", id + "-", keys, CALLERS / processes, THREADS, WORK_MILLIS, SEED + i);
        }
        long executions = 0;
        long from = Long.MAX_VALUE;
        long to = Long.MIN_VALUE;
        List<long[]> nanos = new ArrayList<>();
        for (int i = 0; i < processes; i++) {
            long[] done = Scenario.numbers(fleet.worker(i).answer("done"), 0);
            executions += done[0];
            from = Math.min(from, done[1]);
            to = Math.max(to, done[2]);
            nanos.add(LongStream.of(done).skip(3).toArray());
        }
        // Every call got the right answer, so no id was left out: as many executions as ids means one each.
        if (executions != keys) {
            throw new IllegalStateException(
                    fleet.peer().title() + " has done the work of " + keys + " ids " + executions + " times");
        }
        long[] all = nanos.stream().flatMapToLong(LongStream::of).toArray();
        return Scenario.Times.of(all).within(to - from);
    }
}
