package io.apicache.examples.grpc;

import io.apicache.ApiCache;
import io.apicache.codec.KryoCodec;
import io.apicache.examples.CommandLine;
import io.apicache.examples.Stores;
import io.apicache.spi.Store;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Sends payments by gRPC, in duplicate and over channels that hedge and retry, to two servers that lose answers, and checks that every
 * payment was executed once and answered alike.
 */
public final class GrpcDemo {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final PrintStream out;
    private final Counts counts = new Counts();
    private final Ledger ledger = new Ledger();

    private GrpcDemo(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the program. Exits with 0 if every promise was kept, 1 if not, 2 if it could not start: bad arguments, no Redis.
     *
     * @param arguments see {@code --help}
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] arguments) throws InterruptedException {
        CommandLine.keepLibrariesQuiet();
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream out, PrintStream err, String... arguments) throws InterruptedException {
        try {
            DemoArguments parsed = DemoArguments.parse(arguments);
            if (parsed.help()) {
                out.print(DemoArguments.HELP);
                return 0;
            }
            return new GrpcDemo(out).run(parsed) ? 0 : 1;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return 2;
        }
    }

    private boolean run(DemoArguments arguments) throws InterruptedException {
        Store<Answer> store =
                arguments.breaks() ? Store.passThrough() : Stores.open(arguments.redis(), KryoCodec.of(Answer.class));
        String namespace = "grpc-" + UUID.randomUUID(); // another run on the same Redis is none of our business
        LossyNetwork network = new LossyNetwork(counts, key -> Math.floorMod(key.hashCode(), 3) == 0);
        Payments payments;
        long start = System.nanoTime();
        try (store;
                PaymentServer first = server(store, namespace, network);
                PaymentServer second = server(store, namespace, network)) {
            List<InetSocketAddress> servers = List.of(first.address(), second.address());
            out.printf("Sending %,d payments twice each to 2 servers%n", arguments.payments());
            payments = new Payments(servers, arguments.payments());
            payments.run();
        }
        return report(payments, (System.nanoTime() - start) / 1e9);
    }

    private PaymentServer server(Store<Answer> store, String namespace, LossyNetwork network) {
        ApiCache<Answer> cache = ApiCache.over(store)
                .namespace(namespace)
                .keepFor(Duration.ofHours(1))
                .listener(counts)
                .build();
        return new PaymentServer(cache, PaymentService.of(ledger), LONGEST_WAIT, network);
    }

    private boolean report(Payments payments, double seconds) {
        List<String> violations = payments.violations(ledger);
        row("payments", payments.size());
        row("calls by the application", payments.calls());
        row("of them past their deadline", payments.timeouts());
        row("attempts seen by the servers", counts.attempts.sum());
        row("of them repeated by gRPC", counts.repeated.sum());
        row("executions", ledger.executions());
        row("of them refused by the bank", payments.refused());
        row("replays", counts.replays.sum());
        row("waits", counts.waits.sum());
        row("told that it is in flight", counts.inFlight.sum());
        row("answers lost on the way", counts.lost.sum());
        out.printf("%-34s%12s%n", "seconds", String.format(Locale.ROOT, "%.1f", seconds));
        if (violations.isEmpty()) {
            out.printf("%nOK: every payment was executed once, and answered alike.%n");
            return true;
        }
        out.printf("%nNOT OK: %d violations%n", violations.size());
        violations.stream().limit(10).forEach(violation -> out.println("  " + violation));
        return false;
    }

    private void row(String name, long count) {
        out.printf("%-34s%12s%n", name, String.format(Locale.ROOT, "%,d", count));
    }
}
