package io.apicache.benchmarks.peers;

import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Many callers of one id, in some of the processes.
 *
 * @param waiters in all
 * @param processes in which they are
 */
record Herd(int waiters, int processes) implements Scenario.Steps {

    private static final SplittableRandom RANDOM = new SplittableRandom(43);
    private static final int WAIT_MILLIS = 60_000;

    /** The work ends at a random moment of so long, so that whoever looks at intervals is neither lucky nor unlucky. */
    static final int BY_CHANCE_MILLIS = 50;

    /** The work goes on for no longer than this after the last of them was started: some of the peers do not renew their locks. */
    private static final int LONGEST_MILLIS = 2_000;

    static Scenario scenario(int waiters, int processes) {
        return new Scenario(
                "herd-" + waiters + "-in-" + processes,
                "herd: from the end of the work until each of " + waiters + " waiters on one id in " + processes
                        + (processes == 1 ? " process" : " processes")
                        + " has the response; the work goes on for " + workMillis(waiters) + " to "
                        + (workMillis(waiters) + BY_CHANCE_MILLIS) + " ms after all waiters have been started",
                waiters,
                new Herd(waiters, processes));
    }

    private static int workMillis(int waiters) {
        return Math.min(300 + waiters, LONGEST_MILLIS);
    }

    @Override
    public Scenario.Times run(Fleet fleet, String id) throws InterruptedException {
        return run(fleet, id, workMillis(waiters) + RANDOM.nextLong(BY_CHANCE_MILLIS));
    }

    /**
     * Does it once.
     *
     * @param moreMillis how long the work goes on when all waiters have been started
     * @return for each waiter, how long after the end of the work it had the response
     */
    Scenario.Times run(Fleet fleet, String id, long moreMillis) throws InterruptedException {
        WorkerProcess owner = fleet.worker(0);
        owner.order("hold", id);
        owner.answer("holding");
        for (int i = 0; i < processes; i++) {
            WorkerProcess worker = fleet.worker(fleet.size() - 1 - i);
            worker.order("wait", id, waiters / processes, WAIT_MILLIS);
            worker.answer("waiting");
        }
        Thread.sleep(moreMillis);
        owner.order("finish");
        long finished = Long.parseLong(owner.answer("finished")[0]);
        int late = 0;
        LongStream.Builder nanos = LongStream.builder();
        for (int i = 0; i < processes; i++) {
            Woken woken = Woken.of(fleet.worker(fleet.size() - 1 - i));
            if (woken.executions() != 0) {
                throw new IllegalStateException(fleet.peer().title() + " has done the work of " + id + " twice");
            }
            late += woken.late(finished);
            LongStream.of(woken.answered()).forEach(at -> nanos.add(at - finished));
        }
        return Scenario.Times.of(nanos.build().toArray()).withLate(late);
    }
}
