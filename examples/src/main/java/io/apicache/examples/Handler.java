package io.apicache.examples;

import io.apicache.ApiCache;
import io.apicache.examples.RequestFile.Line;
import io.apicache.memory.MemoryStore;
import io.apicache.spi.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Replays a file of payments, with duplicates, retries, deaths and reused keys, against HTTP servers whose handler asks an {@code ApiCache}
 * first, and checks that every payment was booked once and answered alike.
 */
public final class Handler {

    private final Arguments arguments;
    private final PrintStream out;

    private Handler(Arguments arguments, PrintStream out) {
        this.arguments = arguments;
        this.out = out;
    }

    /**
     * Runs the program. Exits with 0 if every promise was kept, 1 if not, 2 if it was not told well what to do.
     *
     * @param arguments see {@code --help}
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] arguments) throws InterruptedException {
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream out, PrintStream err, String... arguments) throws InterruptedException {
        try {
            Arguments parsed = Arguments.parse(arguments);
            if (parsed.help()) {
                out.print(Arguments.HELP);
                return 0;
            }
            return new Handler(parsed, out).run() ? 0 : 1;
        } catch (IllegalArgumentException | UncheckedIOException e) {
            err.println(e.getMessage());
            return 2;
        }
    }

    private boolean run() throws InterruptedException {
        List<Line> lines = lines();
        Tally tally = new Tally();
        Ledger ledger = new Ledger();
        Store<Payment> store = arguments.breaks() ? Store.passThrough() : new MemoryStore<>();
        ScheduledExecutorService dead = Executors.newSingleThreadScheduledExecutor();
        dead.shutdownNow(); // a process that has died renews nothing
        // Two instances of a service, and one that dies over everything it is given; the store is what they share.
        try (ApiCache<Payment> firstCache = cache(store, tally).build();
                ApiCache<Payment> secondCache = cache(store, tally).build();
                ApiCache<Payment> dyingCache =
                        cache(store, tally).scheduler(dead).build();
                PaymentServer first = new PaymentServer(firstCache, ledger, tally, false);
                PaymentServer second = new PaymentServer(secondCache, ledger, tally, false);
                PaymentServer dying = new PaymentServer(dyingCache, ledger, tally, true)) {
            out.printf("Replaying %,d requests against %s and %s%n", lines.size(), first.payments(), second.payments());
            long start = System.nanoTime();
            Progress progress = new Progress(out, tally, lines.size());
            try {
                new Replay(List.of(first.payments(), second.payments()), dying.payments(), arguments.threads(), tally)
                        .run(lines);
            } finally {
                progress.close();
            }
            double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
            return new Report(tally, ledger, lines).print(out, seconds);
        }
    }

    private ApiCache.Builder<Payment> cache(Store<Payment> store, Tally tally) {
        return ApiCache.over(store)
                .namespace("payments")
                .keepFor(Duration.ofHours(24))
                .lease(arguments.lease())
                .listener(tally);
    }

    private List<Line> lines() {
        try {
            if (arguments.file() != null) {
                return RequestFile.parse(Files.readAllLines(arguments.file()));
            }
            try (InputStream sample = Handler.class.getResourceAsStream(SampleFile.RESOURCE)) {
                if (sample == null) {
                    throw new IllegalArgumentException("the sample file is missing from the jar: build it again");
                }
                return RequestFile.parse(new String(sample.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + arguments.file() + ": " + e, e);
        }
    }
}
