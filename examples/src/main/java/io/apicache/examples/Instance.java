package io.apicache.examples;

import io.apicache.ApiCache;
import io.apicache.codec.KryoCodec;
import io.apicache.spi.Store;
import java.net.URI;
import java.time.Duration;

/** One instance of the service: a cache on the store that all instances share, and an HTTP server that asks it first. */
final class Instance implements AutoCloseable {

    private final ApiCache<Payment> cache;
    private final PaymentServer server;

    Instance(ApiCache.Builder<Payment> builder, Journal journal, boolean dies) {
        cache = builder.listener(journal).build();
        server = new PaymentServer(cache, journal, dies);
    }

    /**
     * Opens the store that the arguments ask for.
     *
     * @throws IllegalArgumentException if Redis cannot be used; the message says why
     */
    static Store<Payment> open(Arguments arguments) {
        return arguments.breaks() ? Store.passThrough() : Stores.open(arguments.redis(), KryoCodec.of(Payment.class));
    }

    /** {@return settings of a cache; those of other runs on the same Redis have another namespace} */
    static ApiCache.Builder<Payment> cache(Store<Payment> store, String namespace, Duration lease) {
        return ApiCache.over(store)
                .namespace(namespace)
                .keepFor(Duration.ofHours(1))
                .lease(lease);
    }

    URI payments() {
        return server.payments();
    }

    @Override
    public void close() {
        server.close();
        cache.close();
    }
}
