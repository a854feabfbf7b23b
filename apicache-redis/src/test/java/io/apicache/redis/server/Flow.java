package io.apicache.redis.server;

import java.net.Socket;
import java.time.Duration;

/**
 * One direction of a {@link TcpProxy}, over all its connections: what happens to the bytes on their way.
 *
 * <p><b>Thread-safety:</b> any thread may change it at any time.
 */
public final class Flow {

    /**
     * What of some bytes gets through.
     *
     * @param cut how the connection ends behind them, or {@code null} when it goes on
     */
    record Share(int bytes, Cut cut) {}

    /** How often a waiting thread looks whether its connection is cut: nobody notifies it of that. */
    private static final long LOOK_MILLIS = 20;

    private Duration delay = Duration.ZERO;
    private boolean stalled;
    private boolean swallowing;
    private long bytesUntilCut;
    private Cut cut;
    private long bytes;

    Flow() {}

    /** Every chunk that arrives from now on waits that long before it goes on. */
    public synchronized void delay(Duration howLong) {
        delay = howLong;
    }

    /** Bytes wait until {@link #heal()}, as when packets are lost and sent again. */
    public synchronized void stall() {
        stalled = true;
    }

    /** Bytes vanish, also after the other side has closed; the connection stays open. */
    public synchronized void swallow() {
        swallowing = true;
    }

    /** The connection that carries the last of so many bytes from now on is cut behind it. */
    public synchronized void cutAfter(long howMany, Cut how) {
        if (howMany < 1) {
            throw new IllegalArgumentException("at least one byte, not " + howMany);
        }
        bytesUntilCut = howMany;
        cut = how;
    }

    /** From now on everything gets through at once. */
    public synchronized void heal() {
        delay = Duration.ZERO;
        stalled = false;
        swallowing = false;
        cut = null;
        notifyAll();
    }

    /** How many bytes have got through. */
    public synchronized long bytes() {
        return bytes;
    }

    /** Waits as long as bytes have to wait now, or until the connection is cut. */
    synchronized void hold(Socket connection) throws InterruptedException {
        long arrived = System.nanoTime();
        long left = delay.toMillis();
        while ((stalled || left > 0) && !connection.isClosed()) {
            wait(left > 0 ? Math.min(left, LOOK_MILLIS) : LOOK_MILLIS);
            left = delay.minusNanos(System.nanoTime() - arrived)
                    .plusNanos(999_999)
                    .toMillis();
        }
    }

    /** Waits as long as the end of a connection is to be hidden, or until it is cut. */
    synchronized void holdEnd(Socket connection) throws InterruptedException {
        while ((stalled || swallowing) && !connection.isClosed()) {
            wait(LOOK_MILLIS);
        }
    }

    synchronized Share share(int wanted) {
        if (swallowing) {
            return new Share(0, null);
        }
        if (cut == null) {
            bytes += wanted;
            return new Share(wanted, null);
        }
        int allowed = (int) Math.min(wanted, bytesUntilCut);
        bytesUntilCut -= allowed;
        bytes += allowed;
        Cut now = bytesUntilCut == 0 ? cut : null;
        if (now != null) {
            cut = null;
        }
        return new Share(allowed, now);
    }
}
