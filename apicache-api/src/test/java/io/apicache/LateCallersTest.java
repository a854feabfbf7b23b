package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Attempt;
import io.apicache.spi.Claimed;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Callers whose time is up before the store has answered them. */
@EndsInTime
class LateCallersTest extends CacheFixture {

    @Test
    @DisplayName("W2 a caller whose thread stood still on its way in is answered at once, not at the next safety look")
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
        probe(cache).changed(); // a message: the key looks meanwhile
        gate.countDown();
        caller.join();

        time.advance(Duration.ofMillis(50));

        assertThat(first).isNotDone();
        assertThat(late)
                .as("38 ms after its deadline, and the store answers at once")
                .isDone();
    }

    @Test
    @DisplayName("W2 a caller without time gets an answer of its own after another look met a corrupt record")
    void aLookFailsForGood() {
        List<Runnable> held = new ArrayList<>();
        Store<String> store = new ForwardingStore(records) {
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
}
