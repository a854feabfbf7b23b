package io.apicache.examples.consumer;

import io.apicache.ApiCache;
import io.apicache.spi.Store;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Consumers of one queue, each on a thread of its own. One that dies is followed by another with the same thread, and nothing else in common. */
final class Consumers implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Broker broker;
    private final String queue;
    private final Store<Done> store;
    private final Function<Store<Done>, ApiCache<Done>> cacheOver;
    private final Tally tally;
    private volatile boolean closed;

    Consumers(
            Broker broker,
            String queue,
            Store<Done> store,
            Function<Store<Done>, ApiCache<Done>> cacheOver,
            Tally tally) {
        this.broker = broker;
        this.queue = queue;
        this.store = store;
        this.cacheOver = cacheOver;
        this.tally = tally;
    }

    /** Starts one more. */
    void start(Work work, Step.Probe probe) {
        threads.execute(() -> {
            while (!closed) {
                live(work, probe);
            }
        });
    }

    private void live(Work work, Step.Probe probe) {
        try (ConsumerProcess process = new ConsumerProcess(broker, queue, store, cacheOver, PATIENCE, work, probe)) {
            while (!closed) {
                tally.delivered(process.next());
            }
        } catch (Crash crash) {
            // dead: nothing is left to be done
        } catch (RuntimeException e) {
            tally.violations.add("a consumer gave up: " + e);
            closed = true;
        }
    }

    /** Ends after the deliveries that are being seen to. */
    @Override
    public void close() {
        closed = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(10, TimeUnit.MINUTES)) {
                tally.violations.add("a consumer does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
