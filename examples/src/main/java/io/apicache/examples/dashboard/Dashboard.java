package io.apicache.examples.dashboard;

import io.apicache.examples.CommandLine;
import io.apicache.examples.Stores;
import io.apicache.examples.dashboard.Clients.Loaded;
import io.apicache.spi.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * Serves a page whose figures take a slow query, computed once in five minutes for everybody, and shows that many clients at once cost
 * one query.
 */
public final class Dashboard implements AutoCloseable {

    /** A slow machine is not to count as a failed store. */
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private final Options options;
    private final PrintStream out;
    private final Sales sales;
    private final List<Store<Figures>> stores = new ArrayList<>();
    private final List<DashboardServer> servers = new ArrayList<>();

    private Dashboard(Options options, PrintStream out) throws SQLException {
        this.options = options;
        this.out = out;
        for (int i = 0; i < (options.redis() == null ? 1 : 2); i++) {
            stores.add(options.breaks() ? Store.passThrough() : Stores.open(options.redis(), SharedFigures.codec()));
        }
        this.sales = new Sales(options.sales());
    }

    /**
     * Runs the program. Exits with 0 if all clients got their page from one query, 1 if not, 2 if it could not start: bad arguments, no
     * Redis, no port.
     *
     * @param arguments see {@code --help}
     * @throws Exception if it is interrupted, or the database cannot be made
     */
    public static void main(String[] arguments) throws Exception {
        CommandLine.keepLibrariesQuiet();
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream out, PrintStream err, String... arguments) throws InterruptedException, SQLException {
        try {
            Options options = Options.parse(arguments);
            if (options.help()) {
                out.print(Options.HELP);
                return 0;
            }
            try (Dashboard dashboard = new Dashboard(options, out)) {
                dashboard.start();
                return options.serve() ? dashboard.serve() : dashboard.demonstrate();
            }
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return 2;
        }
    }

    private void start() {
        // A run with clients begins without figures; servers that stay share theirs with all others of that Redis.
        String namespace = options.serve() ? "dashboard" : "dashboard-" + UUID.randomUUID();
        for (Store<Figures> store : stores) {
            SharedFigures figures = new SharedFigures(
                    SharedFigures.cache(store, namespace).storeTimeout(PATIENT),
                    () -> sales.figures(SharedFigures.WORK_LIMIT),
                    new Counts());
            servers.add(listen(figures, servers.isEmpty() ? options.port() : 0));
        }
    }

    private static DashboardServer listen(SharedFigures figures, int port) {
        try {
            return new DashboardServer(figures, port);
        } catch (IOException e) {
            figures.close();
            throw new IllegalArgumentException("--port " + port + " cannot be used: " + e.getMessage(), e);
        }
    }

    private List<URI> pages() {
        return servers.stream().map(DashboardServer::page).toList();
    }

    private int serve() throws InterruptedException {
        pages().forEach(page -> out.println("Open " + page));
        new CountDownLatch(1).await();
        return 0;
    }

    private int demonstrate() {
        out.printf(Locale.ROOT, "%d clients load %s at once%n%n", options.clients(), pages());
        List<Loaded> loaded = Clients.load(pages(), options.clients());
        long failed = loaded.stream().filter(page -> page.status() != 200).count();
        long slowest = loaded.stream().mapToLong(Loaded::nanos).max().orElse(0);
        row("queries", sales.queries());
        row("computations", sum(Counts::computations));
        row("waits", sum(Counts::waits));
        row("hits", sum(Counts::hits));
        row("slowest page, ms", TimeUnit.NANOSECONDS.toMillis(slowest));
        row("pages that failed", failed);
        boolean kept = sales.queries() == 1 && failed == 0;
        out.printf(
                Locale.ROOT,
                kept ? "%nOK: %d clients cost one query.%n" : "%nNOT OK: %d clients should cost one query.%n",
                options.clients());
        return kept ? 0 : 1;
    }

    private void row(String name, long value) {
        out.printf(Locale.ROOT, "%-20s%8d%n", name, value);
    }

    private long sum(ToLongFunction<Counts> count) {
        return servers.stream().map(DashboardServer::counts).mapToLong(count).sum();
    }

    @Override
    public void close() throws SQLException {
        servers.forEach(DashboardServer::close);
        stores.forEach(Store::close);
        sales.close();
    }
}
