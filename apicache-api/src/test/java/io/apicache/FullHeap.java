package io.apicache;

import io.apicache.spi.Store;
import io.apicache.spi.Time;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A process whose heap is full for a while, in which waits end and leases are to be renewed. Started by {@link FullHeapTest} with a small
 * heap; prints what went wrong, and "sound" in the end. The heap is full by the time of the machine, since leases end by it; what is
 * expected afterwards is awaited.
 */
public final class FullHeap {

    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final Duration FULL_FOR = Duration.ofMillis(2_500);
    private static final Duration MAX_WAIT = Duration.ofSeconds(2);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(Long.getLong("apicache.test.patience", 300));

    private final FaultyStore<String> store = FaultyStore.around(new ReferenceStore<>(Time.system()));
    private final ApiCache<String> cache =
            ApiCache.over((Store<String>) store).lease(LEASE).build();
    private final ApiCache<String> elsewhere =
            ApiCache.over((Store<String>) store).lease(LEASE).build();
    private final List<Thread> threads = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private final byte[][] ballast = new byte[500_000][];

    private FullHeap() {}

    /** Runs it. */
    public static void main(String[] arguments) {
        FullHeap process = new FullHeap();
        process.run();
        process.complaints.forEach(System.out::println);
        System.out.println(process.complaints.isEmpty() ? "sound" : "broken");
        System.out.flush();
        Runtime.getRuntime().halt(0); // callers that hang must not keep it
    }

    private void run() {
        List<FirstSeen<String>> owners = new ArrayList<>();
        List<CompletableFuture<Void>> lost = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            FirstSeen<String> owner = (FirstSeen<String>) cache.receiveAndWait("id " + i, Duration.ZERO);
            owners.add(owner);
            lost.add(owner.lost().toCompletableFuture());
        }
        elsewhere.receiveAndWait("foreign", Duration.ZERO);
        for (int i = 0; i < 100; i++) {
            startCaller(i % 2 == 0 ? "id " + i % 10 : "foreign");
        }
        List<CompletableFuture<Receipt<String>>> async = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            async.add(cache.receiveAsync(i % 2 == 0 ? "id " + i % 10 : "foreign", MAX_WAIT));
        }

        fillTheHeap(System.nanoTime() + FULL_FOR.toNanos());

        await("callers return", () -> threads.stream().noneMatch(Thread::isAlive));
        complain(threads.stream().filter(Thread::isAlive).count(), "callers that block have not returned");
        await("futures complete", () -> async.stream().allMatch(Future::isDone));
        complain(async.stream().filter(each -> !each.isDone()).count(), "callers that do not block have no answer");
        assertRenewed(owners, lost);
        assertHealthy();
    }

    private void startCaller(String id) {
        Thread thread = new Thread(() -> {
            try {
                cache.receiveAndWait(id, MAX_WAIT);
            } catch (RuntimeException | Error e) {
                // the want of heap may end a call, but must not keep it
            }
        });
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    /** Allocates until nothing is left, down to the last bytes, again and again. */
    private void fillTheHeap(long until) {
        LockSupport.parkNanos(1); // what is called while there is no heap must have been loaded before
        int used = fill(0, 1 << 20);
        while (System.nanoTime() - until < 0) {
            for (int size = 1 << 16; size >= 16; size /= 4) {
                used = fill(used, size);
            }
            LockSupport.parkNanos(100_000);
        }
        for (int i = 0; i < used; i++) {
            ballast[i] = null;
        }
    }

    private int fill(int from, int size) {
        int used = from;
        try {
            while (used < ballast.length) {
                ballast[used] = new byte[size];
                used++;
            }
        } catch (OutOfMemoryError e) {
            // that is what it is for
        }
        return used;
    }

    private void assertRenewed(List<FirstSeen<String>> owners, List<CompletableFuture<Void>> lost) {
        int renewals = store.calls(Verb.RENEW);
        await(
                "claims are renewed, or lost on a machine that was slow enough",
                () -> store.calls(Verb.RENEW) >= renewals + 2 * owners.size()
                        || owners.stream().allMatch(FirstSeen::isLost));
        for (int i = 0; i < owners.size(); i++) {
            if (owners.get(i).isLost()) {
                CompletableFuture<Void> loss = lost.get(i);
                await("lost() completes", loss::isDone);
            } else {
                Receipt<String> receipt = elsewhere.receiveAndWait("id " + i, Duration.ZERO);
                complain(receipt instanceof FirstSeen && !owners.get(i).isLost() ? 1 : 0, "claims have two owners");
            }
        }
    }

    private void assertHealthy() {
        FirstSeen<String> fresh = (FirstSeen<String>) cache.receiveAndWait("fresh", Duration.ZERO);
        CompletableFuture<Receipt<String>> waiter = elsewhere.receiveAsync("fresh", Duration.ofHours(1));
        fresh.handle("response");
        await("a new waiter has its answer", waiter::isDone);
        await("no waiter is counted", () -> cache.toString().contains(" 0 waiters"));
    }

    private interface Condition {
        boolean holds();
    }

    private void await(String what, Condition condition) {
        long patience = System.nanoTime() + PATIENCE;
        while (!condition.holds()) {
            if (System.nanoTime() - patience >= 0) {
                complain(1, "not so: " + what);
                return;
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void complain(long count, String what) {
        if (count > 0) {
            complaints.add(count + " " + what);
        }
    }
}
