package io.apicache.redis.server;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Short polling with a deadline, for states of other processes that nobody announces. */
final class Await {

    private static final long PAUSE_MILLIS = 10;

    private Await() {}

    /** Returns once the condition holds; fails with the description after the limit. */
    static void until(String what, Duration limit, BooleanSupplier condition) {
        until(() -> what, limit, condition);
    }

    /** As above, for a description that tells the state at the deadline. */
    static void until(Supplier<String> what, Duration limit, BooleanSupplier condition) {
        if (!within(limit, condition)) {
            throw new IllegalStateException("after " + limit.toMillis() + " ms still waiting until " + what.get());
        }
    }

    /** Whether the condition came to hold within the limit. */
    static boolean within(Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            pause();
        }
        return true;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }
}
