package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.CallSites.Fault;
import io.apicache.Callers.Call;
import io.apicache.spi.Store;
import io.apicache.spi.Time;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Everything that one process does with a cache, beside another process that is sound. One call out of the first one may be spoilt. */
final class FaultScenario implements AutoCloseable {

    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration STEP = Duration.ofMillis(100);
    private static final Duration VERY_LONG = Duration.ofHours(1);

    final CallSites sites = new CallSites();
    private final ManualTime time = new ManualTime();
    private final ReferenceStore<String> records = new ReferenceStore<>(time);
    private final FaultyStore<String> losing = FaultyStore.around(records);
    private final ApiCache<String> here = cache(
            sites.store(losing),
            settings -> settings.time(sites.watch(Time.class, time))
                    .scheduler(sites.scheduler(time.scheduler()))
                    .executor(sites.executor(Runnable::run))
                    .listener(sites.watch(ApiCacheListener.class, new ApiCacheListener() {})));
    private final ApiCache<String> elsewhere = cache(records, settings -> {});

    // What was there before the fault, and must survive it.
    private final FirstSeen<String> owner = (FirstSeen<String>) here.receiveAndWait("owned", Duration.ZERO);
    private final FirstSeen<String> ousted = (FirstSeen<String>) here.receiveAndWait("ousted", Duration.ZERO);
    private final CompletableFuture<Void> lost = ousted.lost().toCompletableFuture();
    private final CompletableFuture<Void> closedLost = owner.lost().toCompletableFuture();
    private final FirstSeen<String> other = (FirstSeen<String>) elsewhere.receiveAndWait("foreign", Duration.ZERO);
    private final List<Future<Receipt<String>>> patient = List.of(
            here.receiveAsync("owned", VERY_LONG),
            here.receiveAsync("foreign", VERY_LONG),
            Callers.waiting(() -> here.receiveAndWait("owned", VERY_LONG)),
            Callers.waiting(() -> here.receiveAndWait("foreign", VERY_LONG)));
    private final List<Future<?>> begun = new ArrayList<>();

    private interface Settings {
        void on(ApiCache.Builder<String> builder);
    }

    private ApiCache<String> cache(Store<String> store, Settings settings) {
        ApiCache.Builder<String> builder = ApiCache.over(store)
                .time(time)
                .scheduler(time.scheduler())
                .executor(Runnable::run)
                .lease(LEASE);
        settings.on(builder);
        return builder.build();
    }

    @Override
    public void close() {
        sites.disarm();
        losing.heal();
        here.close();
        elsewhere.close();
    }

    // ---- calls, some of which meet the fault

