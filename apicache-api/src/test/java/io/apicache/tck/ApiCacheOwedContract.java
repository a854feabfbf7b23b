package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.ApiCacheException;
import io.apicache.ApiCacheListener;
import io.apicache.Cached;
import io.apicache.Fingerprint;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.LeaseLostException;
import io.apicache.Receipt;
import io.apicache.Request;
import io.apicache.RequestMismatchException;
import io.apicache.ResponseNotKeptException;
import io.apicache.ResponseTooLargeException;
import io.apicache.StoreUnavailableException;
import io.apicache.Unavailable;
import io.apicache.WaitInterruptedException;
import io.apicache.Work;
import io.apicache.spi.Marker;
import io.apicache.spi.Store;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each caller is owed when work is done and something else goes wrong: the table in {@code docs/guide.md}, one test per row. The
 * other parts follow from here to {@link ApiCacheContract}, which is the one to extend.
 */
public abstract class ApiCacheOwedContract extends ApiCacheHarness {

    private static final Duration LONG = Duration.ofMinutes(10);
    private static final String TOO_LARGE = "too large";
    private static final String NOT_ENCODABLE = "not encodable";

    /** How the work is called, and what the cache does without its store. */
    enum Way {
        BLOCKING_FAIL(Unavailable.FAIL),
        BLOCKING_UNPROTECTED(Unavailable.RUN_UNPROTECTED),
        ASYNC_FAIL(Unavailable.FAIL),
        ASYNC_UNPROTECTED(Unavailable.RUN_UNPROTECTED);

        final Unavailable whenUnavailable;

        Way(Unavailable whenUnavailable) {
            this.whenUnavailable = whenUnavailable;
        }

        boolean isAsync() {
            return name().startsWith("ASYNC");
        }
    }

    private final AtomicInteger executions = new AtomicInteger();
    private final List<ApiCacheException> notStored = new ArrayList<>();
    private final List<CompletableFuture<Receipt<String>>> waiters = new CopyOnWriteArrayList<>();
    private @Nullable FaultyStore<String> faulty;

    /** {@return a process whose codec refuses two responses} */
    private ApiCache<String> process(Way way) {
        return process(way, settings -> settings);
    }

    private ApiCache<String> process(Way way, UnaryOperator<ApiCache.Builder<String>> settings) {
        FaultyStore<String> store = FaultyStore.around(open());
        faulty = store;
        Store<String> picky = store.as((key, text) -> encoded(text), (key, text) -> text);
        return build(settings.apply(
                over(picky).whenUnavailable(way.whenUnavailable).listener(new ApiCacheListener() {
                    @Override
                    public void responseNotStored(String requestId, ApiCacheException why) {
                        notStored.add(why);
                    }
                })));
    }

    private static String encoded(String text) {
        if (text.equals(TOO_LARGE)) {
            throw new ResponseTooLargeException("refused for its size");
        } else if (text.equals(NOT_ENCODABLE)) {
            throw new IllegalArgumentException("refused for its content");
        }
        return text;
    }

    /** {@return what the call came to: what it returned, or what it threw} */
    private Object outcome(ApiCache<String> cache, Way way, Work<String> work) throws Exception {
        return outcome(begin(cache, way, work));
    }

