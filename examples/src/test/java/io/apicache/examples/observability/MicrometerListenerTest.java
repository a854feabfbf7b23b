package io.apicache.examples.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCacheListener;
import io.apicache.ApiCacheListener.Outcome;
import io.apicache.StoreUnavailableException;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MicrometerListenerTest {

    private static final String ID = "account-of-nobody-and-somebody";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ApiCacheListener meters = new MicrometerListener(registry, "meters");

    private static List<Happening> happenings() {
        return Happening.all(ID);
    }

    private double open() {
        return registry.get("apicache.claims.open").gauge().value();
    }

    @ParameterizedTest
    @MethodSource("happenings")
    void eachEventMovesItsMeterAndNoOther(Happening happening) {
        assertThat(Counts.ofMeters(registry)).isEmpty();

        happening.tell().accept(meters);

        assertThat(Counts.ofMeters(registry)).isEqualTo(Map.of(happening.name(), 1L));
    }

    @Test
    void everySeriesIsThereFromTheBeginning() {
        List<String> before = series();

        Happening.all(ID).forEach(happening -> happening.tell().accept(meters));

        assertThat(series()).isEqualTo(before);
    }

    private List<String> series() {
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith("apicache_"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .sorted()
                .toList();
    }

    @Test
    void waitsAndWorkAreTimed() {
        meters.waited(ID, Outcome.CACHED, Happening.LONG);
        meters.handled(ID, Happening.LONG);

        for (String name : List.of("apicache.wait", "apicache.handle")) {
            assertThat(registry.get(name).timers())
                    .as(name)
                    .filteredOn(timer -> timer.count() == 1)
                    .extracting(timer -> timer.totalTime(TimeUnit.MILLISECONDS))
                    .containsExactly(250.0);
        }
    }

    @Test
    void everyMeterHasTheNamespaceAndNoOtherTagThanVerbAndOutcome() {
        Happening.all(ID).forEach(happening -> happening.tell().accept(meters));

        assertThat(registry.getMeters()).isNotEmpty().allSatisfy(meter -> {
            assertThat(meter.getId().getTag("namespace")).isEqualTo("meters");
            assertThat(meter.getId().getTags())
                    .extracting(tag -> tag.getKey())
                    .isSubsetOf("namespace", "outcome", "verb");
        });
    }

    @Test
    void noIdIsInTheScrape() {
        Happening.all(ID).forEach(happening -> happening.tell().accept(meters));

        assertThat(registry.scrape()).contains("apicache_receive_total").doesNotContain(ID, "nobody", "somebody");
    }

    @Test
    void failuresAreToldApartByVerb() {
        StoreUnavailableException failure =
                new StoreUnavailableException("gone", StoreUnavailableException.Outcome.UNKNOWN, null);

        meters.storeFailed("renew", failure);

        assertThat(registry.get("apicache.store.failed")
                        .tag("verb", "renew")
                        .tag("outcome", "unknown")
                        .counter())
                .satisfies(counter -> assertThat(counter.count()).isEqualTo(1));
    }

    @Test
    void whoRunsWithoutAClaimHoldsNone() {
        meters.ranUnprotected(ID);
        meters.received(ID, Outcome.FIRST_SEEN);
        assertThat(open()).isZero();

        meters.received(ID, Outcome.FIRST_SEEN);
        assertThat(open()).isEqualTo(1);
    }

    @Test
    void cachesOfOneNamespaceMayShareAListenerButNotTheGauge() {
        SimpleMeterRegistry shared = new SimpleMeterRegistry();
        MicrometerListener first = new MicrometerListener(shared, "same");
        MicrometerListener second = new MicrometerListener(shared, "same");

        first.received(ID, Outcome.CACHED);
        second.received(ID, Outcome.CACHED);
        second.received(ID, Outcome.FIRST_SEEN);

        assertThat(shared.get("apicache.receive")
                        .tag("outcome", "cached")
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(shared.get("apicache.claims.open").gauges()).hasSize(1);
        assertThat(shared.get("apicache.wait").timers())
                .extracting(Timer::count)
                .containsOnly(0L);
    }
}
