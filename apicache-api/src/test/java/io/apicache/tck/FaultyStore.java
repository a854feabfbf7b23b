package io.apicache.tck;

import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store that is nasty on purpose: it puts faults between an engine and any store, the same ones in every run.
 * Without switches it only counts.
 *
 * <pre>{@code
 * FaultyStore<String> store = FaultyStore.around(new ReferenceStore<>(time))
 *         .hints(HintFault.DROPPED)
 *         .nth(1, Verb.HANDLE, Fault.REPLY_LOST);
 * ...
 * assertThat(store.calls(Verb.CLAIM)).isEqualTo(1);
 * }</pre>
 *
 * <p>Rules for one verb add up, the first that applies wins; calls are counted from 1 for each verb, faulty ones
 * included.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; which call is the n-th is then up to them.
 *
 * @param <V> what the store keeps as a response
 */
public final class FaultyStore<V> implements Store<V> {

    /** A move of the store. */
    public enum Verb {
        /** {@link Store#claim}. */
        CLAIM,
        /** {@link Store#join}. */
        JOIN,
        /** {@link Store#handle}. */
        HANDLE,
        /** {@link Store#renew}. */
        RENEW,
        /** {@link Store#release}. */
        RELEASE,
        /** {@link Store#invalidate}. */
        INVALIDATE,
        /** {@link Store#peek}. */
        PEEK
    }

    /** What goes wrong with a call. */
    public enum Fault {
        /** Not executed; fails with {@link Outcome#NOT_EXECUTED}. */
        REFUSED,
        /** Executed; fails with {@link Outcome#UNKNOWN}. */
        REPLY_LOST,
        /** Executed; never answers, until the store is closed. */
        HUNG,
        /** Not executed; never answers, until the store is closed. */
        BLACK_HOLE,
        /** Executed twice; the second answer is given, as after a command that was sent again. */
        SENT_TWICE,
        /** Executed twice; the first answer is given, as after a command that was copied on its way. */
        COPIED
    }

    /** What happens to every hint. */
    public enum HintFault {
        /** Nothing. */
        NONE,
        /** It never arrives. */
        DROPPED,
        /** It arrives twice. */
        REPEATED,
        /** It waits for {@link FaultyStore#deliverHints()}. */
        DELAYED,
        /** It arrives without the response: handled becomes changed. */
        AS_NOTICE
    }

    private interface Rule {
        boolean appliesTo(int call);
    }

    private record Faulted(Verb verb, Rule rule, Fault fault) {}

    private final Store<V> store;
    private final List<Faulted> rules = new CopyOnWriteArrayList<>();
    private final Map<Verb, AtomicInteger> calls = new EnumMap<>(Verb.class);
    private final Queue<Runnable> delayed = new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<?>> hung = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unanswered = new AtomicInteger();
    private volatile HintFault hintFault = HintFault.NONE;
    private volatile Executor executor = Runnable::run;

    private FaultyStore(Store<V> store) {
        this.store = store;
        for (Verb verb : Verb.values()) {
            calls.put(verb, new AtomicInteger());
        }
    }

    /**
     * Puts itself around a store.
     *
     * @param store what executes; closed with this
     * @param <V> what the store keeps as a response
     * @return a store without faults yet
     */
    public static <V> FaultyStore<V> around(Store<V> store) {
        return new FaultyStore<>(store);
    }

    // ---- switches

    /**
     * Spoils one call, counted from the next one.
     *
     * @param n 1 is the next call of this verb
     * @param verb the move
     * @param fault what goes wrong
     * @return this
     */
    public FaultyStore<V> nth(int n, Verb verb, Fault fault) {
        int spoilt = calls(verb) + n;
        return add(verb, call -> call == spoilt, fault);
    }

    /**
     * Spoils every k-th call, counted from the next one.
     *
     * @param k 1 is every call of this verb
     * @param verb the move
     * @param fault what goes wrong
     * @return this
     */
    public FaultyStore<V> every(int k, Verb verb, Fault fault) {
        int first = calls(verb);
        return add(verb, call -> (call - first) % k == 0, fault);
    }

    /**
     * Spoils calls at random. The seed and the number of the call alone decide, so a run can be repeated.
     *
     * @param seed any
     * @param percent how many of a hundred calls, 0 to 100
     * @param verb the move
     * @param fault what goes wrong
     * @return this
     */
    public FaultyStore<V> random(long seed, int percent, Verb verb, Fault fault) {
        return add(verb, call -> draw(seed, verb, fault, call) < percent, fault);
    }

    private static int draw(long seed, Verb verb, Fault fault, int call) {
        long mixed = seed * 31 + verb.name().hashCode();
        mixed = mixed * 31 + fault.name().hashCode();
        return new SplittableRandom(mixed * 0x9E3779B97F4A7C15L + call).nextInt(100);
    }

    private FaultyStore<V> add(Verb verb, Rule rule, Fault fault) {
        rules.add(new Faulted(verb, rule, fault));
        return this;
    }

    /**
     * Spoils hints from now on, in place of what happened to them before.
     *
     * @param fault what happens to each
     * @return this
     */
    public FaultyStore<V> hints(HintFault fault) {
        hintFault = fault;
        return this;
    }

    /**
     * Answers on other threads from now on.
     *
     * @param executor completes the stages; not closed with this
     * @return this
     */
    public FaultyStore<V> answerOn(Executor executor) {
        this.executor = executor;
        return this;
    }

    /**
     * Takes every fault back. What is lost stays lost, and what hangs goes on hanging.
     *
     * @return this
     */
    public FaultyStore<V> heal() {
        rules.clear();
        hintFault = HintFault.NONE;
        executor = Runnable::run;
        return this;
    }

