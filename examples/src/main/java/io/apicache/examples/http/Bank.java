package io.apicache.examples.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** The side effect that must not happen twice, counted; and a way to hold it back, so that duplicates meet for certain. */
final class Bank {

    private final Map<String, AtomicInteger> transfers = new ConcurrentHashMap<>();
    private final Map<String, Hold> holds = new ConcurrentHashMap<>();
    private final AtomicInteger lastNumber = new AtomicInteger();

    /** A transfer that does not go on until it is told to. */
    static final class Hold implements AutoCloseable {

        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        /** Returns when somebody has begun the transfer. */
        void awaitReached() throws InterruptedException {
            reached.await();
        }

        /** Lets it go on. */
        @Override
        public void close() {
            open.countDown();
        }
    }

    /** Holds back the next transfer that this order asks for, and only that one, until the hold is closed. */
    Hold hold(String order) {
        Hold hold = new Hold();
        holds.put(order, hold);
        return hold;
    }

    /**
     * Transfers.
     *
     * @return a number that no other transfer has
     * @throws IllegalStateException if somebody else does this work by now: nothing is done then
     */
    int transfer(String order, Work work) throws InterruptedException {
        Hold hold = holds.remove(order);
        if (hold != null) {
            hold.reached.countDown();
            hold.open.await();
        }
        if (work.isLost()) {
            throw new IllegalStateException("the claim was lost before the transfer");
        }
        transfers.computeIfAbsent(order, first -> new AtomicInteger()).incrementAndGet();
        return lastNumber.incrementAndGet();
    }

    /** {@return how often what this order asks for was done} */
    int transfers(String order) {
        AtomicInteger count = transfers.get(order);
        return count == null ? 0 : count.get();
    }
}
