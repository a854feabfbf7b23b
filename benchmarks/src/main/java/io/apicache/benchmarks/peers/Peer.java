package io.apicache.benchmarks.peers;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One answer for each id in a cluster, as somebody would write it with one of the libraries that people use for this today. One object
 * stands for one process.
 *
 * <p><b>Thread-safety:</b> safe.
 */
interface Peer extends AutoCloseable {

    /** How long a claim or a lock outlives its owner, with every peer. */
    Duration LEASE = Duration.ofSeconds(5);

    /** How long a response is kept, with every peer. */
    Duration KEEP = Duration.ofMinutes(5);

    /**
     * Answers a request.
     *
     * @param id what all callers name
     * @param maxWait how long to wait for somebody else's work
     * @param work makes the response, in one process at a time
     * @return the response, or null if somebody else did not finish in time
     * @throws Exception what the work threw
     */
    byte @Nullable [] answer(String id, Duration maxWait, Callable<byte[]> work) throws Exception;

    @Override
    void close();
}
