package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.ApiCacheListener;
import io.apicache.Cached;
import io.apicache.Fingerprint;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.LeaseLostException;
import io.apicache.Receipt;
import io.apicache.Request;
import io.apicache.RequestMismatchException;
import io.apicache.StillInFlightException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a caller is promised, engine and store together. Extend it for a store, beside {@link StoreContract}. Every test holds on every store;
 * what takes time is only ever let pass, and may take longer than it would have to.
 */
public abstract class ApiCacheContract extends ApiCacheWaitContract {

    @Test
    @DisplayName("C1 of many concurrent callers in many processes exactly one does the work, and all get its response")
    void oneExecution() throws Exception {
        List<ApiCache<String>> processes = List.of(cache(), cache(), cache(), cache());
        AtomicInteger executions = new AtomicInteger();
        List<Thread> callers = new CopyOnWriteArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(16, task -> {
            Thread caller = new Thread(task, "caller");
            callers.add(caller);
            return caller;
        });
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            ApiCache<String> process = processes.get(i % processes.size());
            Callable<String> call =
                    () -> process.execute(id, Duration.ofMinutes(10), () -> "response " + executions.incrementAndGet());
            answers.add(threads.submit(call));
        }

        while (!answers.stream().allMatch(Future::isDone)) {
            if (callers.stream().allMatch(caller -> isParked(caller) && !isWoken(caller))) {
                pass(Duration.ofMillis(50)); // where hints are lost, time must go by; but not while somebody works
            }
        }
        threads.shutdown();

        for (Future<String> answer : answers) {
            assertThat(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("response 1");
        }
        assertThat(executions).hasValue(1);
    }

    @Test
    @DisplayName("C3 who is told that somebody is at work changes nothing for the one who is")
    void aLoserChangesNothing() {
        ApiCache<String> cache = cache();
        FirstSeen<String> owner = firstSeen(cache);
        ApiCache<String> elsewhere = cache();
        assertInFlight(cache);
        assertInFlight(elsewhere);
        elsewhere.close();

        assertInFlight(cache());
        owner.handle("response");

        assertThat(replayed(cache())).isEqualTo("response");
    }