    /** Makes a call in a thread, and lets time go by until it ends. {@return what it returned, or null if it threw} */
    private <T> @Nullable T attempt(String what, Callable<T> call) {
        Call<T> started = Callers.start(call);
        for (int steps = 0; !started.isDone() && steps < 600; ) {
            try {
                return started.get(1, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (started.rests()) {
                    steps++;
                    time.advance(STEP);
                }
            } catch (ExecutionException | InterruptedException e) {
                return null; // the fault ends this call, and no other
            }
        }
        Callers.outcome(started, what);
        try {
            return started.get();
        } catch (ExecutionException | InterruptedException e) {
            return null;
        }
    }

    private static Callable<String> run(Runnable call) {
        return () -> {
            call.run();
            return "done";
        };
    }

    private void begin(Callable<CompletableFuture<?>> call) {
        CompletableFuture<?> begun = attempt("an asynchronous call", call);
        if (begun != null) {
            this.begun.add(begun);
        }
    }

    private void pass(Duration by) {
        for (Duration left = by; !left.isZero() && !left.isNegative(); left = left.minus(STEP)) {
            time.advance(STEP);
        }
    }

    // ---- the scenario

    /** Uses everything there is, while one call may go wrong. */
    void play(@Nullable Fault fault) {
        sites.arm(fault);
        workAndWait();
        waitForAnother();
        finishOtherwise();
        elsewhere.invalidate("ousted");
        pass(LEASE.dividedBy(2));
        sites.disarm();
    }

    private void workAndWait() {
        FirstSeen<String> work = firstSeen("work");
        begin(() -> here.receiveAsync("work", SECOND.multipliedBy(20)));
        begin(() -> here.receiveAsync("work", Duration.ZERO));
        attempt("a wait", () -> here.receiveAndWait("work", STEP));
        CompletableFuture<?> cancelled = attempt("a wait to cancel", () -> here.receiveAsync("work", VERY_LONG));
        if (cancelled != null) {
            cancelled.cancel(false);
        }
        pass(LEASE.dividedBy(2));
        if (work != null) {
            losing.nth(1, Verb.HANDLE, FaultyStore.Fault.REPLY_LOST);
            attempt("handle", run(() -> work.handle("response")));
        }
        attempt("a replay", () -> here.receiveAndWait("work", SECOND));
        attempt("peek", () -> here.peek("work"));
        attempt("invalidate", () -> here.invalidate("work"));
    }

    private void waitForAnother() {
        FirstSeen<String> away = (FirstSeen<String>) elsewhere.receiveAndWait("away", Duration.ZERO);
        FirstSeen<String> released = (FirstSeen<String>) elsewhere.receiveAndWait("released", Duration.ZERO);
        begin(() -> here.receiveAsync("away", SECOND.multipliedBy(20)));
        begin(() -> here.receiveAsync("released", SECOND.multipliedBy(20)));
        pass(SECOND);
        away.handle("response");
        released.release();
        FirstSeen<String> async = firstSeen("async");
        if (async != null) {
            begin(() -> async.handleAsync("response"));
        }
    }

    private void finishOtherwise() {
        FirstSeen<String> given = firstSeen("given back");
        if (given != null) {
            attempt("release", run(given::release));
        }
        if (firstSeen("by id") != null) {
            attempt("handle by id", run(() -> here.handle("by id", "response")));
        }
        attempt("execute", () -> here.execute("executed", SECOND, () -> "response"));
        attempt(
                "execute",
                () -> here.execute("thrown", SECOND, () -> {
                    throw new IOException("the work fails");
                }));
        FirstSeen<String> unstorable = firstSeen("unstorable");
        if (unstorable != null) {
            attempt("handle what is refused", run(() -> unstorable.handle(CallSites.TOO_LARGE)));
            attempt("close", run(unstorable::close));
            attempt("meet the marker", () -> here.receiveAndWait("unstorable", SECOND));
        }
        begin(() -> here.executeAsync(
                "executed without a thread", SECOND, claim -> CompletableFuture.completedFuture("response")));
        begin(() -> here.executeAsync(
                "unstorable without a thread",
                SECOND,
                claim -> CompletableFuture.completedFuture(CallSites.TOO_LARGE)));
        begin(() -> here.peekAsync("executed"));
        begin(() -> here.invalidateAsync("executed"));
        FirstSeen<String> held = firstSeen("held");
        if (held != null) {
            attempt("invalidate what is held", () -> here.invalidate("held"));
            attempt("close", run(held::close));
        }
    }

    private @Nullable FirstSeen<String> firstSeen(String id) {
        return attempt("receive " + id, () -> here.receiveAndWait(id, SECOND)) instanceof FirstSeen<String> claim
                ? claim
                : null;
    }

    // ---- what must hold afterwards

    /** Whatever was begun has ended, and whatever went on goes on. */
    void assertNothingElseIsHarmed() {
        for (int steps = 0; steps < 300 && !begun.stream().allMatch(Future::isDone); steps++) {
            time.advance(STEP);
        }
        begun.forEach(call -> Callers.outcome(call, "an asynchronous call"));
        pass(LEASE);
        Callers.eventually("lost() of an owner that was ousted completes", lost::isDone);
        assertThat(ousted.isLost()).isTrue();
        assertThat(owner.isLost()).as("an owner at work is lost").isFalse();
        assertThat(elsewhere.receiveAndWait("owned", Duration.ZERO)).isInstanceOf(InFlight.class);
        owner.handle("response");
        other.handle("response");
        pass(SECOND.multipliedBy(5)); // should the fault have met a message, the next look finds it
        for (Future<Receipt<String>> waiter : patient) {
            assertThat(Callers.outcome(waiter, "a waiter")).isInstanceOf(Cached.class);
        }
    }

    /** The same cache serves as before. */
    void assertHealthy() {
        FirstSeen<String> fresh = (FirstSeen<String>) here.receiveAndWait("fresh", Duration.ZERO);
        FirstSeen<String> soon = (FirstSeen<String>) here.receiveAndWait("soon lost", Duration.ZERO);
        CompletableFuture<Void> soonLost = soon.lost().toCompletableFuture();
        elsewhere.invalidate("soon lost");
        CompletableFuture<Receipt<String>> async = here.receiveAsync("fresh", VERY_LONG);
        Call<Receipt<String>> blocked = Callers.waiting(() -> here.receiveAndWait("fresh", VERY_LONG));
        CompletableFuture<Receipt<String>> away = elsewhere.receiveAsync("fresh", VERY_LONG);

        pass(LEASE.multipliedBy(3));

        Callers.eventually("lost() completes", soonLost::isDone);
        assertThat(fresh.isLost()).as("a new claim is lost").isFalse();
        assertThat(elsewhere.receiveAndWait("fresh", Duration.ZERO)).isInstanceOf(InFlight.class);
        fresh.handle("response");
        for (Future<Receipt<String>> waiter : List.of(async, blocked, away)) {
            assertThat(Callers.outcome(waiter, "a waiter")).isInstanceOf(Cached.class);
        }
        assertThat(here.toString()).contains("0 waiters");
    }

    /** Closes the cache, while one call may go wrong: claims and waits of the cache end. */
    void close(@Nullable Fault fault) {
        sites.arm(fault);
        attempt("close", run(here::close));
        sites.disarm();
        pass(LEASE.plus(SECOND)); // claims whose release did not reach the store lapse
        int planted = 0;
        for (Future<Receipt<String>> waiter : patient) {
            Object outcome = Callers.outcome(waiter, "a waiter");
            planted += outcome instanceof NoClassDefFoundError || outcome instanceof StackOverflowError ? 1 : 0;
            assertThat(outcome)
                    .isInstanceOfAny(IllegalStateException.class, LinkageError.class, VirtualMachineError.class);
        }
        assertThat(planted).as("waiters that got the fault").isLessThanOrEqualTo(1);
        assertThat(owner.isLost()).isTrue();
        Callers.eventually("lost() of what was closed completes", closedLost::isDone); // on a rescue thread, perhaps
        assertThat(elsewhere.receiveAndWait("owned", Duration.ZERO)).isInstanceOf(FirstSeen.class);
    }
}
