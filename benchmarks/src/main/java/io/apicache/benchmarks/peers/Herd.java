package io.apicache.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Many callers of one id, in some of the processes.
 *
 * @param waiters in all
 * @param processes in which they are
 */
record Herd(int waiters, int processes) implements Scenario.Steps {

    private static final SplittableRandom RANDOM = new SplittableRandom(43);
    private static final int WAIT_MILLIS = 60_000;

    /** After the last of them was started, the work goes on for no longer than this: some of the peers do not renew their locks. */
    private static final int LONGEST_MILLIS = 2_000;

    static Scenario scenario(int waiters, int processes) {
        return new Scenario(
                "herd-" + waiters + "-in-" + processes,
                "herd: from the end of the work until each of " + waiters + " waiters on one id in " + processes
                        + (processes == 1 ? " process" : " processes") + " has the response",
                waiters,
                new Herd(waiters, processes));
    }

    @Override
    public Scenario.Times run(Fleet fleet, String id) throws InterruptedException {
        int untilAllWait = Math.min(300 + waiters, LONGEST_MILLIS);
        return Scenario.Times.of(run(fleet, id, untilAllWait + RANDOM.nextLong(50)));
    }

    /**
     * Does it once.
     *
     * @param moreMillis how long the work goes on when all waiters have been started
     * @return for each waiter, how long after the end of the work it had the response
     */
    long[] run(Fleet fleet, String id, long moreMillis) throws InterruptedException {
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
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < processes; i++) {
            String[] woken = fleet.worker(fleet.size() - 1 - i).answer("woken");
            if (!woken[0].equals("0")) {
                throw new IllegalStateException(fleet.peer().title() + " has done the work of " + id + " twice");
            }
            for (long at : Scenario.numbers(woken, 1)) {
                nanos.add(at - finished);
            }
        }
        return nanos.stream().mapToLong(Long::longValue).toArray();
    }
}
