package io.apicache.benchmarks.peers;

import io.apicache.ApiCache;
import io.apicache.Codec;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.benchmarks.Figures;
import io.apicache.benchmarks.Machine;
import io.apicache.redis.RedisStore;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What it costs to keep many claims open: {@code [CLAIMS [SECONDS]] [--out DIRECTORY]}, 10,000 for 20 seconds by default. Without a
 * directory it only prints.
 */
public final class OpenClaims {

    private static final String TITLE = "What it costs to keep claims open";
    private static final String SECTION = "Each second, all claims together";
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final Figures figures = new Figures();
    private int claims = 10_000;
    private int seconds = 20;

    private OpenClaims() {}

    /**
     * Opens the claims, and prints what a second costs.
     *
     * @param args see above
     * @throws Exception if a claim was lost, or Redis cannot be started
     */
    public static void main(String[] args) throws Exception {
        OpenClaims open = new OpenClaims();
        Path out = null;
        int numbers = 0;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--out")) {
                out = Path.of(args[++i]);
            } else if (numbers++ == 0) {
                open.claims = Integer.parseInt(args[i]);
            } else {
                open.seconds = Integer.parseInt(args[i]);
            }
        }
        open.measure();
        System.out.println(open.figures.page(TITLE));
        if (out != null) {
            Files.createDirectories(out);
            open.figures.write(out, "open-claims", TITLE);
            System.out.println("written: " + out);
        }
    }

    private void measure() throws Exception {
        Machine.describe().forEach(figures::head);
        try (Server server = new Server();
                RedisStore store = RedisStore.connect(server.uri());
                ApiCache<byte[]> cache =
                        ApiCache.over(store.as(Codec.bytes())).lease(LEASE).build()) {
            figures.head("redis", server.version() + ", on loopback");
            figures.head("claims", String.valueOf(claims));
            figures.head("lease", LEASE.toSeconds() + " s");
            figures.head("watched for", seconds + " s");
            List<FirstSeen<byte[]>> open = claim(cache);
            Thread.sleep(LEASE.toMillis());
            watch(server);
            long lost = open.stream().filter(FirstSeen::isLost).count();
            if (lost > 0) {
                throw new IllegalStateException(lost + " claims were lost");
            }
        }
    }

    private List<FirstSeen<byte[]>> claim(ApiCache<byte[]> cache) {
        List<CompletableFuture<Receipt<byte[]>>> receipts = new ArrayList<>();
        for (int i = 0; i < claims; i++) {
            receipts.add(cache.receiveAsync("claim-" + i, Duration.ofSeconds(10)));
        }
        List<FirstSeen<byte[]>> open = new ArrayList<>();
        for (CompletableFuture<Receipt<byte[]>> receipt : receipts) {
            open.add((FirstSeen<byte[]>) receipt.join());
        }
        return open;
    }

    private void watch(Server server) throws InterruptedException {
        Server.Cost before = server.cost();
        long own = processCpuNanos();
        long renewals = server.calls("evalsha");
        Thread.sleep(seconds * 1_000L);
        renewals = server.calls("evalsha") - renewals;
        own = processCpuNanos() - own;
        Server.Cost cost = server.cost().since(before);
        figures.add(SECTION, "renewals", (double) renewals / seconds);
        figures.add(SECTION, "KB to and from the server", cost.bytes() / 1e3 / seconds);
        figures.add(SECTION, "server, % of a processor", cost.cpuMicros() / 1e4 / seconds);
        figures.add(SECTION, "client, % of a processor", own / 1e7 / seconds);
    }

    private static long processCpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
