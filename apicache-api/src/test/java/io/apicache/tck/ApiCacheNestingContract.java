package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.Receipt;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Work that calls the cache for its own id. No time passes: it would pass between two steps of a thread that is slow. Another part of {@link ApiCacheContract}, which is the one to extend. */
public abstract class ApiCacheNestingContract extends ApiCacheFreshContract {

    private static final Duration LONG = Duration.ofMinutes(10);

    /** What runs inside the work of {@code execute}. */
    private interface Nested {
        Object call(ApiCache<String> cache) throws Exception;
    }

    private void assertRefused(Nested nested) throws Exception {
        ApiCache<String> cache = cache();
        FutureTask<String> outer = blocked(cache, () -> cache.execute(id, LONG, () -> "not " + nested.call(cache)));

        assertThat(outer)
                .failsWithin(Duration.ofSeconds(PATIENCE_SECONDS))
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOf(IllegalStateException.class)
                .withMessageContaining("would wait for itself");
        firstSeen(cache).release(); // nothing is held, and the thread is forgotten
        assertThat(cache.toString()).contains("0 waiters");
    }

    @Test
    @DisplayName("W2 work that executes its own id on its own thread is refused at once")
    void executeWithinExecute() throws Exception {
        assertRefused(cache -> cache.execute(id, LONG, () -> "nested"));
    }

    @Test
    @DisplayName("W2 work that receives its own id on its own thread is refused at once")
    void receiveWithinExecute() throws Exception {
        assertRefused(cache -> cache.receiveAndWait(id, LONG));
    }

    @Test
    @DisplayName("W2 work that waits on for its own id on its own thread is refused at once")
    void awaitWithinExecute() throws Exception {
        assertRefused(cache -> ((InFlight<String>) cache.receiveAndWait(id, Duration.ZERO)).await(LONG));
    }

    @Test
    @DisplayName("W2 work deep inside the work of another id is refused if it calls for the outer one")
    void executeTwoDeep() throws Exception {
        assertRefused(cache ->
                cache.execute(id + "-part", LONG, () -> "not " + cache.execute(id, LONG, () -> "nested")));
    }

    @Test
    @DisplayName("W2 work may ask for its own id without waiting, and execute other ids")
    void whatDoesNotWaitIsAnswered() throws Exception {
        ApiCache<String> cache = cache();

        String response = cache.execute(id, LONG, () -> {
            assertInFlight(cache);
            return cache.execute(id + "-part", LONG, () -> "part") + " of the whole";
        });

        assertThat(response).isEqualTo("part of the whole");
        assertThat(replayed(cache)).isEqualTo(response);
    }

    @Test
    @DisplayName("W1 a thread that the work has started may wait for the work")
    void anotherThreadWaits() throws Exception {
        ApiCache<String> cache = cache();
        FutureTask<Receipt<String>> waiter = new FutureTask<>(() -> cache.receiveAndWait(id, LONG));
        Thread thread = new Thread(waiter, "started by the work");

        cache.execute(id, LONG, () -> {
            thread.start();
            eventually("it waits", () -> waiter.isDone() || waitsForAnAnswer(thread));
            return "response";
        });

        assertThat(waiter.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isInstanceOf(Cached.class);
    }

    @Test
    @DisplayName("W1 a thread that handed its claim to another thread may wait for the response")
    void aClaimThatWasHandedOver() throws Exception {
        ApiCache<String> cache = cache();
        FutureTask<Receipt<String>> waiter = blocked(cache, () -> {
            FirstSeen<String> claim = firstSeen(cache);
            new Thread(() -> claim.handle("response"), "takes the claim over").start();
            return cache.receiveAndWait(id, LONG);
        });

        assertThat(waiter.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isInstanceOf(Cached.class);
    }

    @Test
    @DisplayName("W1 when its work is over, a thread waits for the id like any other")
    void afterTheWork() throws Exception {
        ApiCache<String> cache = cache();
        FutureTask<Receipt<String>> later = blocked(cache, () -> {
            cache.execute(id, LONG, () -> "response");
            cache.invalidate(id);
            FirstSeen<String> claim = firstSeen(cache);
            new Thread(() -> claim.handle("another"), "takes the claim over").start();
            return cache.receiveAndWait(id, LONG);
        });

        assertThat(((Cached<String>) later.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).response())
                .isEqualTo("another");
    }
}
