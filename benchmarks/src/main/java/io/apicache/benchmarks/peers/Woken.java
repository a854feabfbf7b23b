package io.apicache.benchmarks.peers;

import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What a {@link Worker} says when its callers have been woken.
 *
 * @param executions how often the work was done for them
 * @param called when each of them called
 * @param answered when each had the response
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Woken(int executions, long[] called, long[] answered) {

    static Woken of(WorkerProcess worker) throws InterruptedException {
        String[] words = worker.answer("woken");
        long[] times = Scenario.numbers(words, 1);
        return new Woken(
                Integer.parseInt(words[0]),
                IntStream.range(0, times.length / 2)
                        .mapToLong(i -> times[2 * i])
                        .toArray(),
                IntStream.range(0, times.length / 2)
                        .mapToLong(i -> times[2 * i + 1])
                        .toArray());
    }

    /** {@return how many have not waited, since they called when the work had ended} */
    int late(long finished) {
        return (int) LongStream.of(called).filter(at -> at - finished > 0).count();
    }
}
