package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.spi.Store;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What callers are told when the store fails, hangs, or loses its replies. */
class StoreFaultsTest {

    /** Bounds what never happens. */
    private static final long PATIENCE_SECONDS = 300;

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration LEASE = Duration.ofSeconds(6);

    private final ManualTime time = new ManualTime();
    private final ReferenceStore<String> records = new ReferenceStore<>(time);
    private final FaultyStore<String> faulty = FaultyStore.around(records);
    private final List<ApiCache<?>> open = new ArrayList<>();
    private final ApiCache<String> cache = build(over(faulty));
    private final ApiCache<String> elsewhere = build(over(records));

    private ApiCache.Builder<String> over(Store<String> store) {
        return ApiCache.over(store)
                .time(time)
                .scheduler(time.scheduler())
                .executor(Runnable::run)
                .lease(LEASE)
                .storeTimeout(STORE_TIMEOUT);
    }

    private ApiCache<String> build(ApiCache.Builder<String> settings) {
        ApiCache<String> built = settings.build();
        open.add(built);
        return built;
    }

    @AfterEach
    void close() {
        faulty.heal();
        open.forEach(ApiCache::close);
    }

    private void pass(Duration by) {
        for (int i = 0; i < 20; i++) {
            time.advance(by.dividedBy(20));
        }
    }

    private FirstSeen<String> firstSeen() {
        return (FirstSeen<String>) cache.receiveAndWait("id", Duration.ZERO);
    }

