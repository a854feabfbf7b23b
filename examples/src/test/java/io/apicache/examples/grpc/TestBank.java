package io.apicache.examples.grpc;

import io.grpc.StatusException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A bank that counts its executions, and whose work the test decides. */
final class TestBank implements Bank, AutoCloseable {

    /** What the n-th execution comes to. */
    interface Work {
        String pay(TestBank bank, int execution) throws StatusException;
    }

    private final AtomicInteger executions = new AtomicInteger();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final Work work;

    private TestBank(Work work) {
        this.work = work;
    }

    static TestBank quick() {
        return new TestBank((bank, execution) -> "payment " + execution);
    }

    /** Its work lasts until the gate opens. */
    static TestBank gated() {
        return new TestBank((bank, execution) -> {
            bank.awaitGate();
            return "payment " + execution;
        });
    }

    static TestBank that(Work work) {
        return new TestBank(work);
    }

    @Override
    public String pay(String order) throws StatusException {
        return work.pay(this, executions.incrementAndGet());
    }

    int executions() {
        return executions.get();
    }

    /** Lets everybody through who is at {@link #awaitGate}. */
    void open() {
        gate.countDown();
    }

    void awaitGate() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        open();
    }
}
