package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a store brings to its contract, and the verbs in which the contract is written. Extend {@link StoreContract},
 * not this.
 *
 * <p>Every test has two processes, {@code here} and {@code there}, over the same records, and a key that nobody else
 * uses.
 */
public abstract class StoreHarness {

    /** Longer than any test. */
    static final Duration LONG = Duration.ofHours(1);

    static final int MANY = 16;

    private static final Duration ANSWER = Duration.ofMinutes(5);

    // By identity: a store that lives in one process is opened often and closed once.
    private final Set<Store<String>> opened = Collections.newSetFromMap(new IdentityHashMap<>());

    Store<String> here;
    Store<String> there;
    Key key;

    /** The record that a failed test leaves on a server. */
    @RegisterExtension
    final AfterTestExecutionCallback namesTheKey = test -> test.getExecutionException()
            .ifPresent(failure -> failure.addSuppressed(new AssertionError("the last key was " + key.id())));

    /**
     * Opens the records as another process does: with connections and an inbox of its own where there are such
     * things. Called several times in a test; each view is closed after it. A store that lives in one process returns
     * the same object.
     *
     * @return a view of the records
     * @throws Exception if it cannot be opened, which fails the test
     */
    protected abstract Store<String> open() throws Exception;

    /**
     * Lets time pass for the store: moves its clock, or really waits.
     *
     * @param time at least this long
     * @throws Exception if it cannot, which fails the test
     */
    protected abstract void pass(Duration time) throws Exception;

    /**
     * {@return the lease that claims are made with: long against the delays of the store, short against a coffee
     * break}
     */
    protected Duration lease() {
        return Duration.ofSeconds(1);
    }

    /** {@return how long a hint may be under way before the test calls it lost} */
    protected Duration patience() {
        return Duration.ofMinutes(5);
    }

    @BeforeEach
    final void openTwoProcesses(TestInfo test) throws Exception {
        here = another();
        there = another();
        String name = test.getTestMethod().orElseThrow().getName();
        key = new Key("tck", name + "-" + UUID.randomUUID());
    }

    @AfterEach
    final void closeAll() {
        opened.forEach(Store::close);
    }

    /** Opens one more process. */
    final Store<String> another() throws Exception {
        Store<String> store = open();
        opened.add(store);
        return store;
    }

    // ---- who asks

    final Attempt attempt() {
        return attempt(null);
    }

    final Attempt attempt(@Nullable Digest fingerprint) {
        return new Attempt(AttemptId.next(), fingerprint, lease());
    }

    // ---- the moves on the key of the test, awaited

    final Claimed<String> claim(Store<String> store, Attempt attempt) throws Exception {
        return await(store.claim(key, attempt));
    }

    final Claimed<String> join(Store<String> store, Attempt attempt) throws Exception {
        return await(store.join(key, attempt));
    }

    final Stored<String> handle(Store<String> store, Token token, String value, Duration keepFor) throws Exception {
        return await(store.handle(key, token, value, keepFor));
    }

    final Stored<String> handle(Store<String> store, Token token, String value) throws Exception {
        return handle(store, token, value, LONG);
    }

    final boolean renew(Store<String> store, Token token) throws Exception {
        return await(store.renew(key, token, lease()));
    }

    final boolean release(Store<String> store, Token token) throws Exception {
        return await(store.release(key, token.owner()));
    }

    final boolean invalidate(Store<String> store) throws Exception {
        return await(store.invalidate(key));
    }

    final Optional<Claimed.Handled<String>> peek(Store<String> store) throws Exception {
        return await(store.peek(key));
    }

    // ---- what is expected of an answer

    /** Claims for a new attempt, which must be granted. */
    final Token granted(Store<String> store) throws Exception {
        return granted(claim(store, attempt()));
    }

    final Token granted(Claimed<String> answer) {
        assertThat(answer).isInstanceOf(Claimed.Granted.class);
        return ((Claimed.Granted<String>) answer).token();
    }

    final boolean takenOver(Claimed<String> answer) {
        granted(answer);
        return ((Claimed.Granted<String>) answer).takenOver();
    }

    final Claimed.Pending<String> pending(Claimed<String> answer) {
        assertThat(answer).isInstanceOf(Claimed.Pending.class);
        return (Claimed.Pending<String>) answer;
    }

    final Claimed.Handled<String> handled(Claimed<String> answer) {
        assertThat(answer).isInstanceOf(Claimed.Handled.class);
        return (Claimed.Handled<String>) answer;
    }

    final Claimed.Handled<String> accepted(Stored<String> answer) {
        assertThat(answer).isInstanceOf(Stored.Accepted.class);
        return ((Stored.Accepted<String>) answer).record();
    }

    final void stale(Stored<String> answer) {
        assertThat(answer).isInstanceOf(Stored.Stale.class);
    }

    /** Stale or lost: a store may or may not remember for a while that there was a record. */
    final void refused(Stored<String> answer) {
        assertThat(answer).isInstanceOfAny(Stored.Stale.class, Stored.Lost.class);
    }

    /** Every way to look sees this response, in both processes. */
    final void everybodyGets(String value) throws Exception {
        for (Store<String> store : List.of(here, there)) {
            assertThat(handled(claim(store, attempt())).value()).isEqualTo(value);
            assertThat(handled(join(store, attempt())).value()).isEqualTo(value);
            assertThat(peek(store).orElseThrow().value()).isEqualTo(value);
        }
    }

    /** No process has a response. */
    final void nobodySeesAResponse() throws Exception {
        assertThat(peek(here)).isEmpty();
        assertThat(peek(there)).isEmpty();
    }

    /** A claim and a handle that go well. */
    final Token claimAndHandle(Store<String> store, String value, Duration keepFor) throws Exception {
        Token token = granted(store);
        accepted(handle(store, token, value, keepFor));
        return token;
    }

    // ---- time and threads

    final Duration leases(double count) {
        return Duration.ofNanos((long) (lease().toNanos() * count));
    }

    final void passLeases(double count) throws Exception {
        pass(leases(count));
    }

    static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(ANSWER.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Makes one move in each of many threads, all started together, and returns their answers by number. */
    static <T> List<T> atOnce(int threads, IntFunction<CompletionStage<T>> move) throws Exception {
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<T>> moves = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                moves.add(pool.submit(() -> {
                    start.await();
                    return await(move.apply(number));
                }));
            }
            List<T> answers = new ArrayList<>();
            for (Future<T> each : moves) {
                answers.add(each.get(ANSWER.toNanos(), TimeUnit.NANOSECONDS));
            }
            return answers;
        } finally {
            pool.shutdownNow();
        }
    }

    /** Of many answers exactly one is granted, and all others wait for that owner. */
    final Token exactlyOneGranted(List<Claimed<String>> answers) {
        List<Token> owners = answers.stream()
                .filter(Claimed.Granted.class::isInstance)
                .map(this::granted)
                .toList();
        assertThat(owners).as("owners").hasSize(1);
        assertThat(answers.stream()
                        .filter(answer -> !(answer instanceof Claimed.Granted))
                        .map(answer -> pending(answer).number()))
                .as("owners that the others wait for")
                .hasSize(answers.size() - 1)
                .containsOnly(owners.get(0).number());
        return owners.get(0);
    }
}