    @Test
    @DisplayName("C4 by id nobody handles under a claim that is not the one it was given")
    void byIdNobodyMistakesAClaim() {
        ApiCache<String> cache = cache();
        FirstSeen<String> lost = firstSeen(cache);
        cache.invalidate(id);
        FirstSeen<String> held = firstSeen(cache);

        assertThatThrownBy(() -> cache.handle(id, "whose?"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("receipt");
        lost.close();
        cache.handle(id, "of the one who holds it");

        assertThat(held.isLost()).isFalse();
        assertThat(replayed(cache)).isEqualTo("of the one who holds it");
    }

    @Test
    @DisplayName("C5 tokens rise from owner to owner")
    void tokensRise() {
        ApiCache<String> cache = cache();
        FirstSeen<String> first = firstSeen(cache);
        first.release();
        FirstSeen<String> second = firstSeen(cache());
        second.handle("response");
        cache.invalidate(id);
        FirstSeen<String> third = firstSeen(cache);

        assertThat(first.token()).isPositive().isLessThan(second.token());
        assertThat(second.token()).isLessThan(third.token()).isLessThan(1L << 53);
    }

    @Test
    @DisplayName("H1 every process replays exactly the response, until it is invalidated")
    void everybodyReplaysTheResponse() {
        ApiCache<String> cache = cache();
        firstSeen(cache).handle("response \u00e9\uD83D\uDE00");

        assertThat(replayed(cache)).isEqualTo("response \u00e9\uD83D\uDE00");
        assertThat(replayed(cache())).isEqualTo("response \u00e9\uD83D\uDE00");
        assertThat(cache.peek(id)).isPresent();
        assertThat(cache().invalidate(id)).isTrue();
        assertThat(cache.peek(id)).isEmpty();
        firstSeen(cache).release();
    }

    @Test
    @DisplayName("H1 retention counts from handle, however long the work took")
    void retentionCountsFromHandle() {
        ApiCache<String> cache = build(over(open()).keepFor(lease().multipliedBy(4)));
        FirstSeen<String> owner = firstSeen(cache);
        passLeases(6);
        owner.handle("response");

        passLeases(2);
        assertThat(replayed(cache)).isEqualTo("response");
        passLeases(3);

        firstSeen(cache).release();
    }

    @Test
    @DisplayName("H1 a response may have a retention of its own, by receipt and by id")
    void aResponseMayHaveItsOwnRetention() {
        ApiCache<String> cache = cache();
        firstSeen(cache).handle("first", lease());
        passLeases(2);
        firstSeen(cache);

        cache.handle(id, "second", lease());

        assertThat(replayed(cache)).isEqualTo("second");
        passLeases(2);
        firstSeen(cache).handle("for ever", Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(replayed(cache)).isEqualTo("for ever");
    }

    @Test
    @DisplayName("H2 a thousand replays change nothing")
    void replaysChangeNothing() {
        ApiCache<String> cache = cache();
        firstSeen(cache).handle("response");
        Cached<String> before = cache.peek(id).orElseThrow();

        for (int i = 0; i < 1_000; i++) {
            assertThat(replayed(cache)).isEqualTo("response");
        }

        assertThat(cache.peek(id).orElseThrow().handledAt()).isEqualTo(before.handledAt());
        assertThat(cache.toString()).contains("0 ids");
    }

    @Test
    @DisplayName("H3 a claim is finished once")
    void aClaimIsFinishedOnce() {
        ApiCache<String> cache = cache();
        FirstSeen<String> handled = firstSeen(cache);
        handled.handle("response");
        assertThatThrownBy(() -> handled.handle("again")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(handled::release).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> cache.handle(id, "again")).isInstanceOf(IllegalStateException.class);
        handled.close();
        assertThat(replayed(cache)).isEqualTo("response");

        cache.invalidate(id);
        FirstSeen<String> released = firstSeen(cache);
        released.release();
        released.release();
        assertThatThrownBy(() -> released.handle("late")).isInstanceOf(IllegalStateException.class);
        firstSeen(cache).close();
        firstSeen(cache()).release();
    }

    @Test
    @DisplayName("F1 another fingerprint is refused at once in every state, and the record is untouched")
    void anotherFingerprintIsRefused() throws Exception {
        Request ours = Request.of(id).withFingerprint(Fingerprint.of("ours"));
        Request theirs = Request.of(id).withFingerprint(Fingerprint.of("theirs"));
        ApiCache<String> cache = cache();
        ApiCache<String> elsewhere = cache();
        FirstSeen<String> owner = (FirstSeen<String>) cache.receiveAndWait(ours, Duration.ZERO);

        assertMismatch(cache, theirs);
        assertMismatch(elsewhere, theirs);
        CompletableFuture<Receipt<String>> waiter = elsewhere.receiveAsync(ours, Duration.ofMinutes(10));
        assertMismatch(elsewhere, theirs);
        owner.handle("response");
        passLeases(5);
        assertMismatch(cache, theirs);
        assertMismatch(elsewhere, theirs);

        assertThat(response(waiter)).isEqualTo("response");
        assertThat(replayed(elsewhere)).isEqualTo("response"); // without a fingerprint nothing is compared
        assertThat(cache.receiveAndWait(ours, Duration.ZERO)).isInstanceOf(Cached.class);
    }

    private void assertMismatch(ApiCache<String> cache, Request request) {
        assertThatThrownBy(() -> cache.receiveAndWait(request, Duration.ofMinutes(10)))
                .isInstanceOf(RequestMismatchException.class)
                .hasMessageContaining(shown());
    }

    @Test
    @DisplayName("C1 callers on one id in one process cost the store one claim and one join")
    void callersShareTheirQuestions() throws Exception {
        FirstSeen<String> owner = firstSeen(cache());
        FaultyStore<String> counted = FaultyStore.around(open());
        ApiCache<String> cache = build(over(counted));
        List<CompletableFuture<Receipt<String>>> waiters = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiters.add(cache.receiveAsync(id, Duration.ofMinutes(10)));
        }
        settle();

        assertThat(counted.calls(FaultyStore.Verb.CLAIM)).isEqualTo(1);
        assertThat(counted.calls(FaultyStore.Verb.JOIN)).isEqualTo(1);
        owner.handle("response");
        passLeases(5);
        for (CompletableFuture<Receipt<String>> waiter : waiters) {
            assertThat(response(waiter)).isEqualTo("response");
        }
    }

    @Test
    @DisplayName("C1 execute does the work once, gives the claim back when it throws, and says when somebody is at it")
    void executeDoesTheWorkOnce() throws Exception {
        ApiCache<String> cache = cache();
        IOException failure = new IOException("planted");

        assertThatThrownBy(() -> cache.execute(id, Duration.ZERO, () -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(cache.execute(id, Duration.ZERO, () -> "response")).isEqualTo("response");
        assertThat(cache.execute(id, Duration.ZERO, () -> "another")).isEqualTo("response");

        cache.invalidate(id);
        firstSeen(cache());
        assertThatThrownBy(() -> cache.execute(id, Duration.ZERO, () -> "another"))
                .isInstanceOf(StillInFlightException.class)
                .hasMessageContaining(shown());
    }

    @Test
    @DisplayName("Z1 a cache that is closed says so to every call, and leaves the store alone")
    void aClosedCacheSaysSo() {
        ApiCache<String> cache = cache();
        firstSeen(cache).handle("response");
        cache.close();

        List<Callable<?>> calls = List.of(
                () -> cache.receiveAndWait(id, Duration.ZERO),
                () -> cache.receiveAsync(id, Duration.ZERO).join(),
                () -> cache.peek(id),
                () -> cache.invalidate(id),
                () -> cache.handleAsync(id, "response").join(),
                () -> cache.execute(id, Duration.ZERO, () -> "response"));

        for (Callable<?> call : calls) {
            assertThatThrownBy(call::call)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
        assertThat(replayed(cache())).isEqualTo("response");
    }

    @Test
    @DisplayName("O1 the listener hears what happens, in order, and what it throws does no harm")
    void theListenerHears() throws Exception {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        ApiCache<String> cache = build(over(open()).listener(new Recorder(heard)));

        FirstSeen<String> owner = firstSeen(cache);
        CompletableFuture<Receipt<String>> waiter = waiter(cache, Duration.ofMinutes(10));
        owner.handle("response");
        assertThat(response(waiter)).isEqualTo("response");
        replayed(cache);
        cache.invalidate(id);
        firstSeen(cache).release();

        assertThat(heard)
                .containsSubsequence("FIRST_SEEN", "waited CACHED", "CACHED", "FIRST_SEEN", "released")
                .contains("handled");
    }

    @Test
    @DisplayName("O1 the listener is told of waits for others only, not of the way to the store and back")
    void theWayToTheStoreIsNoWait() throws Exception {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        ApiCache<String> owner = build(over(open()).listener(new Recorder(heard)));
        ApiCache<String> other = build(over(open()).listener(new Recorder(heard)));

        FirstSeen<String> claim = firstSeen(owner);
        assertInFlight(owner);
        assertInFlight(other);
        claim.handle("response");
        for (ApiCache<String> cache : List.of(owner, other)) {
            assertThat(response(cache.receiveAsync(id, Duration.ofMinutes(10)))).isEqualTo("response");
            replayed(cache);
        }
        assertThat(heard)
                .containsExactly(
                        "FIRST_SEEN", "IN_FLIGHT", "IN_FLIGHT", "handled", "CACHED", "CACHED", "CACHED", "CACHED");

        owner.invalidate(id);
        firstSeen(owner).release();
        FirstSeen<String> next = firstSeen(other);
        heard.clear();
        CompletableFuture<Receipt<String>> here = waiter(owner, Duration.ofMinutes(10));
        CompletableFuture<Receipt<String>> there = waiter(other, Duration.ofMinutes(10));
        next.handle("response");
        passLeases(5); // where hints are lost, the next look finds it
        assertThat(List.of(response(here), response(there))).containsOnly("response");
        assertThat(heard).containsOnlyOnce("handled");
        assertThat(heard.stream().filter("waited CACHED"::equals)).hasSize(2);
    }

    @Test
    @DisplayName("O1 each of several listeners hears everything, in turn, whatever the others throw")
    void everyListenerHears() {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        ApiCacheListener second = new ApiCacheListener() {
            @Override
            public void received(String requestId, Outcome outcome) {
                heard.add("second " + outcome);
            }

            @Override
            public void handled(String requestId, Duration work) {
                heard.add("second handled");
            }
        };
        ApiCache<String> cache =
                build(over(open()).listener(new Recorder(heard)).listener(second));

        firstSeen(cache).handle("response");

        assertThat(heard).containsExactly("FIRST_SEEN", "second FIRST_SEEN", "handled", "second handled");
    }

    @Test
    @DisplayName("O1 the listener hears of a wait that is cancelled")
    void theListenerHearsOfACancelledWait() {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        firstSeen(cache());
        CompletableFuture<Receipt<String>> waiter =
                waiter(build(over(open()).listener(new Recorder(heard))), Duration.ofMinutes(10));

        waiter.cancel(false);

        eventually("it is told", () -> heard.size() == 2);
        assertThat(heard).containsExactly("waited FAILED", "FAILED");
    }

    @Test
    @DisplayName("C4 a response that is refused says why, and says it as it is, also without a thread")
    void aRefusedResponseSaysWhy() {
        ApiCache<String> here = cache();
        FirstSeen<String> lost = firstSeen(here);
        here.invalidate(id);
        assertThat(lost.handleAsync("response")
                        .handle((done, failure) -> failure)
                        .join())
                .isInstanceOf(LeaseLostException.class);

        FirstSeen<String> closed = firstSeen(here);
        here.close();
        assertThat(closed.handleAsync("response")
                        .handle((done, failure) -> failure)
                        .join())
                .isInstanceOf(LeaseLostException.class);
    }

    private record Recorder(Queue<String> heard) implements ApiCacheListener {

        @Override
        public void received(String requestId, Outcome outcome) {
            heard.add(outcome.name());
            throw new IllegalStateException("planted: a listener that throws");
        }

        @Override
        public void waited(String requestId, Outcome outcome, Duration waited) {
            heard.add("waited " + outcome);
        }

        @Override
        public void handled(String requestId, Duration work) {
            heard.add("handled");
            throw new NoClassDefFoundError("planted: a listener whose classes are missing");
        }

        @Override
        public void released(String requestId) {
            heard.add("released");
        }
    }

    @Test
    @DisplayName("S1 nothing that is printed shows a response, a token or a part of an id")
    void nothingSecretIsPrinted() {
        ApiCache<String> cache = cache();
        FirstSeen<String> owner = firstSeen(cache);
        InFlight<String> busy = (InFlight<String>) cache.receiveAndWait(id, Duration.ZERO);
        assertThat(owner.toString()).matches("FirstSeen\\[#[A-Za-z0-9_-]{12}, open]");
        String shown = owner + " " + busy + " " + cache + " " + Request.of(id);
        owner.handle("a secret response");
        shown += cache.receiveAndWait(id, Duration.ZERO) + " " + owner + " " + Fingerprint.of("a secret body");

        assertThat(shown).doesNotContain("secret", "contract-", id.substring(id.length() - 8));
    }

    @Test
    @DisplayName("W2 the longest times do not overflow")
    void theLongestTimesDoNotOverflow() throws Exception {
        ApiCache<String> cache = cache();
        FirstSeen<String> owner = firstSeen(cache);
        CompletableFuture<Receipt<String>> waiter = waiter(cache(), Duration.ofSeconds(Long.MAX_VALUE));

        passLeases(2);
        assertThat(waiter).isNotDone();
        owner.handle("response");
        passLeases(5);

        assertThat(response(waiter)).isEqualTo("response");
    }
}
