package io.apicache;

import io.apicache.spi.Store;
import io.apicache.spi.Time;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A process whose heap is full for a while, in which waits end and leases are to be renewed. Started by {@link FullHeapTest} with a small
 * heap; prints what went wrong, and "sound" in the end. The heap is full by the time of the machine, since leases end by it; what is
 * expected afterwards is awaited.
 *
 * <p>With a number as argument the heap is filled inside that call of the clock on the cache's timer thread, so that whatever the timer does
 * next, for the first time perhaps, meets a full heap.
 */
public final class FullHeap {

    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final Duration FULL_FOR = Duration.ofMillis(2_500);
    private static final Duration MAX_WAIT = Duration.ofSeconds(2);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(Long.getLong("apicache.test.patience", 300));

    private final FaultyStore<String> store = FaultyStore.around(new ReferenceStore<>(Time.system()));
    private final FillingClock clock = new FillingClock();
    private final ApiCache<String> cache =
            ApiCache.over((Store<String>) store).lease(LEASE).time(clock).build();
    private final ApiCache<String> elsewhere =
            ApiCache.over((Store<String>) store).lease(LEASE).build();
    private final List<Thread> threads = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private final byte[][] ballast = new byte[500_000][];
    private volatile int used;
    private volatile boolean timerFinds;

    private FullHeap() {}

    /** Runs it. */
    public static void main(String[] arguments) {
        FullHeap process = new FullHeap();
        process.run(arguments.length == 0 ? 0 : Integer.parseInt(arguments[0]));
        process.complaints.forEach(System.out::println);
        System.out.println(process.complaints.isEmpty() ? "sound" : "broken");
        System.out.flush();
        Runtime.getRuntime().halt(0); // callers that hang must not keep it
    }

    private void run(int timerCall) {
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

        if (timerCall > 0) {
            clock.left.set(timerCall);
            await("the timer reads the clock", () -> timerFinds);
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

    /** Fills the heap when the timer's thread reads it for the given time. */
    private final class FillingClock implements Time {

        private final AtomicInteger left = new AtomicInteger();

        @Override
        public long nanoTime() {
            if (left.get() > 0 && Thread.currentThread().getName().contains("-timer-") && left.decrementAndGet() == 0) {
                fill();
                timerFinds = true;
            }
            return System.nanoTime();
        }

        @Override
        public Instant instant() {
            return Instant.now();
        }
    }

    /** Allocates until nothing is left, down to the last bytes, again and again. */
    private void fillTheHeap(long until) {
        LockSupport.parkNanos(1); // what is called while there is no heap must have been loaded before
        while (System.nanoTime() - until < 0) {
            fill();
            LockSupport.parkNanos(100_000);
        }
        for (int i = 0; i < used; i++) {
            ballast[i] = null;
        }
    }

    private synchronized void fill() {
        for (int size = 1 << 20; size >= 16; size /= 4) {
            fill(size);
        }
        fill(0); // of this thread's own reserve, too
    }

    private void fill(int size) {
        int next = used;
        try {
            while (next < ballast.length) {
                ballast[next] = new byte[size];
                next++;
            }
        } catch (OutOfMemoryError e) {
            // that is what it is for
        }
        used = next;
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
