package io.apicache;

import io.apicache.spi.Time;
import io.apicache.tck.ManualTime;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A {@link ManualTime} that fails, or stops the calling thread, at a reading that the test chooses. */
final class SpoilableClock implements Time {

    final ManualTime time = new ManualTime();
    final AtomicInteger soundReadings = new AtomicInteger(Integer.MAX_VALUE); // of the thread, before one fails
    volatile Thread spoilt;
    volatile CountDownLatch gate; // the spoilt thread stops here instead of failing, after it has read
    volatile boolean readsAfterTheGate;
    final CountDownLatch stopped = new CountDownLatch(1);

    @Override
    public long nanoTime() {
        long read = time.nanoTime();
        if (Thread.currentThread().equals(spoilt) && soundReadings.getAndDecrement() == 0) {
            CountDownLatch at = gate;
            if (at == null) {
                throw new NoClassDefFoundError("planted");
            }
            stopped.countDown();
            try {
                at.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return readsAfterTheGate ? time.nanoTime() : read;
    }

    void failOnThisThreadAfter(int readings) {
        spoilt = Thread.currentThread();
        soundReadings.set(readings);
    }

    void heal() {
        spoilt = null;
    }

    @Override
    public Instant instant() {
        return time.instant();
    }
}
