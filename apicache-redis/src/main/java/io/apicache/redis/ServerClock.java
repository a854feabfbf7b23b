package io.apicache.redis;

import io.apicache.spi.Time;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The server's wall clock as this process estimates it, in microseconds since 1970: what the server said last, and how much time has
 * gone by here since its answer came. Never ahead of the server, since the answer was some time on its way.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class ServerClock {

    private static final int SAMPLES = 8;
    private static final long MOST_APART_MICROS = 1_000_000;

    private final Time time;
    private final long[] offsets = new long[SAMPLES];
    private int sampled;
    private volatile long offset;
    private volatile long apart; // how far the wall clock here was ahead of the monotonic one, in microseconds
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
        apart = apart();
    }

    /** {@return completes when the server has said how late it is} */
    CompletionStage<Void> ask(Link link) {
        CompletionStage<List<byte[]>> said = link.send(RedisClusterAsyncCommands::time);
        return said.thenAccept(time -> heard(micros(time)));
    }

    /** {@return the reply to TIME, in microseconds since 1970} */
    static long micros(List<byte[]> secondsAndMicros) {
        return 1_000_000 * number(secondsAndMicros.get(0)) + number(secondsAndMicros.get(1));
    }

    private static long number(byte[] digits) {
        return Long.parseLong(new String(digits, StandardCharsets.US_ASCII));
    }

    /**
     * {@return whether the clocks here have gone different ways since the server answered} The monotonic one, by which the time is reckoned
     * between answers, stands still while a machine is suspended.
     */
    boolean isDoubtful() {
        return Math.abs(apart() - apart) > MOST_APART_MICROS;
    }

    private long apart() {
        Instant now = time.instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000 - here();
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
