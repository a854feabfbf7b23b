package io.apicache.examples.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.spi.Store;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.cumulative.CumulativeCounter;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A registry that throws breaks no call: the library logs it, and the events reach the other listener. */
@Timeout(900)
class BrokenMetersTest {

    private static final Logger LOG = Logger.getLogger(ApiCache.class.getName());

    private final String namespace = "broken-" + UUID.randomUUID();
    private final AtomicInteger thrown = new AtomicInteger();
    private final AtomicInteger logged = new AtomicInteger();

    @TempDir
    private Path directory;

    private final Handler handler = new Handler() {

        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().equals(Level.WARNING) && line.getThrown() instanceof IllegalStateException) {
                logged.incrementAndGet();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, Clock.SYSTEM) {

        @Override
        protected Counter newCounter(Meter.Id id) {
            return new CumulativeCounter(id) {

                @Override
                public void increment(double amount) {
                    thrown.incrementAndGet();
                    throw new IllegalStateException("the registry is broken");
                }
            };
        }
    };

    @BeforeEach
    void listenToTheLog() {
        LOG.setUseParentHandlers(false);
        LOG.addHandler(handler);
    }

    @AfterEach
    void leaveTheLogAlone() {
        LOG.removeHandler(handler);
        LOG.setUseParentHandlers(true);
    }

    @ParameterizedTest
    @EnumSource
    void aCallWhoseMeterThrowsIsAnsweredAsEver(Place place) throws Exception {
        MicrometerListener meters = new MicrometerListener(registry, namespace);
        try (Flight flight = new Flight(namespace, directory);
                Store<String> store = place.open();
                ApiCache<String> cache = ApiCache.over(store)
                        .namespace(namespace)
                        .keepFor(Duration.ofMinutes(1))
                        .listener(meters)
                        .listener(new FlightRecorderListener(namespace))
                        .build()) {
            FirstSeen<String> claim = (FirstSeen<String>) cache.receiveAndWait("id", Duration.ZERO);
            CompletableFuture<Receipt<String>> waiting = cache.receiveAsync("id", Duration.ofMinutes(5));
            claim.handle("response");

            assertThat(waiting.join()).isInstanceOf(Cached.class);
            assertThat(cache.receiveAndWait("id", Duration.ZERO)).isInstanceOf(Cached.class);
            assertThat(thrown).hasValue(3);
            assertThat(logged).hasValue(3);
            assertThat(flight.counts())
                    .containsEntry("apicache.receive first_seen", 1L)
                    .containsEntry("apicache.receive cached", 2L)
                    .containsEntry("apicache.handle", 1L);
            assertThat(registry.get("apicache.claims.open").gauge().value()).isZero();
        }
    }
}
