package io.apicache.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.HintFault;
import io.apicache.tck.FaultyStore.Verb;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The contract on the store that is plain to see right, bare and behind the faults that an engine must not notice.
 */
class ReferenceStoreTest extends StoreContract {

    private final ManualTime time = new ManualTime();
    private final Store<String> store = new ReferenceStore<>(time);

    @Override
    protected Store<String> open() {
        return store;
    }

    @Override
    protected void pass(Duration by) {
        time.advance(by);
    }

    /** A store of bytes is a store of responses as soon as there is an encoding. */
    @Nested
    class Encoded extends StoreContract {

        private final ManualTime time = new ManualTime();
        private final Store<byte[]> bytes = new ReferenceStore<>(time);
        private final Store<String> store =
                bytes.as((key, text) -> text.getBytes(UTF_8), (key, encoded) -> new String(encoded, UTF_8));

        @Override
        protected Store<String> open() {
            return store;
        }

        @Override
        protected void pass(Duration by) {
            time.advance(by);
        }
    }

    /** The contract on one faulty store; each process has faults of its own, over the same records. */
    abstract static class Faulty extends StoreContract {

        private final ManualTime time = new ManualTime();
        private final Store<String> store = new ReferenceStore<>(time);

        abstract FaultyStore<String> spoil(FaultyStore<String> faulty);

        @Override
        protected Store<String> open() {
            return spoil(FaultyStore.around(store));
        }

        @Override
        protected void pass(Duration by) {
            time.advance(by);
        }
    }

    @Nested
    class HintsRepeated extends Faulty {
        @Override
        FaultyStore<String> spoil(FaultyStore<String> faulty) {
            return faulty.hints(HintFault.REPEATED);
        }
    }

    @Nested
    class HintsWithoutTheResponse extends Faulty {
        @Override
        FaultyStore<String> spoil(FaultyStore<String> faulty) {
            return faulty.hints(HintFault.AS_NOTICE);
        }
    }

    /** Every move is safe to repeat; those that answer the same the second time are asked for that answer. */
    @Nested
    class EveryMoveRepeated extends Faulty {
        @Override
        FaultyStore<String> spoil(FaultyStore<String> faulty) {
            for (Verb verb : List.of(Verb.HANDLE, Verb.RENEW, Verb.PEEK)) {
                faulty.every(1, verb, Fault.SENT_TWICE);
            }
            for (Verb verb : List.of(Verb.CLAIM, Verb.JOIN, Verb.RELEASE, Verb.INVALIDATE)) {
                faulty.every(1, verb, Fault.COPIED);
            }
            return faulty;
        }
    }

    @Nested
    class AnswersOnAnotherThread extends Faulty {
        private final ExecutorService executor = Executors.newSingleThreadExecutor();

        @Override
        FaultyStore<String> spoil(FaultyStore<String> faulty) {
            return faulty.answerOn(executor);
        }

        @AfterEach
        void stop() {
            executor.shutdown();
        }
    }

    /** The faults are there, and are counted. */
    @Nested
    class Faults {

        private final Key key = new Key("faults", "id");
        private final ReferenceStore<String> inner = new ReferenceStore<>(time);
        private final FaultyStore<String> faulty = FaultyStore.around(inner);
        private final HintRecorder hints = new HintRecorder();

        @Test
        void aRefusedCallIsNotExecuted() throws Exception {
            faulty.nth(2, Verb.CLAIM, Fault.REFUSED);
            granted(claim());
            Key other = new Key("faults", "other");

            fails(faulty.claim(other, attempt()), Outcome.NOT_EXECUTED);

            granted(StoreHarness.await(inner.claim(other, attempt())));
            assertThat(faulty.calls(Verb.CLAIM)).isEqualTo(2);
            assertThat(faulty.calls()).isEqualTo(2);
        }

        @Test
        void aCallWhoseReplyIsLostIsExecuted() throws Exception {
            faulty.every(2, Verb.HANDLE, Fault.REPLY_LOST);
            Token token = granted(claim());

            assertThat(StoreHarness.await(handle(token))).isInstanceOf(Stored.Accepted.class);
            fails(handle(token), Outcome.UNKNOWN);
            assertThat(StoreHarness.await(handle(token))).isInstanceOf(Stored.Accepted.class);
            fails(handle(token), Outcome.UNKNOWN);

            assertThat(StoreHarness.await(inner.peek(key))).isPresent();
        }

