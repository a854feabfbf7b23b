package io.apicache.examples.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.ApiCacheListener;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.LeaseLostException;
import io.apicache.Receipt;
import io.apicache.StoreUnavailableException;
import io.apicache.Unavailable;
import io.apicache.examples.StandstillTimer;
import io.apicache.spi.Store;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.MapAssert;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Meters and events of caches at work, over every store; bookings are the side effect that must not happen twice. */
@Timeout(900)
class ObservedCacheTest {

    private static final Duration PATIENT = Duration.ofMinutes(5);
    private static final Duration SHORT_LEASE = Duration.ofSeconds(2);
    private static final long DUPLICATES = 20;

    private final String namespace = "observed-" + UUID.randomUUID();

    // Words of letters: digits would be found in a measured time or in a random name.
    private final String id = "account-of-nobody-" + UUID.randomUUID();
    private final String response = "balance-of-somebody-" + UUID.randomUUID();
    private final AtomicInteger bookings = new AtomicInteger();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Told told = new Told();
    private final List<ApiCacheListener> listeners =
            List.of(new FlightRecorderListener(namespace), new MicrometerListener(registry, namespace), told);

    @TempDir
    private Path directory;

    private ApiCache.Builder<String> cache(Store<String> store) {
        ApiCache.Builder<String> cache = ApiCache.over(store)
                .namespace(namespace)
                .keepFor(Duration.ofHours(1))
                .lease(PATIENT)
                .storeTimeout(Duration.ofMinutes(1));
        listeners.forEach(cache::listener);
        return cache;
    }

    private double open() {
        return registry.get("apicache.claims.open").gauge().value();
    }

    private void book(FirstSeen<String> claim) {
        bookings.incrementAndGet();
        claim.handle(response);
    }

    private static FirstSeen<String> claim(ApiCache<String> cache, String id) {
        return (FirstSeen<String>) cache.receiveAndWait(id, Duration.ZERO);
    }

    private List<CompletableFuture<Receipt<String>>> duplicates(ApiCache<String> cache) {
        List<CompletableFuture<Receipt<String>>> waiting = new ArrayList<>();
        for (long i = 0; i < DUPLICATES; i++) {
            waiting.add(cache.receiveAsync(id, PATIENT));
        }
        return waiting;
    }

    /** Meters and events say the same, and neither says whose request it was or what it came to. */
    private MapAssert<String, Long> assertCounted(Flight flight) throws IOException {
        assertThat(registry.scrape()).contains(namespace).doesNotContain(id, "nobody", response, "somebody");
        assertThat(flight.bytes()).contains(namespace).doesNotContain(id, "nobody", response, "somebody");
        assertThat(open()).isZero();
        return assertThat(Counts.ofMeters(registry)).isEqualTo(flight.counts());
    }

