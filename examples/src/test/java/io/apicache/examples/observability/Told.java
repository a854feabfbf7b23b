package io.apicache.examples.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCacheListener;
import io.apicache.StoreUnavailableException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Stands behind other listeners: when it was told of an event from another thread, they were. */
final class Told implements ApiCacheListener {

    private final Semaphore leaseLost = new Semaphore(0);
    private final Semaphore storeFailed = new Semaphore(0);

    @Override
    public void leaseLost(String requestId) {
        leaseLost.release();
    }

    @Override
    public void storeFailed(String verb, StoreUnavailableException failure) {
        storeFailed.release();
    }

    void awaitLeaseLost() throws InterruptedException {
        assertThat(leaseLost.tryAcquire(5, TimeUnit.MINUTES)).isTrue();
    }

    void awaitStoreFailures(int failures) throws InterruptedException {
        assertThat(storeFailed.tryAcquire(failures, 5, TimeUnit.MINUTES)).isTrue();
    }
}
