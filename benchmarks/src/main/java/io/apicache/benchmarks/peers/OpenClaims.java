package io.apicache.benchmarks.peers;

import io.apicache.ApiCache;
import io.apicache.Codec;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.redis.RedisStore;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** What it costs to keep many claims open: {@code [CLAIMS [SECONDS]]}, 10,000 for 20 seconds by default. */
public final class OpenClaims {

    private static final Duration LEASE = Duration.ofSeconds(10);

    private OpenClaims() {}

    /**
     * Opens the claims, and prints what a second costs.
     *
     * @param args see above
     * @throws Exception if a claim was lost, or Redis cannot be started
     */
    public static void main(String[] args) throws Exception {
        int claims = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 20;
        try (Server server = new Server();
                RedisStore store = RedisStore.connect(server.uri());
                ApiCache<byte[]> cache =
                        ApiCache.over(store.as(Codec.bytes())).lease(LEASE).build()) {
            List<CompletableFuture<Receipt<byte[]>>> receipts = new ArrayList<>();
            for (int i = 0; i < claims; i++) {
                receipts.add(cache.receiveAsync("claim-" + i, Duration.ofSeconds(10)));
            }
            List<FirstSeen<byte[]>> open = new ArrayList<>();
            for (CompletableFuture<Receipt<byte[]>> receipt : receipts) {
                open.add((FirstSeen<byte[]>) receipt.join());
            }
            Thread.sleep(LEASE.toMillis());
            Server.Cost before = server.cost();
            long own = processCpuNanos();
            long renewals = server.calls("evalsha");
            Thread.sleep(seconds * 1_000L);
            renewals = server.calls("evalsha") - renewals;
            own = processCpuNanos() - own;
            Server.Cost cost = server.cost().since(before);
            long lost = open.stream().filter(FirstSeen::isLost).count();
            System.out.printf(
                    Locale.ROOT,
                    "%d claims, lease %d s: %.0f renewals/s, %.0f KB/s, server %.1f %% and client %.1f %% of a processor, %d lost%n",
                    claims,
                    LEASE.toSeconds(),
                    (double) renewals / seconds,
                    cost.bytes() / 1e3 / seconds,
                    cost.cpuMicros() / 1e4 / seconds,
                    own / 1e7 / seconds,
                    lost);
            if (lost > 0) {
                throw new IllegalStateException(lost + " claims were lost");
            }
        }
    }

    private static long processCpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