    @ParameterizedTest
    @EnumSource
    void duplicatesAtOnceAreOneBookingAndCountedOneByOne(Place place) throws Exception {
        try (Flight flight = new Flight(namespace, directory);
                Store<String> store = place.open();
                ApiCache<String> cache = cache(store).build()) {
            FirstSeen<String> claim = claim(cache, id);
            List<CompletableFuture<Receipt<String>>> waiting = duplicates(cache);
            assertThat(open()).isEqualTo(1);

            book(claim);

            assertThat(waiting).allMatch(receipt -> receipt.join() instanceof Cached<String>);
            assertThat(bookings).hasValue(1);
            assertCounted(flight)
                    .containsEntry("apicache.receive first_seen", 1L)
                    .containsEntry("apicache.receive cached", DUPLICATES)
                    .containsEntry("apicache.wait cached", DUPLICATES)
                    .containsEntry("apicache.handle", 1L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void afterACrashOneTakesOverAndTheLossIsCounted(Place place) throws Exception {
        ScheduledExecutorService stopped = new StandstillTimer();
        try (Flight flight = new Flight(namespace, directory);
                Store<String> store = place.open();
                ApiCache<String> cache = cache(store).build();
                ApiCache<String> crashed =
                        cache(store).lease(SHORT_LEASE).scheduler(stopped).build()) {
            FirstSeen<String> dead = claim(crashed, id);

            List<CompletableFuture<Void>> answered = duplicates(cache).stream()
                    .map(receipt -> receipt.thenAccept(this::bookIfOurs))
                    .toList();

            answered.forEach(CompletableFuture::join);
            assertThatThrownBy(() -> dead.handle("too late")).isInstanceOf(LeaseLostException.class);
            told.awaitLeaseLost();
            assertThat(bookings).hasValue(1);
            assertCounted(flight)
                    .containsEntry("apicache.taken.over", 1L)
                    .containsEntry("apicache.lease.lost", 1L)
                    .containsEntry("apicache.receive first_seen", 2L)
                    .containsEntry("apicache.wait cached", DUPLICATES - 1)
                    .containsEntry("apicache.handle", 1L);
            assertThat(replay(cache)).isEqualTo(response);
        }
    }

    private void bookIfOurs(Receipt<String> receipt) {
        if (receipt instanceof FirstSeen<String> claim) {
            book(claim);
        }
    }

    private String replay(ApiCache<String> cache) {
        return ((Cached<String>) cache.receiveAndWait(id, PATIENT)).response();
    }

    @ParameterizedTest
    @EnumSource
    void aCallerThatGivesUpIsCountedAsInFlight(Place place) throws Exception {
        try (Flight flight = new Flight(namespace, directory);
                Store<String> store = place.open();
                ApiCache<String> cache = cache(store).build()) {
            FirstSeen<String> claim = claim(cache, id);

            assertThat(cache.receiveAndWait(id, Duration.ofMillis(50))).isInstanceOf(InFlight.class);
            assertThat(open()).as("still at work").isEqualTo(1);
            book(claim);

            assertThat(replay(cache)).isEqualTo(response);
            assertThat(bookings).hasValue(1);
            assertCounted(flight)
                    .containsEntry("apicache.receive in_flight", 1L)
                    .containsEntry("apicache.wait in_flight", 1L)
                    .containsEntry("apicache.receive cached", 1L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void failuresOfTheStoreAreCountedByOutcome(Place place) throws Exception {
        try (Flight flight = new Flight(namespace, directory);
                Store<String> store = place.open()) {
            UnreliableStore<String> unreliable = new UnreliableStore<>(store);
            try (ApiCache<String> cache = cache(unreliable.asStore()).build()) {
                unreliable.refuseClaims(1);
                assertThatThrownBy(() -> claim(cache, id)).isInstanceOf(StoreUnavailableException.class);
                FirstSeen<String> claim = claim(cache, id);
                unreliable.loseRepliesToHandle(1);
                book(claim);
                told.awaitStoreFailures(2);

                assertThat(replay(cache)).isEqualTo(response);
                assertThat(bookings).hasValue(1);
                assertThat(registry.get("apicache.store.failed")
                                .tags("verb", "handle", "outcome", "unknown")
                                .counter()
                                .count())
                        .isEqualTo(1);
                assertCounted(flight)
                        .containsEntry("apicache.receive unavailable", 1L)
                        .containsEntry("apicache.store.failed not_executed", 1L)
                        .containsEntry("apicache.store.failed unknown", 1L)
                        .containsEntry("apicache.handle", 1L);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void callersWithoutAClaimAreCountedAndHoldNone(Place place) throws Exception {
        try (Flight flight = new Flight(namespace, directory);
                Store<String> store = place.open()) {
            UnreliableStore<String> unreliable = new UnreliableStore<>(store);
            try (ApiCache<String> cache = cache(unreliable.asStore())
                    .whenUnavailable(Unavailable.RUN_UNPROTECTED)
                    .build()) {
                unreliable.refuseClaims(1);
                FirstSeen<String> unprotected = claim(cache, id);
                told.awaitStoreFailures(1);

                assertThat(unprotected.token()).isZero();
                assertThat(open()).isZero();
                assertCounted(flight)
                        .containsEntry("apicache.ran.unprotected", 1L)
                        .containsEntry("apicache.receive first_seen", 1L);
                unprotected.release();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClosedCacheLeavesNoClaimInTheGauge(Place place) throws Exception {
        try (Flight flight = new Flight(namespace, directory);
                Store<String> store = place.open()) {
            try (ApiCache<String> cache = cache(store).build()) {
                assertThat(claim(cache, id).isLost()).isFalse();
                assertThat(open()).isEqualTo(1);
            }
            told.awaitLeaseLost();

            assertCounted(flight).containsEntry("apicache.lease.lost", 1L);
        }
    }
}
