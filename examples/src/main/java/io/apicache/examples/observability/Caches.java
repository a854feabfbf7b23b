package io.apicache.examples.observability;

import io.apicache.ApiCache;
import io.apicache.examples.StandstillTimer;
import io.apicache.spi.Store;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;

/** Three caches of one namespace, and listeners that hear them all. Closing it gives open claims back. */
final class Caches implements AutoCloseable {

    private static final Duration KEPT = Duration.ofHours(1);
    private static final Duration LONG_LEASE = Duration.ofMinutes(1);
    private static final Duration SHORT_LEASE = Duration.ofSeconds(3);
    private static final Duration PATIENT = Duration.ofMinutes(1); // a slow machine is not to count as a failed store

    private final UnreliableStore<String> unreliable;
    private final ApiCache<String> serving;
    private final ApiCache<String> frozen;
    private final ApiCache<String> failing;
    private final IntSupplier openClaims;

    Caches(Store<String> store, UnaryOperator<ApiCache.Builder<String>> settings, IntSupplier openClaims) {
        ScheduledExecutorService stopped = new StandstillTimer(); // a process that stands still renews nothing
        this.unreliable = new UnreliableStore<>(store);
        this.openClaims = openClaims;
        serving = cache(store, settings).build();
        frozen = cache(store, settings).lease(SHORT_LEASE).scheduler(stopped).build();
        failing = cache(unreliable.asStore(), settings).build();
    }

    private static ApiCache.Builder<String> cache(
            Store<String> store, UnaryOperator<ApiCache.Builder<String>> settings) {
        return settings.apply(
                ApiCache.over(store).keepFor(KEPT).lease(LONG_LEASE).storeTimeout(PATIENT));
    }

    /** {@return the one that works as it should} */
    ApiCache<String> serving() {
        return serving;
    }

    /** {@return one whose claims lapse, since nobody renews them} */
    ApiCache<String> frozen() {
        return frozen;
    }

    /** {@return the one behind the store that fails} */
    ApiCache<String> failing() {
        return failing;
    }

    UnreliableStore<String> unreliable() {
        return unreliable;
    }

    /** {@return what the gauge shows now} */
    int openClaims() {
        return openClaims.getAsInt();
    }

    @Override
    public void close() {
        serving.close();
        frozen.close();
        failing.close();
    }
}