    private static Object outcome(Future<?> call) throws Exception {
        try {
            return call.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    private Future<String> begin(ApiCache<String> cache, Way way, Work<String> given) {
        Work<String> work = claim -> {
            executions.incrementAndGet();
            return given.run(claim);
        };
        if (way.isAsync()) {
            return cache.executeAsync(id, Duration.ZERO, claim -> {
                CompletableFuture<String> done = new CompletableFuture<>();
                new Thread(() -> complete(done, claim, work), "owner").start();
                return done;
            });
        }
        FutureTask<String> call = new FutureTask<>(() -> cache.execute(id, Duration.ZERO, work));
        new Thread(call, "owner").start();
        return call;
    }

    private static void complete(CompletableFuture<String> done, FirstSeen<String> claim, Work<String> work) {
        try {
            done.complete(work.run(claim));
        } catch (Throwable e) {
            done.completeExceptionally(e);
        }
    }

    /** Lets time pass until the call ends. {@return what it came to} */
    private Object outcomeInTime(Future<?> call) throws Exception {
        eventually("the call ends", () -> {
            boolean done = call.isDone();
            if (!done) {
                pass(Duration.ofMillis(100));
            }
            return done;
        });
        return outcome(call);
    }

    /** Another process waits before the work goes on. */
    private void waiting(ApiCache<String> elsewhere) {
        waiters.add(elsewhere.receiveAsync(id, LONG));
        settle();
    }

    private Object waiterOutcome() throws Exception {
        return outcomeInTime(waiters.get(0));
    }

    @SuppressWarnings("unchecked") // the caches are of strings
    private static String response(Object receipt) {
        assertThat(receipt).isInstanceOf(Cached.class);
        return ((Cached<String>) receipt).response();
    }

    private void owesResponse(Object outcome, Way way, String response, Class<? extends ApiCacheException> why) {
        if (way.whenUnavailable == Unavailable.RUN_UNPROTECTED) {
            assertThat(outcome).isEqualTo(response);
        } else {
            assertThat(outcome).isInstanceOf(why);
            assertThat(((ApiCacheException) outcome).response()).contains(response);
        }
        assertThat(notStored).singleElement().isInstanceOf(why);
        assertThat(notStored.get(0).response()).contains(response);
    }

    /** Every caller gets the exception, here and elsewhere, and no caller works again. */
    private void assertMarked(Marker marker, ApiCache<String> here) {
        ApiCache<String> elsewhere = cache();
        for (ApiCache<String> cache : List.of(here, elsewhere)) {
            assertThatThrownBy(() -> cache.receiveAndWait(id, LONG))
                    .isInstanceOfSatisfying(
                            ResponseNotKeptException.class,
                            e -> assertThat(e.reason()).isEqualTo(marker));
            assertThatThrownBy(() -> cache.execute(id, LONG, () -> "again " + executions.incrementAndGet()))
                    .isInstanceOf(ResponseNotKeptException.class);
            assertThatThrownBy(() -> cache.peek(id))
                    .isInstanceOf(ResponseNotKeptException.class)
                    .hasMessageContaining(shown());
        }
        assertThat(executions).hasValue(1);
    }

    // ---- the response is stored

    @ParameterizedTest(name = "E3 {0}: the response is stored, and every caller gets it")
    @EnumSource
    void aResponseIsStored(Way way) throws Exception {
        ApiCache<String> cache = process(way);

        ApiCache<String> elsewhere = cache();
        Object outcome = outcome(cache, way, claim -> {
            waiting(elsewhere);
            return "done";
        });

        assertThat(outcome).isEqualTo("done");
        assertThat(response(waiterOutcome())).isEqualTo("done");
        assertThat(replayed(cache())).isEqualTo("done");
        assertThat(notStored).isEmpty();
    }

    @ParameterizedTest(name = "E3 {0}: work chooses how long its response is kept")
    @EnumSource
    void workChoosesHowLongItsResponseIsKept(Way way) throws Exception {
        ApiCache<String> cache = process(way);

        outcome(cache, way, claim -> {
            claim.keepFor(lease().dividedBy(2));
            return "briefly";
        });

        assertThat(replayed(cache())).isEqualTo("briefly");
        passLeases(1);
        assertThat(cache().peek(id)).isEmpty();
    }

    @ParameterizedTest(name = "E3 {0}: work stores a response itself, and returns another one to its caller")
    @EnumSource
    void workStoresItsResponseItself(Way way) throws Exception {
        ApiCache<String> cache = process(way);

        ApiCache<String> elsewhere = cache();
        Object outcome = outcome(cache, way, claim -> {
            waiting(elsewhere);
            claim.handle("for all");
            return "for the caller";
        });

        assertThat(outcome).isEqualTo("for the caller");
        assertThat(response(waiterOutcome())).isEqualTo("for all");
        assertThat(replayed(cache())).isEqualTo("for all");
        assertThat(notStored).isEmpty();
    }

    @ParameterizedTest(name = "E3 {0}: work declines to have its response kept, and a waiter works itself")
    @EnumSource
    void workDeclinesToHaveItsResponseKept(Way way) throws Exception {
        ApiCache<String> cache = process(way);
        ApiCache<String> elsewhere = cache();

        Object outcome = outcome(cache, way, claim -> {
            waiting(elsewhere);
            claim.release();
            return "for the caller";
        });

        assertThat(outcome).isEqualTo("for the caller");
        assertThat(waiterOutcome()).isInstanceOf(FirstSeen.class);
        assertThat(notStored).isEmpty();
    }

    // ---- the claim is lost

    @ParameterizedTest(name = "E3 {0}: invalidated during the work, the value is owed to its caller")
    @EnumSource
    void invalidatedDuringTheWork(Way way) throws Exception {
        ApiCache<String> cache = process(way);
        ApiCache<String> elsewhere = cache();

        Object outcome = outcome(cache, way, claim -> {
            waiting(elsewhere);
            elsewhere.invalidate(id);
            return "done";
        });

        owesResponse(outcome, way, "done", LeaseLostException.class);
        assertThat(elsewhere.peek(id)).isEmpty();
        assertThat(waiterOutcome()).isInstanceOf(FirstSeen.class);
    }

    @ParameterizedTest(name = "E3 {0}: another owner has taken over, the value is owed and the other response counts")
    @EnumSource
    void anotherOwnerHasTakenOver(Way way) throws Exception {
        ApiCache<String> cache = process(way);
        ApiCache<String> elsewhere = cache();

        Object outcome = outcome(cache, way, claim -> {
            elsewhere.invalidate(id);
            firstSeen(elsewhere).handle("of the other");
            return "done";
        });

        owesResponse(outcome, way, "done", LeaseLostException.class);
        assertThat(replayed(elsewhere)).isEqualTo("of the other");
    }

    @ParameterizedTest(name = "E3 {0}: the cache is closed during the work, the value is owed to its caller")
    @EnumSource
    void theCacheIsClosedDuringTheWork(Way way) throws Exception {
        ApiCache<String> cache = process(way);

        ApiCache<String> elsewhere = cache();
        Object outcome = outcome(cache, way, claim -> {
            waiting(elsewhere);
            waiting(cache);
            cache.close();
            return "done";
        });

        owesResponse(outcome, way, "done", LeaseLostException.class);
        assertThat(waiterOutcome()).isInstanceOf(FirstSeen.class);
        assertThat(outcomeInTime(waiters.get(1))).isInstanceOf(IllegalStateException.class);
    }

    // ---- the store is away

    @ParameterizedTest(name = "E3 {0}: the store goes away during the work, the value is owed to its caller")
    @EnumSource
    void theStoreGoesAwayDuringTheWork(Way way) throws Exception {
        ApiCache<String> cache = process(way);

        Object outcome = outcomeInTime(begin(cache, way, claim -> {
            faulty.every(1, Verb.HANDLE, Fault.REFUSED)
                    .every(1, Verb.RELEASE, Fault.REFUSED)
                    .every(1, Verb.RENEW, Fault.REFUSED);
            return "done";
        }));

        owesResponse(outcome, way, "done", StoreUnavailableException.class);
        passLeases(3);
        firstSeen(cache());
    }

    @ParameterizedTest(name = "E3 {0}: the reply of the store is lost, and found when the response is sent again")
    @EnumSource
    void theReplyOfTheStoreIsLost(Way way) throws Exception {
        ApiCache<String> cache = process(way);

        Object outcome = outcomeInTime(begin(cache, way, claim -> {
            faulty.nth(1, Verb.HANDLE, Fault.REPLY_LOST);
            return "done";
        }));

        assertThat(outcome).isEqualTo("done");
        assertThat(replayed(cache())).isEqualTo("done");
        assertThat(notStored).isEmpty();
    }

    @ParameterizedTest(name = "E3 {0}: the store is away before the call")
    @EnumSource
    void theStoreIsAwayBeforeTheCall(Way way) throws Exception {
        ApiCache<String> cache = process(way);
        faulty.every(1, Verb.CLAIM, Fault.REFUSED);

        Object outcome = outcome(cache, way, claim -> "done");

        if (way.whenUnavailable == Unavailable.RUN_UNPROTECTED) {
            assertThat(outcome).isEqualTo("done");
        } else {
            assertThat(outcome).isInstanceOf(StoreUnavailableException.class);
            assertThat(((ApiCacheException) outcome).response()).isEmpty();
            assertThat(executions).hasValue(0);
        }
    }

    @ParameterizedTest(name = "E3 {0}: the owner''s thread is interrupted while the response is stored")
    @EnumSource
    void theOwnersThreadIsInterrupted(Way way) throws Exception {
        ApiCache<String> cache = process(way);

        Object outcome = outcome(cache, way, claim -> {
            Thread.currentThread().interrupt();
            return "done";
        });

        if (outcome instanceof ApiCacheException interrupted) { // unless the response was stored without a wait
            assertThat(way).isEqualTo(Way.BLOCKING_FAIL);
            assertThat(interrupted).isInstanceOf(WaitInterruptedException.class);
            assertThat(interrupted.response()).contains("done");
        } else {
            assertThat(outcome).isEqualTo("done");
        }
        ApiCache<String> elsewhere = cache();
        eventually("the response is stored", () -> elsewhere.peek(id).isPresent());
        assertThat(replayed(elsewhere)).isEqualTo("done");
    }

    // ---- the response cannot be stored

    static Stream<Arguments> unstorable() {
        return Stream.of(Way.values())
                .flatMap(way -> Stream.of(TOO_LARGE, NOT_ENCODABLE).map(text -> Arguments.arguments(way, text)));
    }

    @ParameterizedTest(name = "E3 {0}: a response that is {1} is owed to its caller, and a marker stops all others")
    @MethodSource("unstorable")
    void aResponseCannotBeStored(Way way, String response) throws Exception {
        ApiCache<String> cache = process(way);
        ApiCache<String> elsewhere = cache();

        Object outcome = outcome(cache, way, claim -> {
            waiting(elsewhere);
            return response;
        });

        boolean large = response.equals(TOO_LARGE);
        owesResponse(outcome, way, response, large ? ResponseTooLargeException.class : ResponseNotKeptException.class);
        assertThat(waiterOutcome()).isInstanceOf(ResponseNotKeptException.class);
        assertMarked(large ? Marker.TOO_LARGE : Marker.NOT_ENCODABLE, cache);
        assertThat(cache.invalidate(id)).isTrue();
        assertThat(outcome(cache, way, claim -> "smaller")).isEqualTo("smaller");
    }

    @ParameterizedTest(name = "E3 {0}: null is no response, and a marker stops all others")
    @EnumSource
    void nullIsNoResponse(Way way) throws Exception {
        ApiCache<String> cache = process(way);

        ApiCache<String> elsewhere = cache();
        Object outcome = outcome(cache, way, claim -> {
            waiting(elsewhere);
            return null;
        });

        assertThat(waiterOutcome()).isInstanceOf(ResponseNotKeptException.class);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        ResponseNotKeptException.class,
                        e -> assertThat(e.reason()).isEqualTo(Marker.NULL));
        assertMarked(Marker.NULL, cache);
    }

    @ParameterizedTest(name = "E3 {0}: a marker stands for the time that was set")
    @EnumSource
    void aMarkerStandsForTheTimeThatWasSet(Way way) throws Exception {
        ApiCache<String> cache = process(way, settings -> settings.notKeptFor(lease().multipliedBy(2)));
        outcome(cache, way, claim -> TOO_LARGE);
        passLeases(1);
        assertMarked(Marker.TOO_LARGE, cache);

        passLeases(2);

        assertThat(cache().peek(id)).isEmpty();
        firstSeen(cache());
    }

    @Test
    @DisplayName("E3 a FirstSeen that is closed after its response was refused leaves a marker")
    void aReceiptThatIsClosedLeavesAMarker() {
        ApiCache<String> cache = process(Way.BLOCKING_FAIL);
        executions.incrementAndGet();
        try (FirstSeen<String> claim = firstSeen(cache)) {
            assertThatThrownBy(() -> claim.handle(TOO_LARGE)).isInstanceOf(ResponseTooLargeException.class);
            assertThat(cache().receiveAndWait(id, Duration.ZERO)).isInstanceOf(InFlight.class);
        }

        assertMarked(Marker.TOO_LARGE, cache);
    }

    @Test
    @DisplayName("E3 a smaller response can be stored after one that was refused, and no marker is left")
    void aSmallerResponseIsStoredAfterARefusedOne() {
        ApiCache<String> cache = process(Way.BLOCKING_FAIL);
        try (FirstSeen<String> claim = firstSeen(cache)) {
            assertThatThrownBy(() -> claim.handle(TOO_LARGE)).isInstanceOf(ResponseTooLargeException.class);
            claim.handle("smaller");
        }

        assertThat(replayed(cache())).isEqualTo("smaller");
    }

    // ---- the work fails

    @ParameterizedTest(name = "E3 {0}: work throws, its caller gets that, and a waiter takes over")
    @EnumSource
    void theWorkThrows(Way way) throws Exception {
        ApiCache<String> cache = process(way);
        ApiCache<String> elsewhere = cache();

        Object outcome = outcome(cache, way, claim -> {
            waiting(elsewhere);
            throw new IOException("of the work");
        });

        assertThat(outcome).isInstanceOf(IOException.class).hasToString("java.io.IOException: of the work");
        assertThat(waiterOutcome()).isInstanceOf(FirstSeen.class);
        assertThat(notStored).isEmpty();
    }

    // ---- calls that hold no thread

    @Test
    @DisplayName("W1 executeAsync returns the response of another owner, once it is there")
    void executeAsyncReturnsTheResponseOfAnother() throws Exception {
        FirstSeen<String> owner = firstSeen(cache());
        ApiCache<String> cache = cache();
        CompletableFuture<String> call = cache.executeAsync(
                id, LONG, claim -> CompletableFuture.completedFuture("again " + executions.incrementAndGet()));
        settle();
        assertThat(call).isNotDone();

        owner.handle("done");

        assertThat(outcomeInTime(call)).isEqualTo("done");
        assertThat(executions).hasValue(0);
    }

    @Test
    @DisplayName("W3 a call of executeAsync that is cancelled leaves no claim behind")
    void aCancelledExecuteAsyncLeavesNoClaim() throws Exception {
        FirstSeen<String> owner = firstSeen(cache());
        ApiCache<String> cache = cache();
        CompletableFuture<String> call = cache.executeAsync(
                id, LONG, claim -> CompletableFuture.completedFuture("again " + executions.incrementAndGet()));
        settle();

        call.cancel(false);
        owner.release();
        settle();

        firstSeen(cache()).handle("done");
        assertThat(executions).hasValue(0);
    }

    @Test
    @DisplayName("E1 work of executeAsync that throws or returns no stage gives its claim back")
    void workThatReturnsNoStageGivesItsClaimBack() {
        ApiCache<String> cache = cache();

        assertThatThrownBy(() -> cache.executeAsync(id, Duration.ZERO, claim -> {
                            throw new NoClassDefFoundError("planted");
                        })
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .hasCauseInstanceOf(NoClassDefFoundError.class);
        assertThatThrownBy(() ->
                        cache.executeAsync(id, Duration.ZERO, claim -> null).get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .hasCauseInstanceOf(NullPointerException.class);

        firstSeen(cache());
    }

    @Test
    @DisplayName("W3 releaseAsync hands the claim to a waiter")
    void releaseAsyncHandsTheClaimOn() throws Exception {
        ApiCache<String> cache = cache();
        FirstSeen<String> owner = firstSeen(cache);
        CompletableFuture<Receipt<String>> waiter = waiter(cache(), LONG);

        owner.releaseAsync().get(PATIENCE_SECONDS, TimeUnit.SECONDS);

        assertThat(outcomeInTime(waiter)).isInstanceOf(FirstSeen.class);
        ((FirstSeen<String>) waiter.join()).release();
        firstSeen(cache);
        cache.releaseAsync(id).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThatThrownBy(() -> cache.releaseAsync(id)).isInstanceOf(IllegalStateException.class);
        firstSeen(cache());
    }

    @Test
    @DisplayName("H1 peekAsync and invalidateAsync do what peek and invalidate do")
    void peekAsyncAndInvalidateAsync() throws Exception {
        ApiCache<String> cache = cache();
        FirstSeen<String> owner = firstSeen(cache);
        assertThat(cache.peekAsync(id).get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEmpty();
        assertThat(cache.invalidateAsync(id).get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        assertThat(owner.isLost()).isTrue();
        firstSeen(cache).handle("done");

        assertThat(cache.peekAsync(id).get(PATIENCE_SECONDS, TimeUnit.SECONDS).map(Cached::response))
                .contains("done");
        assertThat(cache.invalidateAsync(id).join()).isTrue();
        assertThat(cache.invalidateAsync(id).join()).isFalse();
    }

    @Test
    @DisplayName("F1 peek refuses a request with another fingerprint")
    void peekRefusesAnotherFingerprint() {
        ApiCache<String> cache = cache();
        Request one = Request.of(id).withFingerprint(Fingerprint.of("one"));
        Request other = Request.of(id).withFingerprint(Fingerprint.of("other"));
        ((FirstSeen<String>) cache.receiveAndWait(one, Duration.ZERO)).handle("done");

        assertThat(cache.peek(one).map(Cached::response)).contains("done");
        assertThat(cache.peek(id)).isPresent();
        assertThatThrownBy(() -> cache.peek(other)).isInstanceOf(RequestMismatchException.class);
        assertThatThrownBy(() -> cache.peekAsync(other).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(RequestMismatchException.class);
    }
}
