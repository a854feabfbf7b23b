package io.apicache.examples.consumer;

import io.apicache.ApiCache;
import io.apicache.spi.Store;
import jakarta.jms.JMSContext;
import java.time.Duration;
import java.util.function.Function;

/** One life of a consumer: its connection to the broker, and its cache. A crash ends it and gives nothing back, neither claim nor message. */
final class ConsumerProcess implements AutoCloseable {

    private final CuttableStore<Done> store;
    private final ApiCache<Done> cache;
    private final JMSContext session;
    private final PaymentConsumer consumer;

    /**
     * Starts a consumer.
     *
     * @param shared outlives it, with what it has claimed and handled
     * @param patience how long it waits for a delivery
     * @param probe may throw a {@link Crash}
     */
    ConsumerProcess(
            Broker broker,
            String queue,
            Store<Done> shared,
            Function<Store<Done>, ApiCache<Done>> cacheOver,
            Duration patience,
            Work work,
            Step.Probe probe) {
        store = new CuttableStore<>(shared);
        cache = cacheOver.apply(store);
        session = broker.connect();
        consumer = new PaymentConsumer(session, queue, patience, cache, work, (step, paymentId) -> {
            try {
                probe.before(step, paymentId);
            } catch (Crash crash) {
                cutOff(); // at once: what is closed on the way out must not give the claim back
                throw crash;
            }
        });
    }

    /**
     * Takes the next delivery, if one comes soon.
     *
     * @throws Crash if it died over it
     */
    Result next() {
        return consumer.next();
    }

    /** From now on nothing reaches the store. */
    void cutOff() {
        store.cut();
    }

    /** Closes the connections. A message that was not acknowledged is delivered again. */
    @Override
    public void close() {
        session.close();
        cache.close();
    }
}
