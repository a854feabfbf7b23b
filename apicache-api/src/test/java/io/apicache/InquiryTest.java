package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import io.apicache.tck.ManualTime;
import io.apicache.tck.ReferenceStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Interleavings between a room and a store whose answers take their time. Commands are executed when they are sent; their answers arrive when the
 * test lets them.
 */
class InquiryTest {

    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTime time = new ManualTime();
    private final ReferenceStore<String> records = new ReferenceStore<>(time);
    private final SlowAnswers slow = new SlowAnswers(records);
    private final ApiCache<String> here = cache(slow);
    private final ApiCache<String> elsewhere = cache(records);

    private ApiCache<String> cache(Store<String> store) {
        return ApiCache.over(store)
                .time(time)
                .scheduler(time.scheduler())
                .executor(Runnable::run)
                .lease(LEASE)
                .build();
    }

    @AfterEach
    void close() {
        slow.held = false;
        slow.answerAll();
        here.close();
        elsewhere.close();
    }

    private FirstSeen<String> firstSeenElsewhere(String id) {
        return (FirstSeen<String>) elsewhere.receiveAndWait(id, Duration.ZERO);
    }

    private static String kind(CompletableFuture<Receipt<String>> future) {
        return future.isDone() ? future.join().getClass().getSimpleName() : "open";
    }

    @Test
    @DisplayName("H1 an answer that is older than a call is not given to it")
    void anAnswerIsNotOlderThanTheCall() {
        firstSeenElsewhere("id").handle("old");
        slow.held = true;
        CompletableFuture<Receipt<String>> before = here.receiveAsync("id", Duration.ZERO);
        elsewhere.invalidate("id");
        CompletableFuture<Receipt<String>> after = here.receiveAsync("id", Duration.ZERO);

        slow.answerNext();

        assertThat(kind(before)).isEqualTo("Cached");
        assertThat(kind(after)).isEqualTo("open");
        slow.answerNext();
        assertThat(kind(after)).isEqualTo("FirstSeen");
    }

    @Test
    @DisplayName("H1 who comes after a handle is not told in flight by a question that was sent before it")
    void inFlightIsNotOlderThanTheCall() {
        FirstSeen<String> owner = firstSeenElsewhere("id");
        slow.held = true;
        CompletableFuture<Receipt<String>> before = here.receiveAsync("id", Duration.ZERO);
        owner.handle("response");
        CompletableFuture<Receipt<String>> after = here.receiveAsync("id", Duration.ZERO);

        slow.answerNext();
        assertThat(kind(before)).isEqualTo("InFlight");
        slow.answerNext();

        assertThat(kind(after)).isEqualTo("Cached");
    }

    @Test
    @DisplayName("C1 everybody who arrives while a claim is on its way shares it")
    void aHerdSharesOneClaim() {
        slow.held = true;
        CompletableFuture<Receipt<String>> first = here.receiveAsync("id", SECOND);
        CompletableFuture<Receipt<String>> second = here.receiveAsync("id", SECOND);

        slow.answerAll();

        assertThat(kind(first)).isEqualTo("FirstSeen");
        assertThat(kind(second)).isEqualTo("open");
        assertThat(slow.asked).isEqualTo(1);
        ((FirstSeen<String>) first.join()).handle("response");
        assertThat(kind(second)).isEqualTo("Cached");
    }

    @Test
    @DisplayName("C3 a claim that is granted after everybody has left is given back")
    void aGrantThatNobodyWantsIsGivenBack() {
        slow.held = true;
        CompletableFuture<Receipt<String>> gone = here.receiveAsync("id", SECOND);
        gone.cancel(false);

        slow.answerAll();

        assertThat(kind(elsewhere.receiveAsync("id", Duration.ZERO))).isEqualTo("FirstSeen");
        assertThat(here.toString()).contains("0 ids", "0 waiters");
    }

    @Test
    @DisplayName("C1 a claim that was granted to somebody who has left goes to the next one")
    void aGrantGoesToTheNextOne() {
        slow.held = true;
        CompletableFuture<Receipt<String>> gone = here.receiveAsync("id", SECOND);
        CompletableFuture<Receipt<String>> next = here.receiveAsync("id", SECOND);
        gone.cancel(false);

        slow.answerAll();

        assertThat(kind(next)).isEqualTo("FirstSeen");
    }

    @Test
    @DisplayName("C1 a claim that was on its way while the record was invalidated is asked for again")
    void aDoubtfulGrantIsNotUsed() {
        slow.held = true;
        CompletableFuture<Receipt<String>> receipt = here.receiveAsync("id", SECOND);
        here.invalidate("id");
        FirstSeen<String> other = firstSeenElsewhere("id");

        slow.answerAll();
        assertThat(kind(receipt)).isEqualTo("open");
        other.handle("response");
        slow.answerAll();

        assertThat(kind(receipt)).isEqualTo("Cached");
    }

    @Test
    @DisplayName("W1 a hint that overtakes the answer to the join is not lost")
    void aHintMayOvertakeTheAnswer() {
        FirstSeen<String> owner = firstSeenElsewhere("id");
        slow.held = true;
        CompletableFuture<Receipt<String>> waiter = here.receiveAsync("id", SECOND);
        slow.answerNext(); // to the claim; the join has been executed, its answer is on its way
        owner.release();

        slow.answerAll();

        assertThat(kind(waiter)).isEqualTo("FirstSeen");
    }

    @Test
    @DisplayName("W1 the response that a hint brings wakes those who wait, before the answer to the join")
    void aHintWithTheResponseWakes() {
        FirstSeen<String> owner = firstSeenElsewhere("id");
        slow.held = true;
        CompletableFuture<Receipt<String>> waiter = here.receiveAsync("id", SECOND);
        slow.answerNext();
        owner.handle("response");

        assertThat(kind(waiter)).isEqualTo("Cached");
        slow.answerAll();
        assertThat(here.toString()).contains("0 ids");
    }

