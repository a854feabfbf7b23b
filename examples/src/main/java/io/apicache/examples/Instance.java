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

    /** A server that lives keeps its claims, however slow the machine is: nobody waits for the end of this lease. */
    private static final Duration OF_THE_LIVING = Duration.ofMinutes(1);

    private static final Duration PATIENT = Duration.ofSeconds(20);

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
    static ApiCache.Builder<StoredResponse> cache(
            Store<StoredResponse> store, String namespace, Arguments arguments, boolean dies) {
        return ApiCache.over(store)
                .namespace(namespace)
                .lease(dies ? arguments.lease() : OF_THE_LIVING)
                .storeTimeout(PATIENT);
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
