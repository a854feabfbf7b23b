package io.apicache.spi;

import java.time.Instant;

/**
 * Where the library takes the time from, so that tests can move it by hand.
 *
 * <p><b>Thread-safety:</b> implementations are safe for use by many threads.
 */
public interface Time {

    /** {@return a monotonic reading in nanoseconds, from an arbitrary origin: only differences mean something} */
    long nanoTime();

    /** {@return the wall clock, used only to say when a response was stored} */
    Instant instant();

    /** {@return the clocks of the machine} */
    static Time system() {
        return SystemTime.INSTANCE;
    }
}
