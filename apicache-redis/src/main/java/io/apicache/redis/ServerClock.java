package io.apicache.redis;

import io.apicache.spi.Time;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The server's wall clock as this process estimates it, in microseconds since 1970: what the server said last, and how much time has
 * gone by here since its answer came. Never ahead of the server, since the answer was some time on its way.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class ServerClock {

    private static final int SAMPLES = 8;

    private final Time time;
    private final long[] offsets = new long[SAMPLES];
    private int sampled;
    private volatile long offset;
    private final AtomicLong last = new AtomicLong();

    ServerClock(Time time) {
        this.time = time;
    }

    /** The server has just answered that it was so late. The best of the last few answers counts: it came back the quickest. */
    synchronized void heard(long serverMicros) {
        offsets[sampled++ % SAMPLES] = serverMicros - here();
        long best = Long.MIN_VALUE;
        for (int i = 0; i < Math.min(sampled, SAMPLES); i++) {
            best = Math.max(best, offsets[i]);
        }
        offset = best;
    }

    /** {@return the time at the server, or a little less} */
    long micros() {
        return here() + offset;
    }

    long millis() {
        return Math.floorDiv(micros(), 1000);
    }

    /** {@return a fencing token: the time, and never the same one twice} */
    long nextNumber() {
        long now = micros();
        return last.updateAndGet(before -> Math.max(before + 1, now));
    }

    private long here() {
        return Math.floorDiv(time.nanoTime(), 1000);
    }
}
