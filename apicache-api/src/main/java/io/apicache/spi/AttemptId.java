package io.apicache.spi;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names one attempt to claim a record, so that a claim repeated after a lost reply recognises itself. Unique per attempt, not
 * per process or thread: two callers of one process are two attempts.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param process 64 random bits drawn once per process
 * @param sequence the number of the attempt within the process
 */
public record AttemptId(long process, long sequence) {

    private static final long PROCESS = new SecureRandom().nextLong();
    private static final AtomicLong NEXT = new AtomicLong(new SecureRandom().nextLong());

    /** {@return an id that no other attempt has} */
    public static AttemptId next() {
        return new AttemptId(PROCESS, NEXT.getAndIncrement());
    }

    /** {@return a fixed text: the id proves ownership, so it is never shown} */
    @Override
    public String toString() {
        return "AttemptId[hidden]";
    }
}
