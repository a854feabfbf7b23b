package io.apicache.tck;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The gap between two steps of a wrong store: it stays open until another thread has come in between, at any pace of the machine. */
final class Gap {

    /** Bounds a test in which no other thread comes. */
    private static final long PATIENCE_SECONDS = 60;

    private Gap() {}

    /** Returns when the other threads have come. */
    static void until(CountDownLatch others) {
        try {
            if (!others.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("no other thread came in between");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
