package io.apicache.examples;

import io.apicache.ApiCache;
import io.apicache.codec.KryoCodec;
import io.apicache.examples.http.Header;
import io.apicache.examples.http.StoredResponse;
import io.apicache.spi.Store;
import java.net.URI;
import java.time.Duration;

/** One instance of the service: a cache on the store that all instances share, and an HTTP server that asks it first. */
final class Instance implements AutoCloseable {

    private final ApiCache<StoredResponse> cache;
    private final PaymentServer server;

    Instance(ApiCache.Builder<StoredResponse> builder, Journal journal, boolean dies) {
        cache = builder.listener(journal).build();
        server = new PaymentServer(cache, journal, dies);
    }

    /**
     * Opens the store that the arguments ask for.
     *
     * @throws IllegalArgumentException if Redis cannot be used; the message says why
     */
    static Store<StoredResponse> open(Arguments arguments) {
        return arguments.breaks()
                ? Store.passThrough()
                : Stores.open(arguments.redis(), KryoCodec.of(StoredResponse.class, Header.class));
    }

    /** {@return settings of a cache; those of other runs on the same Redis have another namespace} */
    static ApiCache.Builder<StoredResponse> cache(Store<StoredResponse> store, String namespace, Duration lease) {
        return ApiCache.over(store).namespace(namespace).lease(lease);
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
