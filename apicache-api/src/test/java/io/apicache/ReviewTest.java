package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Callers.Call;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Time;
import io.apicache.spi.Token;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import java.lang.reflect.Field;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Faults that a review found. Each fails at the commit that was reviewed. */
class ReviewTest {

    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** A clock that fails, or stops its caller, when it is told to. */
    private static final class Clock implements Time {

        final ManualTime time = new ManualTime();
        final AtomicInteger soundReadings = new AtomicInteger(Integer.MAX_VALUE); // of the thread, before one fails
        volatile Thread spoilt;
        volatile CountDownLatch gate; // the spoilt thread stops here instead of failing, after it has read
        volatile boolean readsAfterTheGate;
        final CountDownLatch stopped = new CountDownLatch(1);

        @Override
        public long nanoTime() {
            long read = time.nanoTime();
            if (Thread.currentThread().equals(spoilt) && soundReadings.getAndDecrement() == 0) {
                CountDownLatch at = gate;
                if (at == null) {
                    throw new NoClassDefFoundError("planted");
                }
                stopped.countDown();
                try {
                    at.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            return readsAfterTheGate ? time.nanoTime() : read;
        }

        void failOnThisThreadAfter(int readings) {
            spoilt = Thread.currentThread();
            soundReadings.set(readings);
        }

        void heal() {
            spoilt = null;
        }

        @Override
        public Instant instant() {
            return time.instant();
        }
    }

    /** A store around another one, for what {@link FaultyStore} cannot do. */
    private static class Around implements Store<String> {

        final Store<String> inner;

        Around(Store<String> inner) {
            this.inner = inner;
        }

        @Override
        public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
            return inner.claim(key, attempt);
        }

        @Override
        public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
            return inner.join(key, attempt);
        }

        @Override
        public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
            return inner.handle(key, token, value, keepFor);
        }

