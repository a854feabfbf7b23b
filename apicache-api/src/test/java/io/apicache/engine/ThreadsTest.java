package io.apicache.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.EndsInTime;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The timer outlives the want of heap in its own pool. */
@EndsInTime
class ThreadsTest {

    @Test
    @DisplayName("E1 L1 the timer runs what is queued, although its worker died and no other could be started at once")
    void theTimerIsRevived() throws InterruptedException {
        AtomicInteger threads = new AtomicInteger();
        ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(1, worker -> {
            if (threads.incrementAndGet() <= 3) {
                throw new OutOfMemoryError("planted");
            }
            return new Thread(worker);
        });
        CountDownLatch ran = new CountDownLatch(1);
        assertThatThrownBy(() -> pool.schedule(ran::countDown, 1, TimeUnit.MILLISECONDS))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(pool.getQueue()).as("tasks without a thread").hasSize(1);

        Threads.runTimer(
                () -> {
                    throw new OutOfMemoryError("planted: the worker dies");
                },
                pool);

        ran.await();
        pool.shutdownNow();
    }

    @Test
    @DisplayName("M1 the thread of a worker ends when its pool was shut down")
    void theThreadEndsWithItsPool() {
        ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(1);
        pool.shutdownNow();

        Threads.runTimer(() -> {}, pool); // returns

        assertThat(pool.getPoolSize()).isZero();
    }
}