    @Test
    @DisplayName("H1 who comes after an invalidation is not told a response that was handled before it")
    void aMessageIsNotOlderThanTheCall() {
        FirstSeen<String> owner = firstSeenElsewhere("id");
        CompletableFuture<Receipt<String>> before = here.receiveAsync("id", SECOND);
        slow.messagesHeld = true;
        owner.handle("old");
        here.invalidate("id");
        CompletableFuture<Receipt<String>> after = here.receiveAsync("id", SECOND);

        slow.tellAll();

        assertThat(kind(after)).isNotEqualTo("Cached");
        assertThat(kind(before)).isNotEqualTo(kind(after)); // one of them does the work
    }

    @Test
    @DisplayName("W1 a response that overtakes the answer to the join after an invalidation is not lost")
    void aMessageMayOvertakeTheAnswerAfterAnInvalidation() {
        firstSeenElsewhere("id");
        CompletableFuture<Receipt<String>> waiter = here.receiveAsync("id", SECOND);
        List<FirstSeen<String>> next = new ArrayList<>();
        ApiCache<String> third = cache(records);
        slow.afterInvalidation = () -> next.add((FirstSeen<String>) third.receiveAndWait("id", Duration.ZERO));
        slow.hints = false;
        slow.held = true;
        here.invalidate("id");
        slow.hints = true;

        next.get(0).handle("response");
        slow.answerAll();

        assertThat(kind(waiter)).isEqualTo("Cached");
        third.close();
    }

    @Test
    @DisplayName("F1 a fingerprint is not refused on old knowledge")
    void nobodyIsRefusedOnOldKnowledge() {
        Request old = Request.of("id").withFingerprint(Fingerprint.of("old"));
        Request changed = Request.of("id").withFingerprint(Fingerprint.of("changed"));
        slow.hints = false;
        FirstSeen<String> owner = (FirstSeen<String>) elsewhere.receiveAndWait(old, Duration.ZERO);
        CompletableFuture<Receipt<String>> waiter = here.receiveAsync(old, SECOND);
        owner.release();
        FirstSeen<String> next = (FirstSeen<String>) elsewhere.receiveAndWait(changed, Duration.ZERO);

        CompletableFuture<Receipt<String>> honest = here.receiveAsync(changed, SECOND);

        assertThat(kind(honest)).isEqualTo("open");
        assertThat(waiter).isCompletedExceptionally(); // it is this one that does not fit any more
        next.handle("response");
        time.advance(SECOND);
        assertThat(kind(honest)).isEqualTo("Cached");
    }

    @Test
    @DisplayName("W2 a caller that knows of somebody at work is told at its deadline although the store hangs")
    void theDeadlineHoldsWhileTheStoreHangs() {
        firstSeenElsewhere("id");
        CompletableFuture<Receipt<String>> waiter = here.receiveAsync("id", SECOND);
        slow.held = true;

        time.advance(SECOND);

        assertThat(kind(waiter)).isEqualTo("InFlight");
    }

    /** Executes at once, answers later. */
    private static final class SlowAnswers implements Store<String> {

        private final Store<String> store;
        private final Queue<Runnable> answers = new ArrayDeque<>();
        private boolean held;
        private boolean hints = true;
        private final Queue<Runnable> messages = new ArrayDeque<>();
        private boolean messagesHeld;
        private Runnable afterInvalidation = () -> {};
        private int asked;

        SlowAnswers(Store<String> store) {
            this.store = store;
        }

        private <T> CompletionStage<T> later(CompletionStage<T> answer) {
            asked++;
            if (!held) {
                return answer;
            }
            CompletableFuture<T> open = new CompletableFuture<>();
            answers.add(() -> open.complete(answer.toCompletableFuture().join()));
            return open;
        }

        private void tell(Runnable message) {
            if (messagesHeld) {
                messages.add(message);
            } else {
                message.run();
            }
        }

        void tellAll() {
            while (!messages.isEmpty()) {
                messages.remove().run();
            }
        }

        void answerNext() {
            answers.remove().run();
        }

        void answerAll() {
            while (!answers.isEmpty()) {
                answerNext();
            }
        }

        @Override
        public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
            return later(store.claim(key, attempt));
        }

        @Override
        public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
            return later(store.join(key, attempt));
        }

        @Override
        public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
            return store.handle(key, token, value, keepFor);
        }

        @Override
        public CompletionStage<Stored<String>> mark(Key key, Token token, Marker marker, Duration keepFor) {
            return store.mark(key, token, marker, keepFor);
        }

        @Override
        public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
            return store.renew(key, token, lease);
        }

        @Override
        public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
            return store.release(key, attempt);
        }

        @Override
        public CompletionStage<Boolean> invalidate(Key key) {
            return store.invalidate(key).thenApply(removed -> {
                afterInvalidation.run();
                return removed;
            });
        }

        @Override
        public CompletionStage<Optional<Claimed.Handled<String>>> peek(Key key) {
            return store.peek(key);
        }

        @Override
        public Registration hints(Hints<String> listener) {
            return store.hints(new Hints<>() {
                @Override
                public void changed(Key key) {
                    if (hints) {
                        tell(() -> listener.changed(key));
                    }
                }

                @Override
                public void handled(Key key, Claimed.Handled<String> record) {
                    if (hints) {
                        tell(() -> listener.handled(key, record));
                    }
                }

                @Override
                public void missed() {
                    listener.missed();
                }
            });
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