    private static <T> T in(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static void assertUnavailable(CompletableFuture<?> future, Outcome outcome) {
        assertThat(future).isDone();
        assertThatThrownBy(future::join)
                .hasCauseInstanceOf(StoreUnavailableException.class)
                .satisfies(thrown -> assertThat(((StoreUnavailableException) thrown.getCause()).outcome())
                        .isEqualTo(outcome));
    }

    @Test
    @DisplayName("C2 a claim whose reply was lost is granted to the same caller")
    void aLostReplyToAClaimHeals() throws Exception {
        faulty.nth(1, Verb.CLAIM, Fault.REPLY_LOST);
        CompletableFuture<Receipt<String>> caller = cache.receiveAsync("id", SECOND);
        assertThat(caller).isNotDone();

        pass(SECOND);

        assertThat(in(caller)).isInstanceOf(FirstSeen.class);
        assertThat(elsewhere.receiveAndWait("id", Duration.ZERO)).isInstanceOf(InFlight.class);
    }

    @Test
    @DisplayName(
            "C2 a caller without time whose reply was lost is told so, never in flight, and its claim is given back")
    void anUnknownClaimIsGivenBack() {
        faulty.nth(1, Verb.CLAIM, Fault.REPLY_LOST);

        assertUnavailable(cache.receiveAsync("id", Duration.ZERO), Outcome.UNKNOWN);

        assertThat(elsewhere.receiveAndWait("id", Duration.ZERO)).isInstanceOf(FirstSeen.class);
    }

    @Test
    @DisplayName("O1 who waits for a store that fails is told as waiting, also if it came between two tries")
    void waitsForAFailingStoreAreTold() throws Exception {
        HeardWaits waits = new HeardWaits();
        faulty.every(1, Verb.CLAIM, Fault.REFUSED);
        ApiCache<String> heard = build(over(faulty).listener(waits));
        CompletableFuture<Receipt<String>> first = heard.receiveAsync("id", SECOND);
        CompletableFuture<Receipt<String>> second = heard.receiveAsync("id", Duration.ofMillis(1));
        CompletableFuture<Receipt<String>> hurried = heard.receiveAsync("other id", Duration.ZERO);

        pass(SECOND);

        assertUnavailable(first, Outcome.NOT_EXECUTED);
        assertUnavailable(second, Outcome.NOT_EXECUTED);
        assertUnavailable(hurried, Outcome.NOT_EXECUTED);
        assertThat(waits.all()).containsExactlyInAnyOrder("id UNAVAILABLE", "id UNAVAILABLE");
    }

    @Test
    @DisplayName("C2 a claim that was executed twice is one claim")
    void aClaimThatIsSentTwiceIsOneClaim() throws Exception {
        faulty.every(1, Verb.CLAIM, Fault.SENT_TWICE).every(1, Verb.HANDLE, Fault.SENT_TWICE);

        firstSeen().handle("response");

        assertThat(elsewhere.peek("id")).isPresent();
    }

    @Test
    @DisplayName("W2 B1 a store that refuses says that nothing was executed")
    void aRefusalIsNotUnknown() {
        faulty.every(1, Verb.CLAIM, Fault.REFUSED);

        assertUnavailable(cache.receiveAsync("id", Duration.ZERO), Outcome.NOT_EXECUTED);
        CompletableFuture<Receipt<String>> patient = cache.receiveAsync("id", SECOND);
        pass(SECOND.plusMillis(300));

        assertUnavailable(patient, Outcome.NOT_EXECUTED);
    }

    @Test
    @DisplayName("L1 a claim that is granted after an outage longer than its lease is held from then on")
    void aClaimAfterAnOutageIsHeld() throws Exception {
        faulty.every(1, Verb.CLAIM, Fault.REFUSED).every(1, Verb.JOIN, Fault.REFUSED);
        CompletableFuture<Receipt<String>> caller = cache.receiveAsync("id", LEASE.multipliedBy(3));
        pass(LEASE.multipliedBy(2));
        faulty.heal();
        pass(SECOND);

        FirstSeen<String> owner = (FirstSeen<String>) in(caller);

        assertThat(owner.isLost()).isFalse();
        pass(LEASE.multipliedBy(2));
        assertThat(owner.isLost()).isFalse();
        assertThat(elsewhere.receiveAndWait("id", Duration.ZERO)).isInstanceOf(InFlight.class);
    }

    @Test
    @DisplayName("L1 a claim whose first replies were lost until its lease is short is asked for anew")
    void aClaimOfUnknownAgeIsHeld() throws Exception {
        faulty.every(1, Verb.CLAIM, Fault.REPLY_LOST).every(1, Verb.JOIN, Fault.REPLY_LOST);
        CompletableFuture<Receipt<String>> caller = cache.receiveAsync("id", LEASE.multipliedBy(3));
        pass(LEASE.multipliedBy(2).dividedBy(3));
        faulty.heal();
        pass(SECOND);

        FirstSeen<String> owner = (FirstSeen<String>) in(caller);

        assertThat(owner.isLost()).isFalse();
        pass(LEASE.multipliedBy(2));
        assertThat(owner.isLost()).isFalse();
    }

    @Test
    @DisplayName("W2 who waits for a lease that lives is told in flight, though the store fails meanwhile")
    void whoKnowsOfALiveOwnerIsToldInFlight() throws Exception {
        elsewhere.receiveAndWait("id", Duration.ZERO);
        CompletableFuture<Receipt<String>> waiter = cache.receiveAsync("id", SECOND.multipliedBy(3));
        CompletableFuture<Receipt<String>> longer = cache.receiveAsync("id", LEASE.multipliedBy(2));
        faulty.every(1, Verb.JOIN, Fault.REFUSED);

        pass(SECOND.multipliedBy(3));
        assertThat(in(waiter)).isInstanceOf(InFlight.class);

        pass(LEASE.multipliedBy(2));
        assertUnavailable(longer, Outcome.NOT_EXECUTED); // by then nobody knows of anybody
    }

    @Test
    @DisplayName("H3 a response that does not fit into the heap leaves the claim open for a smaller one")
    void anErrorWhileEncoding() {
        ApiCache<String> encoding = build(over(records.as(
                (key, response) -> {
                    if (response.equals("large")) {
                        throw new OutOfMemoryError("planted");
                    }
                    return response;
                },
                (key, response) -> response)));
        FirstSeen<String> owner = (FirstSeen<String>) encoding.receiveAndWait("id", Duration.ZERO);

        assertThatThrownBy(() -> owner.handle("large")).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(owner.handleAsync("large")::join).hasCauseInstanceOf(OutOfMemoryError.class);
        owner.handle("small");

        assertThat(elsewhere.peek("id").orElseThrow().response()).isEqualTo("small");
    }

    @Test
    @DisplayName(
            "H3 a response is encoded once, by who handles it and as long as it takes, however often the store has to be asked")
    void aResponseIsEncodedOnce() throws Exception {
        List<Thread> encoding = new ArrayList<>();
        ApiCache<String> encoded = build(over(faulty.as(
                (key, response) -> {
                    encoding.add(Thread.currentThread());
                    pass(STORE_TIMEOUT);
                    return response;
                },
                (key, response) -> response)));
        FirstSeen<String> owner = (FirstSeen<String>) encoded.receiveAndWait("id", Duration.ZERO);
        faulty.nth(1, Verb.HANDLE, Fault.REFUSED).nth(2, Verb.HANDLE, Fault.REPLY_LOST);

        CompletableFuture<Void> handled = owner.handleAsync("response");
        assertThat(handled).isNotDone();
        Thread timer = new Thread(() -> pass(STORE_TIMEOUT), "a timer");
        timer.start();
        timer.join();

        in(handled);
        assertThat(faulty.calls(Verb.HANDLE)).isEqualTo(3);
        assertThat(encoding).containsExactly(Thread.currentThread());
    }

    @Test
    @DisplayName("W2 a store that never answers holds nobody longer than its time-out")
    void aHungStoreHoldsNobody() {
        for (Verb verb : Verb.values()) {
            faulty.every(1, verb, Fault.BLACK_HOLE);
        }
        CompletableFuture<Receipt<String>> hasty = cache.receiveAsync("id", Duration.ZERO);
        CompletableFuture<Receipt<String>> patient = cache.receiveAsync("id", SECOND.multipliedBy(3));

        pass(STORE_TIMEOUT.multipliedBy(2));

        assertUnavailable(hasty, Outcome.UNKNOWN);
        assertUnavailable(patient, Outcome.UNKNOWN);
        assertThat(cache.toString()).contains("0 waiters");
    }

    @Test
    @DisplayName("W2 handle, release, invalidate and peek end too when the store never answers")
    void otherMovesEndToo() throws Exception {
        FirstSeen<String> owner = firstSeen();
        for (Verb verb : Verb.values()) {
            faulty.every(1, verb, Fault.BLACK_HOLE);
        }
        CompletableFuture<Void> handled = owner.handleAsync("response");
        List<FutureTask<?>> blocked = List.of(blocked(() -> cache.peek("id")), blocked(() -> cache.invalidate("id")));

        pass(STORE_TIMEOUT.multipliedBy(2));

        assertUnavailable(handled, Outcome.UNKNOWN);
        for (FutureTask<?> call : blocked) {
            assertThatThrownBy(() -> call.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(StoreUnavailableException.class);
        }
        FutureTask<?> released = blocked(owner::release);
        pass(STORE_TIMEOUT.multipliedBy(2));
        assertThatThrownBy(() -> released.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .hasCauseInstanceOf(StoreUnavailableException.class);
    }

    private static FutureTask<?> blocked(Runnable call) {
        FutureTask<?> task = new FutureTask<>(call, null);
        Thread thread = new Thread(task, "caller");
        thread.start();
        while (!task.isDone()
                && thread.getState() != Thread.State.WAITING
                && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return task;
    }

    @Test
    @DisplayName("C3 a claim that is granted after everybody has given up is given back")
    void aLateGrantIsGivenBack() {
        faulty.every(1, Verb.CLAIM, Fault.HUNG);
        CompletableFuture<Receipt<String>> caller = cache.receiveAsync("id", SECOND);

        pass(STORE_TIMEOUT.plus(SECOND));
        assertUnavailable(caller, Outcome.UNKNOWN);

        assertThat(elsewhere.receiveAndWait("id", Duration.ZERO)).isInstanceOf(FirstSeen.class);
    }

    @Test
    @DisplayName("H3 a handle whose reply was lost is repeated and stored once")
    void aLostReplyToAHandleHeals() {
        FirstSeen<String> owner = firstSeen();
        faulty.nth(1, Verb.HANDLE, Fault.REPLY_LOST);
        CompletableFuture<Void> handled = owner.handleAsync("response");

        pass(SECOND);

        assertThat(handled).isCompleted();
        assertThat(elsewhere.peek("id").orElseThrow().response()).isEqualTo("response");
        assertThat(faulty.calls(Verb.HANDLE)).isEqualTo(2);
    }

    @Test
    @DisplayName("H3 a handle that keeps failing says so, keeps the claim, and can be called again")
    void aFailedHandleCanBeRepeated() {
        FirstSeen<String> owner = firstSeen();
        faulty.every(1, Verb.HANDLE, Fault.REFUSED);
        CompletableFuture<Void> handled = owner.handleAsync("response");
        pass(STORE_TIMEOUT.multipliedBy(2));
        assertUnavailable(handled, Outcome.NOT_EXECUTED);
        pass(LEASE.multipliedBy(3)); // renewed all the while

        faulty.heal();
        owner.handle("response");

        assertThat(owner.isLost()).isFalse();
        assertThat(elsewhere.peek("id")).isPresent();
    }

    @Test
    @DisplayName("H3 a claim that is closed after a failed handle is not offered at once, but lapses within a lease")
    void aClaimWhoseWorkIsDoneIsNotOffered() {
        FirstSeen<String> owner = firstSeen();
        faulty.every(1, Verb.HANDLE, Fault.REFUSED);
        CompletableFuture<Void> handled = owner.handleAsync("response");
        pass(STORE_TIMEOUT.multipliedBy(2));
        assertUnavailable(handled, Outcome.NOT_EXECUTED);

        owner.close();
        assertThat(elsewhere.receiveAndWait("id", Duration.ZERO)).isInstanceOf(InFlight.class);
        pass(LEASE);

        assertThat(elsewhere.receiveAndWait("id", Duration.ZERO)).isInstanceOf(FirstSeen.class);
    }

    @Test
    @DisplayName("L1 renewals that are lost three times in a row do not lose the lease")
    void lostRenewalsDoNotLoseTheLease() {
        FirstSeen<String> owner = firstSeen();
        for (int i = 1; i <= 3; i++) {
            faulty.nth(i, Verb.RENEW, Fault.REFUSED);
        }

        pass(LEASE.multipliedBy(2));

        assertThat(owner.isLost()).isFalse();
        owner.handle("response");
    }

    @Test
    @DisplayName("L2 an owner whose renewals all fail knows at its own deadline, without being told")
    void anOwnerKnowsItsDeadline() {
        FirstSeen<String> owner = firstSeen();
        CompletableFuture<Void> lost = owner.lost().toCompletableFuture();
        faulty.every(1, Verb.RENEW, Fault.BLACK_HOLE);
        pass(LEASE.minusMillis(1));
        assertThat(owner.isLost()).isFalse();

        time.advance(Duration.ofMillis(1));

        assertThat(owner.isLost()).isTrue();
        pass(SECOND);
        assertThat(lost).isDone();
    }

    @Test
    @DisplayName("B2 a record that cannot be read is told to everybody who asks, and is left alone")
    void aCorruptRecordIsLeftAlone() {
        Store<Integer> numbers = records.as((key, number) -> "not a number", (key, text) -> Integer.parseInt(text));
        ApiCache<Integer> corrupt =
                ApiCache.over(numbers).time(time).scheduler(time.scheduler()).build();
        open.add(corrupt);
        ((FirstSeen<Integer>) corrupt.receiveAndWait("id", Duration.ZERO)).handle(7);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> corrupt.receiveAndWait("id", SECOND)).isInstanceOf(CorruptRecordException.class);
        }
        assertThatThrownBy(() -> corrupt.peek("id")).isInstanceOf(CorruptRecordException.class);

        assertThat(elsewhere.peek("id").orElseThrow().response()).isEqualTo("not a number");
        assertThat(corrupt.invalidate("id")).isTrue();
        assertThat(corrupt.receiveAndWait("id", SECOND)).isInstanceOf(FirstSeen.class);
    }

    @Test
    @DisplayName("B1 a response that cannot be encoded is refused, and the claim is still open")
    void aResponseThatCannotBeEncodedIsRefused() {
        Store<String> strict = records.as(
                (key, text) -> {
                    if (text.length() > 5) {
                        throw new ResponseTooLargeException("planted: " + text.length() + " of 5");
                    }
                    return text;
                },
                (key, text) -> text);
        ApiCache<String> limited = build(over(strict));
        FirstSeen<String> owner = (FirstSeen<String>) limited.receiveAndWait("id", Duration.ZERO);

        assertThatThrownBy(() -> owner.handle("too long")).isInstanceOf(ResponseTooLargeException.class);
        owner.handle("short");

        assertThat(elsewhere.peek("id").orElseThrow().response()).isEqualTo("short");
    }

    @Test
    @DisplayName("W2 with RUN_UNPROTECTED callers run without a claim, with token 0, and the record is untouched")
    void callersMayRunUnprotected() {
        ApiCache<String> careless = build(over(faulty).whenUnavailable(Unavailable.RUN_UNPROTECTED));
        faulty.every(1, Verb.CLAIM, Fault.REFUSED);
        FirstSeen<String> first = (FirstSeen<String>) careless.receiveAndWait("id", Duration.ZERO);
        FirstSeen<String> second = (FirstSeen<String>) careless.receiveAndWait("id", Duration.ZERO);

        first.handle("one");
        careless.handle("id", "another");

        assertThat(first.token()).isZero();
        assertThat(second.isLost()).isFalse();
        assertThat(elsewhere.peek("id")).isEmpty();
        assertThatThrownBy(() -> careless.handle("id", "a third")).isInstanceOf(IllegalStateException.class);
        assertThat(careless.toString()).contains("0 ids");
    }

    @Test
    @DisplayName("W1 W3 a herd survives an outage: one execution, and everybody has its response")
    void aHerdSurvivesAnOutage() throws Exception {
        faulty.every(1, Verb.CLAIM, Fault.REFUSED).every(1, Verb.JOIN, Fault.REFUSED);
        List<CompletableFuture<Receipt<String>>> herd = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            herd.add(cache.receiveAsync("id", Duration.ofMinutes(1)));
        }
        pass(SECOND.multipliedBy(5));
        assertThat(herd).noneMatch(CompletableFuture::isDone);

        faulty.heal();
        pass(SECOND);

        List<CompletableFuture<Receipt<String>>> done =
                herd.stream().filter(CompletableFuture::isDone).toList();
        assertThat(done).hasSize(1);
        ((FirstSeen<String>) in(done.get(0))).handle("response");
        int cached = 0;
        for (CompletableFuture<Receipt<String>> waiter : herd) {
            cached += in(waiter) instanceof Cached<String> ? 1 : 0;
        }
        assertThat(cached).isEqualTo(herd.size() - 1);
        assertThat(faulty.calls(Verb.CLAIM)).isLessThan(60);
    }

    @Test
    @DisplayName("Z1 Store.passThrough switches a cache off: everybody is first, and nothing is remembered")
    void passThroughSwitchesOff() {
        ApiCache<String> off = build(over(Store.passThrough()));
        FirstSeen<String> first = (FirstSeen<String>) off.receiveAndWait("id", SECOND);
        assertThat(off.receiveAndWait("id", SECOND)).isInstanceOf(FirstSeen.class);

        off.handle("id", "response");
        first.handle("response");

        assertThat(off.receiveAndWait("id", SECOND)).isInstanceOf(FirstSeen.class);
        assertThat(off.peek("id")).isEmpty();
        assertThat(off.invalidate("id")).isFalse();
    }

    @Test
    @DisplayName("S1 listeners, callbacks and decoding never run on a thread of the store")
    void foreignCodeNeverRunsOnAThreadOfTheStore() throws Exception {
        ExecutorService storeThread = Executors.newSingleThreadExecutor(task -> new Thread(task, "store"));
        Queue<String> threads = new ConcurrentLinkedQueue<>();
        Store<String> slow = FaultyStore.around(records).answerOn(storeThread).as((key, text) -> text, (key, text) -> {
            threads.add(Thread.currentThread().getName());
            return text;
        });
        try (ApiCache<String> own = ApiCache.over(slow)
                .listener(new ApiCacheListener() {
                    @Override
                    public void received(String requestId, ApiCacheListener.Outcome outcome) {
                        threads.add(Thread.currentThread().getName());
                    }
                })
                .build()) {
            FirstSeen<String> owner =
                    (FirstSeen<String>) in(own.receiveAsync("id", Duration.ofSeconds(PATIENCE_SECONDS)));
            CompletableFuture<Void> told = own.receiveAsync("id", Duration.ofSeconds(PATIENCE_SECONDS))
                    .thenAccept(receipt -> threads.add(Thread.currentThread().getName()));
            CompletableFuture<Void> handled = owner.handleAsync("response")
                    .thenRun(() -> threads.add(Thread.currentThread().getName()));
            in(told);
            in(handled);
            own.receiveAndWait("id", Duration.ofSeconds(PATIENCE_SECONDS));
        }
        storeThread.shutdown();

        assertThat(threads).hasSizeGreaterThan(4).doesNotContain("store");
    }

    @Test
    @DisplayName("Z1 a cache with threads of its own leaves none")
    void ownThreadsEnd() throws Exception {
        ApiCache<String> own = ApiCache.over(records).namespace("threads").build();
        FirstSeen<String> owner = (FirstSeen<String>) own.receiveAndWait("id", Duration.ofSeconds(PATIENCE_SECONDS));
        CompletableFuture<Receipt<String>> waiter = own.receiveAsync("id", Duration.ofSeconds(PATIENCE_SECONDS));
        owner.handle("response");
        in(waiter);
        assertThat(threadsOf("threads")).isPositive();

        own.close();

        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (threadsOf("threads") > 0) {
            assertThat(System.nanoTime()).as("threads end").isLessThan(patience);
            Thread.onSpinWait();
        }
    }

    private static long threadsOf(String namespace) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("apicache-" + namespace))
                .count();
    }

    // ---- invalidated while a response is on its way

    private CompletableFuture<Void> handleWithItsReplyHeldBack(List<Runnable> replies) {
        FirstSeen<String> owner = firstSeen();
        faulty.answerOn(replies::add);
        CompletableFuture<Void> handled = owner.handleAsync("response");
        faulty.answerOn(Runnable::run);
        assertThat(replies).hasSize(1);
        return handled;
    }

    @Test
    @DisplayName("H1 who comes after an invalidation is not told of the claim or the response that it ended")
    void invalidatedWhileAResponseIsOnItsWay() throws Exception {
        List<Runnable> replies = new ArrayList<>();
        CompletableFuture<Void> handled = handleWithItsReplyHeldBack(replies);
        CompletableFuture<Receipt<String>> before = cache.receiveAsync("id", SECOND);
        cache.invalidate("id");
        CompletableFuture<Receipt<String>> after = cache.receiveAsync("id", Duration.ZERO);
        assertThat(after).isNotDone();

        replies.forEach(Runnable::run);

        in(handled); // it was stored, before it was invalidated
        Receipt<String> first = in(before.applyToEither(after, receipt -> receipt));
        assertThat(first).isInstanceOf(FirstSeen.class);
        ((FirstSeen<String>) first).handle("anew");
        Receipt<String> second = in(first.equals(before.getNow(null)) ? after : before);
        if (second instanceof Cached<String> hit) {
            assertThat(hit.response()).isEqualTo("anew");
        } else {
            assertThat(second).isInstanceOf(InFlight.class);
        }
    }

    @Test
    @DisplayName("W2 who comes after an invalidation is told in time, also when the response on its way is lost")
    void invalidatedWhileAResponseIsLost() throws Exception {
        FirstSeen<String> owner = firstSeen();
        faulty.every(1, Verb.HANDLE, Fault.BLACK_HOLE);
        CompletableFuture<Void> handled = owner.handleAsync("response");
        cache.invalidate("id");
        CompletableFuture<Receipt<String>> after = cache.receiveAsync("id", Duration.ZERO);

        pass(STORE_TIMEOUT.multipliedBy(2));

        assertUnavailable(handled, Outcome.UNKNOWN);
        assertThat(in(after)).isInstanceOfAny(InFlight.class, FirstSeen.class);
    }
}
