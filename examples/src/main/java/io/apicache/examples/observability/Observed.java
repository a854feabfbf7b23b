package io.apicache.examples.observability;

import io.apicache.ApiCache;
import io.apicache.Codec;
import io.apicache.examples.CommandLine;
import io.apicache.examples.Stores;
import io.apicache.spi.Store;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;

/**
 * Lets a bit of everything happen to requests, and compares what the callers saw with what meters and a flight recording say.
 */
public final class Observed {

    private static final String HELP = """
            Runs hits, waits, takeovers, refusals and store failures for some seconds; prints the meters as Prometheus
            reads them, and the events of a flight recording; compares both with what the callers saw.

              --redis URI   keeps the responses in this Redis, such as redis://localhost:6379, instead of in memory
              --break       tells the meters everything twice, to show that the check notices: ends with 1
              --help        this

            Ends with 0 if all three agree, with 1 if not, with 2 if it could not start: bad arguments, no Redis.
            """;

    private static final String NAMESPACE = "orders";
    private static final int MOST_LOOKS = 20_000;
    private static final int PAUSE_MILLIS = 10;

    private final PrintStream out;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final boolean breaks;

    private record Arguments(@Nullable String redis, boolean breaks, boolean help) {

        static Arguments parse(String... arguments) {
            String redis = null;
            boolean breaks = false;
            boolean help = false;
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--redis" -> redis = CommandLine.value(arguments, ++i);
                    case "--break" -> breaks = true;
                    case "--help" -> help = true;
                    default -> throw new IllegalArgumentException("unknown argument " + arguments[i] + ": see --help");
                }
            }
            return new Arguments(redis, breaks, help);
        }
    }

    private Observed(PrintStream out, boolean breaks) {
        this.out = out;
        this.breaks = breaks;
    }

    /**
     * Runs the program. Exits with 0 if all agree, 1 if not, 2 if it could not start.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        CommandLine.keepLibrariesQuiet();
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream out, PrintStream err, String... arguments) {
        try {
            Arguments parsed = Arguments.parse(arguments);
            if (parsed.help()) {
                out.print(HELP);
                return 0;
            }
            try (Store<String> store = Stores.open(parsed.redis(), Codec.utf8())) {
                return new Observed(out, parsed.breaks()).run(store) ? 0 : 1;
            }
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return 2;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ApiCache.Builder<String> observed(ApiCache.Builder<String> cache, MicrometerListener meters) {
        // snippet observability-listeners
        cache.namespace(NAMESPACE).listener(meters).listener(new FlightRecorderListener(NAMESPACE));
        // end
        return breaks ? cache.listener(meters) : cache;
    }

    private boolean run(Store<String> store) throws IOException {
        MicrometerListener meters = new MicrometerListener(registry, NAMESPACE);
        Path file = Files.createTempFile("apicache", ".jfr");
        try (Recording recording = recording()) {
            recording.start();
            Workload workload;
            try (Caches caches = new Caches(store, cache -> observed(cache, meters), this::openClaims)) {
                workload = new Workload(caches, UUID.randomUUID().toString());
                workload.run();
                awaitMeters(workload.seen());
            }
            recording.dump(file);
            return report(workload, Counts.ofRecording(file, NAMESPACE));
        } finally {
            Files.delete(file);
        }
    }

    // snippet observability-recording
    static Recording recording() {
        Recording recording = new Recording();
        recording.enable("apicache.Receive"); // one for every hit: off unless asked for
        recording.enable("apicache.Wait").with("longerThan", "0 ms"); // 10 ms unless told otherwise
        recording.enable("apicache.Handle").with("longerThan", "0 ms");
        return recording;
    }
    // end

    /** Lost leases and store failures are told on the cache's executor, perhaps a moment after their callers were. */
    private void awaitMeters(SortedMap<String, Long> seen) {
        for (int looks = 0; looks < MOST_LOOKS; looks++) {
            SortedMap<String, Long> counted = Counts.ofMeters(registry);
            if (seen.entrySet().stream().allMatch(fact -> counted.getOrDefault(fact.getKey(), 0L) >= fact.getValue())) {
                return;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private int openClaims() {
        return (int) registry.get("apicache.claims.open").gauge().value();
    }

    private boolean report(Workload workload, SortedMap<String, Long> events) {
        out.println("Meters, without buckets and what stayed at zero:");
        registry.scrape()
                .lines()
                .filter(line ->
                        line.startsWith("apicache_") && !line.contains("_bucket{") && !line.matches(".* 0(\\.0)?"))
                .forEach(line -> out.println("  " + line));
        Verdict verdict = new Verdict(workload.seen(), Counts.ofMeters(registry), events);
        verdict.gauge("while workers are at it", workload.openAtWork(), Workload.expectedAtWork());
        verdict.gauge("at the end", openClaims(), 0);
        return verdict.print(out);
    }
}
