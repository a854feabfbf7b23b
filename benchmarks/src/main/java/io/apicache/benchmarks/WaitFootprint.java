package io.apicache.benchmarks;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;

/** What open claims take, and callers that block no thread while they wait. */
final class WaitFootprint {

    static final String HEAP = "Heap for each claim and each wait, bytes";
    static final String HELD = "Held in all while they wait";

    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int RUNS = 3; // threads are among what can be reached, and with them whatever the JVM keeps
    private static final byte[] RESPONSE = {42};

    private final String where;
    private final ApiCache<byte[]> owner;
    private final ApiCache<byte[]> other;
    private final IntSupplier connections;
    private int rounds;

    /**
     * Prepares the measurement.
     *
     * @param where what the figures are called
     * @param owner has the claims
     * @param other waits; may be the same
     * @param connections how many are open
     */
    WaitFootprint(String where, ApiCache<byte[]> owner, ApiCache<byte[]> other, IntSupplier connections) {
        this.where = where;
        this.owner = owner;
        this.other = other;
        this.connections = connections;
    }

    void measure(int number, Figures figures) {
        run(number, new Figures()); // what is made once, and never again, is made now
        List<Figures> runs = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            Figures run = new Figures();
            run(number, run);
            runs.add(run);
        }
        figures.addMedians(runs);
    }

    private void run(int number, Figures figures) {
        String prefix = "round-" + rounds++ + "-";
        List<FirstSeen<byte[]>> claims = new ArrayList<>(number);
        List<CompletableFuture<Receipt<byte[]>>> waits = new ArrayList<>(number);

        long before = Heap.of(owner, other, claims, waits);
        claim(prefix, number, claims);
        long claimed = Heap.of(owner, other, claims, waits);
        figures.add(HEAP, where + ": an open claim", (double) (claimed - before) / number);
        Runnable held = held(number + " waits on as many ids", figures);
        for (int i = 0; i < number; i++) {
            waits.add(other.receiveAsync(prefix + i, LONG));
        }
        long waiting = Heap.of(owner, other, claims, waits);
        held.run();
        figures.add(HEAP, where + ": a wait, on an id of its own", (double) (waiting - claimed) / number);
        finish(claims, waits);

        claim(prefix + "hot-", 1, claims);
        long few = Heap.of(owner, other, claims, waits);
        held = held(number + " waits on one id", figures);
        for (int i = 0; i < number; i++) {
            waits.add(other.receiveAsync(prefix + "hot-0", LONG));
        }
        long hot = Heap.of(owner, other, claims, waits);
        held.run();
        figures.add(HEAP, where + ": a wait, all on one id", (double) (hot - few) / number);
        finish(claims, waits);
    }

    /** Looks now and, when it is run, again. */
    private Runnable held(String waits, Figures figures) {
        int threads = Heap.threads();
        int open = connections.getAsInt();
        return () -> {
            figures.add(HELD, where + ": additional threads, " + waits, Heap.threads() - threads);
            figures.add(HELD, where + ": additional connections, " + waits, connections.getAsInt() - open);
        };
    }

    private void claim(String prefix, int number, List<FirstSeen<byte[]>> claims) {
        List<CompletableFuture<Receipt<byte[]>>> asked = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            asked.add(owner.receiveAsync(prefix + i, LONG));
        }
        asked.forEach(receipt -> claims.add((FirstSeen<byte[]>) receipt.join()));
    }

    /** Everybody who waited gets the response: otherwise something else was measured. */
    private static void finish(List<FirstSeen<byte[]>> claims, List<CompletableFuture<Receipt<byte[]>>> waits) {
        if (waits.stream().anyMatch(CompletableFuture::isDone)) {
            throw new IllegalStateException("somebody did not wait");
        }
        claims.forEach(claim -> claim.handle(RESPONSE, Duration.ZERO));
        for (CompletableFuture<Receipt<byte[]>> wait : waits) {
            if (!(wait.join() instanceof Cached<byte[]> cached) || cached.response()[0] != RESPONSE[0]) {
                throw new IllegalStateException("a waiter got " + wait.join());
            }
        }
        claims.clear();
        waits.clear();
    }
}