    /** Delivers the hints that were delayed, in their order, on the calling thread. */
    public void deliverHints() {
        for (Runnable hint = delayed.poll(); hint != null; hint = delayed.poll()) {
            hint.run();
        }
    }

    // ---- counts

    /**
     * {@return how often a move was asked for, faulty calls included, and each call once}
     *
     * @param verb the move
     */
    public int calls(Verb verb) {
        return calls.get(verb).get();
    }

    /** {@return how often any move was asked for} */
    public int calls() {
        return calls.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    /** {@return how many calls have not been answered yet; a call counts until what its answer led to at once is done} */
    public int unanswered() {
        return unanswered.get();
    }

    // ---- the moves

    @Override
    public CompletionStage<Claimed<V>> claim(Key key, Attempt attempt) {
        return call(Verb.CLAIM, () -> store.claim(key, attempt));
    }

    @Override
    public CompletionStage<Claimed<V>> join(Key key, Attempt attempt) {
        return call(Verb.JOIN, () -> store.join(key, attempt));
    }

    @Override
    public CompletionStage<Stored<V>> handle(Key key, Token token, V value, Duration keepFor) {
        return call(Verb.HANDLE, () -> store.handle(key, token, value, keepFor));
    }

    /** Prepared once, without a fault; each time that it is stored is counted and spoilt as {@link Verb#HANDLE}. */
    @Override
    public Supplier<CompletionStage<Stored<V>>> prepare(Key key, Token token, V value, Duration keepFor) {
        Supplier<CompletionStage<Stored<V>>> prepared = store.prepare(key, token, value, keepFor);
        return () -> call(Verb.HANDLE, prepared);
    }

    /** Counted and spoilt as {@link Verb#HANDLE}. */
    @Override
    public CompletionStage<Stored<V>> mark(Key key, Token token, Marker marker, Duration keepFor) {
        return call(Verb.HANDLE, () -> store.mark(key, token, marker, keepFor));
    }

    @Override
    public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
        return call(Verb.RENEW, () -> store.renew(key, token, lease));
    }

    @Override
    public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
        return call(Verb.RELEASE, () -> store.release(key, attempt));
    }

    @Override
    public CompletionStage<Boolean> invalidate(Key key) {
        return call(Verb.INVALIDATE, () -> store.invalidate(key));
    }

    @Override
    public CompletionStage<Optional<Claimed.Handled<V>>> peek(Key key) {
        return call(Verb.PEEK, () -> store.peek(key));
    }

    @Override
    public Claimed.@Nullable Handled<V> peekLocal(Key key) {
        return store.peekLocal(key);
    }

    @Override
    public Registration hints(Hints<V> hints) {
        return store.hints(new SpoiltHints(hints));
    }

    /** Fails what hangs, forgets the delayed hints, and closes the store inside. */
    @Override
    public void close() {
        delayed.clear();
        for (CompletableFuture<?> stage = hung.poll(); stage != null; stage = hung.poll()) {
            stage.completeExceptionally(unavailable(Outcome.UNKNOWN));
        }
        store.close();
    }

    private <T> CompletionStage<T> call(Verb verb, Supplier<CompletionStage<T>> move) {
        int call = calls.get(verb).incrementAndGet();
        for (Faulted faulted : rules) {
            if (faulted.verb() == verb && faulted.rule().appliesTo(call)) {
                return counted(spoilt(faulted.fault(), move));
            }
        }
        return counted(elsewhere(move.get()));
    }

    private <T> CompletionStage<T> counted(CompletionStage<T> stage) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        unanswered.incrementAndGet();
        var unused = stage.whenComplete((value, failure) -> {
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(failure);
            }
            unanswered.decrementAndGet();
        });
        return answer;
    }

    private <T> CompletionStage<T> spoilt(Fault fault, Supplier<CompletionStage<T>> move) {
        return switch (fault) {
            case REFUSED -> elsewhere(CompletableFuture.failedStage(unavailable(Outcome.NOT_EXECUTED)));
            case REPLY_LOST ->
                elsewhere(
                        move.get().thenCompose(answer -> CompletableFuture.failedStage(unavailable(Outcome.UNKNOWN))));
            case HUNG -> move.get().thenCompose(answer -> hung());
            case BLACK_HOLE -> hung();
            case SENT_TWICE -> elsewhere(move.get().thenCompose(first -> move.get()));
            case COPIED -> elsewhere(move.get().thenCompose(first -> move.get().thenApply(second -> first)));
        };
    }

    private <T> CompletionStage<T> hung() {
        CompletableFuture<T> stage = new CompletableFuture<>();
        hung.add(stage);
        return stage;
    }

    private <T> CompletionStage<T> elsewhere(CompletionStage<T> stage) {
        return stage.whenCompleteAsync((answer, failure) -> {}, executor);
    }

    private static StoreUnavailableException unavailable(Outcome outcome) {
        return new StoreUnavailableException("a fault was put here on purpose", outcome, null);
    }

    private final class SpoiltHints implements Hints<V> {

        private final Hints<V> hints;

        SpoiltHints(Hints<V> hints) {
            this.hints = hints;
        }

        @Override
        public void changed(Key key) {
            spoil(() -> hints.changed(key));
        }

        @Override
        public void handled(Key key, Claimed.Handled<V> record) {
            spoil(hintFault == HintFault.AS_NOTICE ? () -> hints.changed(key) : () -> hints.handled(key, record));
        }

        @Override
        public void missed() {
            spoil(hints::missed);
        }

        private void spoil(Runnable hint) {
            switch (hintFault) {
                case NONE, AS_NOTICE -> hint.run();
                case REPEATED -> List.of(hint, hint).forEach(Runnable::run);
                case DELAYED -> delayed.add(hint);
                case DROPPED -> {}
            }
        }
    }
}
