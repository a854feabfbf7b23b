package io.apicache.examples.observability;

import io.apicache.ApiCacheListener;
import io.apicache.StoreUnavailableException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Counts and times what a cache does. All series are there, at zero, from the beginning, so that the first failure is seen as a rise;
 * a hit costs one increment of a counter that was looked up before.
 *
 * <p>Every meter has the tag {@code namespace}. No id is ever a tag.
 *
 * <p>One for each namespace and registry: of two gauges by the same name and tags a registry keeps the first. Caches of one
 * namespace in one process share a listener.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
public final class MicrometerListener implements ApiCacheListener {

    private static final Duration DEFAULT_WORK_LIMIT = Duration.ofMinutes(15);
    private static final List<String> VERBS = List.of("claim", "join", "handle", "renew", "release");

    /** Where the buckets of waits and work end: what a dashboard can tell apart. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1)
    };

    private final MeterRegistry registry;
    private final Tags tags;
    private final OpenClaims claims;
    private final Map<Outcome, Counter> receive = new EnumMap<>(Outcome.class);
    private final Map<Outcome, Timer> wait = new EnumMap<>(Outcome.class);
    private final Timer handle;
    private final Counter release;
    private final Counter leaseLost;
    private final Counter takenOver;
    private final Counter ranUnprotected;

    /**
     * Registers the meters of a cache with the default work limit.
     *
     * @param registry where they are registered
     * @param namespace that of the cache
     */
    public MicrometerListener(MeterRegistry registry, String namespace) {
        this(registry, namespace, DEFAULT_WORK_LIMIT);
    }

    /**
     * Registers the meters of a cache.
     *
     * @param registry where they are registered
     * @param namespace that of the cache
     * @param workLimit that of the cache, after which the gauge forgets a claim whose end was not told
     */
    public MicrometerListener(MeterRegistry registry, String namespace, Duration workLimit) {
        this.registry = registry;
        this.tags = Tags.of("namespace", namespace);
        this.claims = new OpenClaims(workLimit, System::nanoTime);
        for (Outcome outcome : Outcome.values()) {
            Tag tag = Tag.of("outcome", Labels.of(outcome));
            receive.put(outcome, counter("apicache.receive", "calls of receive, by what they came to", tag));
            wait.put(outcome, timer("apicache.wait", "calls of receive that had to wait", tag));
        }
        handle = timer("apicache.handle", "responses stored, from the claim to the confirmation by the store");
        release = counter("apicache.release", "claims given back without a response");
        leaseLost = counter("apicache.lease.lost", "claims that could not be kept");
        takenOver = counter("apicache.taken.over", "claims taken over from an owner whose lease had lapsed");
        ranUnprotected = counter("apicache.ran.unprotected", "callers let run without a claim");
        for (String verb : VERBS) {
            for (StoreUnavailableException.Outcome outcome : StoreUnavailableException.Outcome.values()) {
                storeFailures(verb, outcome);
            }
        }
        Gauge.builder("apicache.claims.open", claims, OpenClaims::count)
                .description("claims that this process holds")
                .tags(tags)
                .register(registry);
    }

    private Counter counter(String name, String description, Tag... more) {
        return Counter.builder(name)
                .description(description)
                .tags(tags.and(more))
                .register(registry);
    }

    private Timer timer(String name, String description, Tag... more) {
        return Timer.builder(name)
                .description(description)
                .tags(tags.and(more))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** {@return the counter, made when it is asked for first} */
    private Counter storeFailures(String verb, StoreUnavailableException.Outcome outcome) {
        return counter(
                "apicache.store.failed",
                "moves that the store failed to make, or may have failed to",
                Tag.of("verb", verb),
                Tag.of("outcome", Labels.of(outcome)));
    }

    @Override
    public void received(String requestId, Outcome outcome) {
        if (outcome == Outcome.FIRST_SEEN) {
            claims.opened(requestId);
        }
        meterOf(receive, outcome).increment();
    }

    @Override
    public void waited(String requestId, Outcome outcome, Duration waited) {
        meterOf(wait, outcome).record(waited);
    }

    @Override
    public void handled(String requestId, Duration work) {
        claims.ended(requestId);
        handle.record(work);
    }

    @Override
    public void released(String requestId) {
        claims.ended(requestId);
        release.increment();
    }

    @Override
    public void leaseLost(String requestId) {
        claims.ended(requestId);
        leaseLost.increment();
    }

    @Override
    public void takenOver(String requestId) {
        takenOver.increment();
    }

    @Override
    public void ranUnprotected(String requestId) {
        claims.unprotected(requestId);
        ranUnprotected.increment();
    }

    @Override
    public void storeFailed(String verb, StoreUnavailableException failure) {
        storeFailures(verb, failure.outcome()).increment();
    }

    private static <M> M meterOf(Map<Outcome, M> meters, Outcome outcome) {
        M meter = meters.get(outcome);
        if (meter == null) {
            throw new IllegalStateException("no meter for " + outcome);
        }
        return meter;
    }
}
