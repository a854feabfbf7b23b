package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.Receipt;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** What a store brings along to be tried with caches on it, and the verbs of {@link ApiCacheContract}. Each cache plays one process. */
public abstract class ApiCacheHarness {

    /** Bounds what never happens. Nothing that is expected to happen is measured by it. */
    static final long PATIENCE_SECONDS = 300;

    /** An id that no other test has used. */
    protected final String id = "contract-" + UUID.randomUUID();

    private final List<ApiCache<?>> open = new ArrayList<>();
    private final List<FaultyStore<String>> stores = new CopyOnWriteArrayList<>();

    /** {@return what messages show of the id, as RecordDump takes it} */
    protected final String shown() {
        return "contract/" + Key.show(id);
    }

    /** {@return another process's own view of the same records} */
    protected abstract Store<String> open();

    /** {@return the clock of the caches} */
    protected abstract Time time();

    /** {@return the timer of the caches} */
    protected abstract ScheduledExecutorService scheduler();

    /**
     * Lets time go by.
     *
     * @param by how much
     */
    protected abstract void pass(Duration by);

    /** {@return the lease of the caches: shorter where time really has to go by} */
    protected Duration lease() {
        return Duration.ofSeconds(1);
    }

    @AfterEach
    void closeCaches() {
        open.forEach(ApiCache::close);
    }

    /** {@return a process of its own} */
    protected final ApiCache<String> cache() {
        return build(over(open()));
    }

    /** {@return the settings of a process on a view of the records} */
    protected final ApiCache.Builder<String> over(Store<String> store) {
        FaultyStore<String> observed = FaultyStore.around(store);
        stores.add(observed);
        return ApiCache.over(observed)
                .namespace("contract")
                .time(time())
                .scheduler(scheduler())
                .executor(Runnable::run)
                .lease(lease())
                .keepFor(Duration.ofHours(1));
    }

    /** {@return the process, closed after the test} */
    protected final ApiCache<String> build(ApiCache.Builder<String> settings) {
        ApiCache<String> cache = settings.build();
        open.add(cache);
        return cache;
    }

    /** Lets a number of leases go by, a quarter at a time, so that timers run when they should. */
    protected final void passLeases(int leases) {
        for (int i = 0; i < 4 * leases; i++) {
            pass(lease().dividedBy(4));
        }
    }

    /** {@return the claim, which is expected to be had at once} */
    protected final FirstSeen<String> firstSeen(ApiCache<String> cache) {
        Receipt<String> receipt = cache.receiveAndWait(id, Duration.ZERO);
        assertThat(receipt).as("receipt for %s", id).isInstanceOf(FirstSeen.class);
        return (FirstSeen<String>) receipt;
    }

    /** {@return the response, which is expected to be there at once} */
    protected final String replayed(ApiCache<String> cache) {
        Receipt<String> receipt = cache.receiveAndWait(id, Duration.ZERO);
        assertThat(receipt).as("receipt for %s", id).isInstanceOf(Cached.class);
        return ((Cached<String>) receipt).response();
    }

    /** Expects that somebody else is at work. */
    protected final void assertInFlight(ApiCache<String> cache) {
        assertThat(cache.receiveAndWait(id, Duration.ZERO))
                .as("receipt for %s", id)
                .isInstanceOf(InFlight.class);
    }

    /** {@return a caller that waits without a thread} */
    protected final CompletableFuture<Receipt<String>> waiter(ApiCache<String> cache, Duration maxWait) {
        CompletableFuture<Receipt<String>> waiter = cache.receiveAsync(id, maxWait);
        assertThat(waiter).as("waiter for %s", id).isNotDone();
        settle();
        return waiter;
    }

    /** Waits until the stores have answered what they were asked, so that whoever waits has joined. */
    protected final void settle() {
        eventually(
                "the stores answer",
                () -> stores.stream().mapToInt(FaultyStore::unanswered).sum() == 0);
    }

    /** Waits for something that takes a moment where stores answer on threads of their own. */
    protected static void eventually(String what, BooleanSupplier condition) {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(patience);
            LockSupport.parkNanos(100_000);
        }
    }

    /** {@return what the waiter was told, which may take a message} */
    protected static Receipt<String> told(CompletableFuture<Receipt<String>> waiter) throws Exception {
        return waiter.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** {@return the response that the waiter was told} */
    protected static String response(CompletableFuture<Receipt<String>> waiter) throws Exception {
        Receipt<String> receipt = told(waiter);
        assertThat(receipt).isInstanceOf(Cached.class);
        return ((Cached<String>) receipt).response();
    }

    /** {@return a call that blocks, in a thread of its own, once it waits} */
    protected final <T> FutureTask<T> blocked(ApiCache<String> cache, Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task, "caller");
        thread.start();
        eventually(cache + " waits", () -> task.isDone() || waitsForAnAnswer(thread));
        settle();
        return task;
    }

    /** {@return whether a thread is blocked in receive and has no answer yet, and is not blocked by something on the way there} */
    protected static boolean waitsForAnAnswer(Thread thread) {
        return receiving(thread) instanceof ForkJoinPool.ManagedBlocker call && !call.isReleasable();
    }

    /** {@return whether a thread has been given its answer in receive, and has not run since: its state still says that it waits} */
    protected static boolean isWoken(Thread thread) {
        return receiving(thread) instanceof ForkJoinPool.ManagedBlocker call && call.isReleasable();
    }

    private static @Nullable Object receiving(Thread thread) {
        Object blocker = LockSupport.getBlocker(thread);
        return blocker != null && blocker.getClass().getName().equals("io.apicache.engine.Waiter") ? blocker : null;
    }

    /** {@return whether a thread waits, for ever or for a time of its own} */
    protected static boolean isParked(Thread thread) {
        Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }

    /** {@return those of the waiters that were told} */
    protected static List<CompletableFuture<Receipt<String>>> done(List<CompletableFuture<Receipt<String>>> waiters) {
        return waiters.stream().filter(CompletableFuture::isDone).toList();
    }
}