        @Test
        void aCallThatHangsIsExecutedAndEndsWithTheStore() throws Exception {
            faulty.every(1, Verb.CLAIM, Fault.HUNG).every(1, Verb.JOIN, Fault.BLACK_HOLE);
            CompletableFuture<Claimed<String>> hung = claim().toCompletableFuture();
            Key other = new Key("faults", "other");
            CompletableFuture<Claimed<String>> swallowed =
                    faulty.join(other, attempt()).toCompletableFuture();
            assertThat(hung).isNotDone();
            assertThat(swallowed).isNotDone();
            assertThat(StoreHarness.await(inner.claim(key, attempt()))).isInstanceOf(Claimed.Pending.class);
            assertThat(StoreHarness.await(inner.claim(other, attempt()))).isInstanceOf(Claimed.Granted.class);

            faulty.close();

            fails(hung, Outcome.UNKNOWN);
            fails(swallowed, Outcome.UNKNOWN);
        }

        @Test
        void aCallSentTwiceIsExecutedTwice() throws Exception {
            faulty.every(1, Verb.RELEASE, Fault.SENT_TWICE);
            Token token = granted(claim());

            assertThat(StoreHarness.await(faulty.release(key, token.owner()))).isFalse();
            assertThat(faulty.calls(Verb.RELEASE)).isEqualTo(1);
        }

        @Test
        void theSameSeedSpoilsTheSameCalls() {
            List<List<Boolean>> runs = new ArrayList<>();
            for (int run = 0; run < 2; run++) {
                FaultyStore<String> random = FaultyStore.around(inner).random(42, 30, Verb.PEEK, Fault.REFUSED);
                List<Boolean> failed = new ArrayList<>();
                for (int i = 0; i < 1_000; i++) {
                    failed.add(random.peek(key).toCompletableFuture().isCompletedExceptionally());
                }
                runs.add(failed);
            }

            assertThat(runs.get(0)).isEqualTo(runs.get(1));
            assertThat(runs.get(0).stream().filter(failed -> failed).count()).isBetween(200L, 400L);
        }

        @Test
        void hintsAreDroppedRepeatedDelayedAndTurnedIntoNotices() {
            faulty.hints(hints);

            tell(HintFault.NONE);
            assertThat(hints.count(key)).isEqualTo(1);
            tell(HintFault.DROPPED);
            assertThat(hints.count(key)).isEqualTo(1);
            tell(HintFault.REPEATED);
            assertThat(hints.count(key)).isEqualTo(3);
            tell(HintFault.DELAYED);
            assertThat(hints.count(key)).isEqualTo(3);
            faulty.deliverHints();
            assertThat(hints.count(key)).isEqualTo(4);
        }

        @Test
        void aNoticeSaysThatTheRecordChanged() throws Exception {
            faulty.hints(hints);
            faulty.hints(HintFault.AS_NOTICE);
            Token token = granted(claim());
            StoreHarness.await(faulty.join(key, attempt()));

            StoreHarness.await(handle(token));

            assertThat(hints.await(key, patience()).response()).isEmpty();
        }

        @Test
        void healingTakesTheFaultsBack() throws Exception {
            faulty.every(1, Verb.CLAIM, Fault.REFUSED).heal();

            granted(claim());
        }

        @Test
        void anAnswerComesOnAnotherThread() throws Exception {
            ExecutorService executor = Executors.newSingleThreadExecutor(work -> new Thread(work, "elsewhere"));
            CompletableFuture<Void> gate = new CompletableFuture<>();
            executor.execute(gate::join);
            CompletableFuture<String> answeredOn = faulty.answerOn(executor)
                    .peek(key)
                    .thenApply(seen -> Thread.currentThread().getName())
                    .toCompletableFuture();
            gate.complete(null);

            assertThat(answeredOn.get(300, SECONDS)).isEqualTo("elsewhere");
            executor.shutdown();
        }

        private void tell(HintFault fault) {
            faulty.hints(fault);
            inner.tellChanged(key);
        }

        private CompletionStage<Claimed<String>> claim() {
            return faulty.claim(key, attempt());
        }

        private CompletionStage<Stored<String>> handle(Token token) {
            return faulty.handle(key, token, "done", Duration.ofHours(1));
        }

        private Attempt attempt() {
            return new Attempt(AttemptId.next(), null, Duration.ofSeconds(1));
        }

        private Token granted(CompletionStage<Claimed<String>> stage) throws Exception {
            return granted(StoreHarness.await(stage));
        }

        private Token granted(Claimed<String> answer) {
            assertThat(answer).isInstanceOf(Claimed.Granted.class);
            return ((Claimed.Granted<String>) answer).token();
        }

        private void fails(CompletionStage<?> stage, Outcome outcome) {
            assertThatThrownBy(() -> StoreHarness.await(stage))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            StoreUnavailableException.class,
                            failure -> assertThat(failure.outcome()).isEqualTo(outcome));
        }
    }
}