        @Override
        public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
            return inner.renew(key, token, lease);
        }

        @Override
        public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
            return inner.release(key, attempt);
        }

        @Override
        public CompletionStage<Boolean> invalidate(Key key) {
            return inner.invalidate(key);
        }

        @Override
        public CompletionStage<Optional<Claimed.Handled<String>>> peek(Key key) {
            return inner.peek(key);
        }

        @Override
        public Registration hints(Hints<String> hints) {
            return inner.hints(hints);
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    private final Clock clock = new Clock();
    private final ManualTime time = clock.time;
    private final ReferenceStore<String> records = new ReferenceStore<>(time);
    private final FaultyStore<String> faulty = FaultyStore.around(records);
    private final List<Runnable> replies = new ArrayList<>();
    private final List<ApiCache<String>> open = new ArrayList<>();
    private final List<CountDownLatch> gates = new ArrayList<>();

    private ApiCache.Builder<String> settings(Store<String> store) {
        return ApiCache.over(store)
                .time(clock)
                .scheduler(time.scheduler())
                .executor(Runnable::run)
                .lease(LEASE)
                .storeTimeout(STORE_TIMEOUT);
    }

    private ApiCache<String> build(ApiCache.Builder<String> settings) {
        ApiCache<String> cache = settings.build();
        open.add(cache);
        return cache;
    }

    @AfterEach
    void close() {
        clock.heal();
        gates.forEach(CountDownLatch::countDown);
        faulty.heal();
        reply();
        open.forEach(ApiCache::close);
    }

    private void reply() {
        List<Runnable> held = List.copyOf(replies);
        replies.clear();
        held.forEach(Runnable::run);
    }

    private static FirstSeen<String> firstSeen(ApiCache<String> cache, String id) {
        return (FirstSeen<String>) cache.receiveAndWait(id, Duration.ZERO);
    }

    private static Object field(Object of, String name) {
        try {
            Field field = of.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(of);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Engine<String> engine(ApiCache<String> cache) {
        return (Engine<String>) field(cache, "engine");
    }

    private static Room<String> room(ApiCache<String> cache) {
        return engine(cache).rooms().iterator().next();
    }

    // ---- hand-overs

    @Test
    @DisplayName("M1 outcomes that wait for a rescue thread are not queued again and again")
    void rescuesAreNotQueuedWithoutBound() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        gates.add(gate);
        ApiCache<String> cache = build(settings(records).executor(task -> {})); // or a pool whose threads are all blocked
        FirstSeen<String> owner = firstSeen(cache, "id");
        CountDownLatch blocked = new CountDownLatch(16);
        for (int i = 0; i < 40; i++) {
            var unused = cache.receiveAsync("id", LONG).thenRun(() -> {
                blocked.countDown();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
        }
        owner.handle("response");

        time.advance(STORE_TIMEOUT.multipliedBy(2));
        assertThat(blocked.await(Callers.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        time.advance(SECOND);

        ThreadPoolExecutor rescuers = (ThreadPoolExecutor) field(engine(cache).threads(), "rescuers");
        assertThat(rescuers.getQueue().size()).isLessThanOrEqualTo(40);
    }

    @Test
    @DisplayName("E1 a future is completed although there was no heap for its failure at first")
    void theFailureOfAFutureMayNeedHeap() {
        Engine<String> engine = engine(build(settings(records)));
        AtomicInteger failures = new AtomicInteger(1);
        CompletableFuture<String> result = new CompletableFuture<>() {
            @Override
            public boolean completeExceptionally(Throwable failure) { // allocates
                if (failures.getAndDecrement() > 0) {
                    throw new OutOfMemoryError("planted");
                }
                return super.completeExceptionally(failure);
            }
        };
        HandOver<String> handOver = new HandOver<>(
                engine,
                () -> true,
                () -> {
                    throw new OutOfMemoryError("planted");
                },
                result);
        engine.handOvers().add(handOver);
        engine.keeper().watch();

        handOver.ready();
        time.advance(STORE_TIMEOUT.multipliedBy(4));
        Callers.eventually("a rescue thread or the keeper", () -> result.isDone() || !engine.hasSomethingToKeep());

        assertThat(result).isDone();
    }

    @Test
    @DisplayName("E1 W2 a waiter whose executor drops its task is answered although the cache is closed at once")
    void closingWithAnExecutorThatDrops() throws Exception {
        ApiCache<String> cache = build(ApiCache.over((Store<String>) records)
                .storeTimeout(Duration.ofMillis(50))
                .executor(task -> {}));
        firstSeen(cache, "id");
        CompletableFuture<Receipt<String>> waiter = cache.receiveAsync("id", LONG);

        cache.close();

        Object outcome;
        try {
            outcome = waiter.get(5, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            outcome = "nothing after a hundred store time-outs";
        } catch (java.util.concurrent.ExecutionException e) {
            outcome = e.getCause();
        }
        assertThat(outcome).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("E1 a claim whose receipt could not be made for an asynchronous caller is given back")
    void theReceiptOfAnAsynchronousCallFails() {
        ApiCache<String> cache = build(settings(records).listener(new ApiCacheListener() {}));
        ApiCache<String> elsewhere = build(settings(records));
        FirstSeen<String> owner = firstSeen(elsewhere, "id");
        List<Runnable> tasks = new ArrayList<>();
        ApiCache<String> slow = build(
                settings(records).listener(new ApiCacheListener() {}).executor(tasks::add));
        CompletableFuture<Receipt<String>> waiter = slow.receiveAsync("id", LONG);
        owner.release();
        assertThat(tasks).hasSize(1);

        clock.failOnThisThreadAfter(0); // the wait is timed for the listener
        tasks.remove(0).run();
        clock.heal();

        assertThat(waiter).isCompletedExceptionally();
        time.advance(LEASE.multipliedBy(2));
        assertThat(cache.receiveAndWait("id", Duration.ZERO)).isInstanceOf(FirstSeen.class);
    }

    // ---- handle

    @Test
    @DisplayName("E1 H3 a clock that failed once in handle leaves a claim that can be handled or released")
    void theClockFailsInHandle() {
        List<String> failures = new ArrayList<>();
        for (int readings = 0; readings < 6; readings++) {
            ApiCache<String> cache = build(settings(records).namespace("n" + readings));
            FirstSeen<String> owner = firstSeen(cache, "id");
            clock.failOnThisThreadAfter(readings);
            try {
                owner.handle("response");
            } catch (NoClassDefFoundError e) {
                // ends this call
            }
            clock.heal();
            time.advance(STORE_TIMEOUT.multipliedBy(3));
            try {
                if (cache.peek("id").isEmpty()) {
                    owner.handle("response");
                }
            } catch (RuntimeException e) {
                failures.add("after " + readings + " readings: " + e.getMessage());
            }
        }
        assertThat(failures).isEmpty();
    }

    @Test
    @DisplayName("E1 H3 a clock that failed once while a handle was found unanswered does not end its repetition")
    void theClockFailsWhenAHandleIsUnanswered() {
        List<String> failures = new ArrayList<>();
        for (int readings = 0; readings < 12; readings++) {
            FaultyStore<String> silent = FaultyStore.around(records);
            ApiCache<String> cache = build(settings(silent).namespace("m" + readings));
            FirstSeen<String> owner = firstSeen(cache, "id");
            silent.nth(1, Verb.HANDLE, Fault.BLACK_HOLE);
            CompletableFuture<Void> handled = owner.handleAsync("response");
            time.advance(STORE_TIMEOUT.minusMillis(1));
            clock.failOnThisThreadAfter(readings);
            try {
                time.advance(Duration.ofMillis(10));
            } catch (NoClassDefFoundError e) {
                // of this test's own timer
            }
            clock.heal();
            time.advance(STORE_TIMEOUT.multipliedBy(4));
            if (!handled.isDone()) {
                failures.add("after " + readings + " readings handleAsync has not ended");
            }
            if (cache.peek("id").isEmpty()) {
                try {
                    owner.handle("response");
                } catch (RuntimeException e) {
                    failures.add("after " + readings + " readings: " + e.getMessage());
                }
            }
        }
        assertThat(failures).isEmpty();
    }

    @Test
    @DisplayName("H3 W2 a handle that is unanswered ends although this cache has taken the id over from its claim meanwhile")
    void aHandleOfAClaimThatWasTakenOverHere() {
        ApiCache<String> cache = build(settings(faulty).lease(SECOND));
        FirstSeen<String> first = firstSeen(cache, "id");
        CompletableFuture<Receipt<String>> waiter = cache.receiveAsync("id", LONG);
        faulty.every(1, Verb.HANDLE, Fault.BLACK_HOLE);
        faulty.every(1, Verb.RENEW, Fault.BLACK_HOLE);
        CompletableFuture<Void> handled = first.handleAsync("response");
        time.advance(SECOND.plusMillis(50));
        faulty.heal();
        assertThat(waiter.join()).isInstanceOf(FirstSeen.class);

        time.advance(STORE_TIMEOUT.multipliedBy(10));

        assertThat(handled).as("after ten store time-outs").isDone();
    }

    @Test
    @DisplayName("H3 a late handle that the store refused once ends although this cache has a later claim on the id")
    void aLateHandleIsRefusedOnce() {
        ApiCache<String> cache = build(settings(faulty));
        FirstSeen<String> first = firstSeen(cache, "id");
        cache.invalidate("id");
        assertThat(first.isLost()).isTrue();
        firstSeen(cache, "id");
        faulty.nth(1, Verb.HANDLE, Fault.REFUSED);

        CompletableFuture<Void> handled = first.handleAsync("response");
        time.advance(STORE_TIMEOUT.multipliedBy(10));

        assertThat(handled).as("after ten store time-outs").isDone();
    }

    @Test
    @DisplayName("E1 a release that met an Error does not keep its id for ever")
    void anErrorInRelease() {
        Store<String> hostile = new Around(records) {
            private boolean thrown;

            @Override
            public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
                CompletionStage<Boolean> done = super.release(key, attempt);
                if (thrown) {
                    return done;
                }
                thrown = true;
                return new CompletableFuture<Boolean>() {
                    @Override
                    public boolean isDone() {
                        throw new StackOverflowError("planted"); // as any frame of release may, at the end of a stack
                    }
                };
            }
        };
        ApiCache<String> cache = build(settings(hostile));
        FirstSeen<String> owner = firstSeen(cache, "id");
        try {
            owner.release();
        } catch (StackOverflowError e) {
            // ends this call
        }

        time.advance(LEASE.multipliedBy(3));

        CompletableFuture<Receipt<String>> next = cache.receiveAsync("id", Duration.ZERO);
        time.advance(STORE_TIMEOUT.multipliedBy(2));
        assertThat(next.join()).isInstanceOf(FirstSeen.class);
    }

    // ---- waiters

    @Test
    @DisplayName("M1 callers with short waits leave nothing behind in the process of an owner at work")
    void shortWaitsAreForgotten() {
        ApiCache<String> cache = build(settings(records));
        firstSeen(cache, "id");
        for (int i = 0; i < 1_000; i++) {
            CompletableFuture<Receipt<String>> call = cache.receiveAsync("id", Duration.ofMillis(10));
            time.advance(Duration.ofMillis(11));
            assertThat(call.join()).isInstanceOf(InFlight.class);
        }

        Collection<?> shortWaits = (Collection<?>) field(field(room(cache), "waiters"), "shortWaits");
        assertThat(shortWaits.size()).isLessThan(10);
    }

    @Test
    @DisplayName("W2 a caller that was held up on its way into the room is answered at once, not at the next safety look")
    void aCallerThatComesLate() throws Exception {
        ApiCache<String> cache = build(settings(records));
        ApiCache<String> elsewhere = build(settings(records));
        firstSeen(elsewhere, "id");
        CompletableFuture<Receipt<String>> first = cache.receiveAsync("id", LONG);
        CountDownLatch gate = new CountDownLatch(1);
        gates.add(gate);
        clock.gate = gate;
        clock.soundReadings.set(0);
        CompletableFuture<Receipt<String>> late = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            var unused = cache.receiveAsync("id", Duration.ofMillis(10)).thenAccept(late::complete);
        });
        clock.spoilt = caller;
        caller.start();
        clock.stopped.await();
        time.advance(Duration.ofMillis(12)); // the thread is off the processor
        room(cache).changed(); // a hint: the room looks meanwhile
        gate.countDown();
        caller.join();

        time.advance(Duration.ofMillis(50));

        assertThat(first).isNotDone();
        assertThat(late).as("38 ms after its deadline, and the store answers at once").isDone();
    }

    @Test
    @DisplayName("W2 a caller without time is answered by a question of its own after a look that met a record it could not read")
    void aLookFailsForGood() {
        List<Runnable> held = new ArrayList<>();
        Store<String> store = new Around(records) {
            private int joins;

            @Override
            public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
                joins++;
                if (joins != 2) {
                    return super.join(key, attempt);
                }
                CompletableFuture<Claimed<String>> answer = new CompletableFuture<>();
                held.add(() -> answer.completeExceptionally(new CorruptRecordException("planted", null)));
                return answer;
            }
        };
        ApiCache<String> cache = build(settings(store));
        ApiCache<String> elsewhere = build(settings(records));
        firstSeen(elsewhere, "id");
        CompletableFuture<Receipt<String>> patient = cache.receiveAsync("id", LONG);
        time.advance(Duration.ofMillis(2_010)); // the safety look
        assertThat(held).hasSize(1);
        CompletableFuture<Receipt<String>> hasty = cache.receiveAsync("id", Duration.ZERO);

        held.get(0).run();

        assertThat(patient).isCompletedExceptionally();
        assertThat(hasty).as("the store answers at once").isDone();
    }

    /** {@return nanoseconds of the fastest of some runs} */
    private static long fastest(Runnable run) {
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < 200; i++) {
            long start = System.nanoTime();
            run.run();
            fastest = Math.min(fastest, System.nanoTime() - start);
        }
        return Math.max(fastest, 1_000); // a microsecond is not to be told from none
    }

    private long overdueWith(int callers) {
        FaultyStore<String> silent = FaultyStore.around(records).every(1, Verb.CLAIM, Fault.BLACK_HOLE);
        ApiCache<String> cache = build(settings(silent).namespace("n" + callers));
        for (int i = 0; i < callers; i++) {
            var unused = cache.receiveAsync("id", Duration.ofMillis(300));
        }
        time.advance(Duration.ofMillis(302)); // each of them, if it blocks, now makes its room decide
        Room<String> room = room(cache);
        return fastest(room::overdue);
    }

    @Test
    @DisplayName("W2 what a caller costs whose time is up does not grow with the number of those who are in the same state")
    void manyCallersWhoseTimeIsUp() {
        long many = overdueWith(10_000); // first: it warms up the code
        long few = overdueWith(100);
        assertThat(many / few).as("%s ns with 10,000, %s ns with 100", many, few).isLessThan(20);
    }

    private long hastyWith(int waiters) {
        ApiCache<String> cache = build(settings(records).namespace("w" + waiters));
        firstSeen(cache, "id");
        for (int i = 0; i < waiters; i++) {
            var unused = cache.receiveAsync("id", LONG);
        }
        return fastest(() -> cache.receiveAndWait("id", Duration.ZERO));
    }

    @Test
    @DisplayName("W2 what a caller without time costs does not grow with the number of those who wait in the same room")
    void oneCallerBesideManyWhoWait() {
        long many = hastyWith(10_000); // first: it warms up the code
        long few = hastyWith(100);
        assertThat(many / few).as("%s ns with 10,000, %s ns with 100", many, few).isLessThan(20);
    }

    @Test
    @DisplayName("callers that wait in the owner's process cause one renewal in 20 ms at most")
    void renewalsForWhoWaits() {
        ApiCache<String> cache = build(settings(faulty));
        firstSeen(cache, "id");
        int before = faulty.calls(Verb.RENEW);
        for (int i = 0; i < 100; i++) {
            var unused = cache.receiveAsync("id", Duration.ofMillis(2));
            time.advance(Duration.ofMillis(2));
        }
        assertThat(faulty.calls(Verb.RENEW) - before).as("renewals in 200 ms").isLessThanOrEqualTo(12);
    }

    @Test
    @DisplayName("M1 a caller whose first question is still on its way does not count")
    void whoCounts() {
        ApiCache<String> cache = build(settings(faulty).maxWaiters(0, 0));
        faulty.answerOn(replies::add);
        CompletableFuture<Receipt<String>> first = cache.receiveAsync("id", LONG);
        CompletableFuture<Receipt<String>> second = cache.receiveAsync("id", LONG);
        assertThat(first).isNotDone();
        assertThat(second).as("nothing is known of the record, least of all that it is in flight").isNotDone();
    }

    // ---- the keeper

    @Test
    @DisplayName("E1 L1 a round that the timer dropped in silence is noticed by the next call of the cache")
    void aDroppedRound() {
        AtomicInteger drop = new AtomicInteger();
        java.util.concurrent.ScheduledExecutorService timer = time.scheduler();
        java.util.concurrent.ScheduledExecutorService dropping = (java.util.concurrent.ScheduledExecutorService)
                java.lang.reflect.Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {java.util.concurrent.ScheduledExecutorService.class},
                        (proxy, method, arguments) -> {
                            Object result = method.invoke(timer, arguments);
                            if (method.getName().equals("schedule") && drop.getAndDecrement() > 0) {
                                ((ScheduledFuture<?>) result).cancel(false);
                            }
                            return result;
                        });
        drop.set(1); // the first round
        ApiCache<String> cache = build(settings(records).scheduler(dropping));
        FirstSeen<String> owner = firstSeen(cache, "id");
        for (int i = 0; i < 7; i++) {
            time.advance(Duration.ofMillis(500));
            firstSeen(cache, "another " + i); // the cache is used all the time
        }
        time.advance(LEASE);
        firstSeen(cache, "one more");
        time.advance(LEASE);

        assertThat(engine(cache).rooms()).isNotEmpty();
        assertThat(owner.isLost()).as("3.5 s had gone by of a lease of 6 s when the cache could have noticed").isFalse();
    }

    @Test
    @DisplayName("L1 W2 a round that is to come is not put off by another thread that saw none")
    void aRoundIsPutOff() throws Exception {
        Store<String> store = new Around(records) {
            @Override
            public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
                return key.toString().equals(slowKey) ? new CompletableFuture<>() : super.claim(key, attempt);
            }
        };
        slowKey = new Key("default", "slow").toString();
        FaultyStore<String> counting = FaultyStore.around(store);
        ApiCache<String> cache = build(settings(counting));
        CountDownLatch gate = new CountDownLatch(1);
        gates.add(gate);
        clock.gate = gate;
        clock.readsAfterTheGate = true;
        clock.soundReadings.set(1); // the call reads the clock; the second reading is the keeper's, which saw no round
        Thread caller = new Thread(() -> {
            var unused = cache.receiveAsync("slow", LONG);
        });
        clock.spoilt = caller;
        caller.start();
        clock.stopped.await();
        firstSeen(cache, "id");
        time.advance(Duration.ofMillis(1_990));
        int before = counting.calls(Verb.RENEW);
        gate.countDown();
        caller.join();

        time.advance(Duration.ofMillis(20)); // a third of the lease is over

        assertThat(counting.calls(Verb.RENEW) - before).as("renewals of a claim").isEqualTo(1);
    }

    private String slowKey = "";

    // ---- recursion

    @Test
    @DisplayName("E1 callers who keep coming do not make the stack of the one who asks for them grow")
    void theStackOfWhoConfirms() {
        List<Integer> depths = new ArrayList<>();
        Deque<ApiCache<String>> used = new ArrayDeque<>();
        Store<String> store = new Around(records) {
            private int left = 200;

            @Override
            public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
                depths.add(new Throwable().getStackTrace().length);
                if (left-- > 0) { // one more caller comes while the store is asked
                    Call<String> another = Callers.start(() -> {
                        var unused = used.peek().receiveAsync("id", Duration.ZERO);
                        return "came";
                    });
                    Callers.outcome(another, "an arrival");
                }
                return super.renew(key, token, lease);
            }
        };
        ApiCache<String> cache = build(settings(store));
        used.add(cache);
        firstSeen(cache, "id");

        var unused = cache.receiveAsync("id", Duration.ZERO);

        assertThat(depths.get(depths.size() - 1) - depths.get(0))
                .as("frames after " + depths.size() + " renewals")
                .isLessThan(100);
    }

    // ---- foreign code under a lock

    @Test
    @DisplayName("E2 a logger is not called under the lock of a room")
    void theLoggerIsForeignCode() {
        List<String> underLock = new ArrayList<>();
        List<Engine<String>> engines = new ArrayList<>();
        @SuppressWarnings("serial")
        class Seen extends java.util.concurrent.RejectedExecutionException {
            @Override
            public String getMessage() { // called by the logger, as everything is that logging may lead to
                for (Room<String> room : engines.get(0).rooms()) {
                    if (room.lock.isHeldByCurrentThread()) {
                        underLock.add(room.key.toString());
                    }
                }
                return "planted";
            }
        }
        java.util.concurrent.ScheduledExecutorService broken =
                (java.util.concurrent.ScheduledExecutorService) java.lang.reflect.Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {java.util.concurrent.ScheduledExecutorService.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("schedule")) {
                                throw new Seen();
                            }
                            return method.getReturnType() == boolean.class ? false : null;
                        });
        ApiCache<String> cache = build(settings(records).scheduler(broken));
        engines.add(engine(cache));
        firstSeen(cache, "id");
        var unused = cache.receiveAsync("id", LONG);
        assertThat(underLock).isEmpty();
    }

    @Test
    @DisplayName("close() of a receipt throws nothing, although its thread was interrupted")
    void closingAReceiptWhileInterrupted() {
        faulty.every(1, Verb.RELEASE, Fault.BLACK_HOLE);
        ApiCache<String> cache = build(settings(faulty));
        FirstSeen<String> owner = firstSeen(cache, "id");
        Throwable thrown = null;
        Thread.currentThread().interrupt();
        try {
            owner.close();
        } catch (Throwable e) {
            thrown = e;
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(thrown).isNull();
    }
}
