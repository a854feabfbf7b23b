package io.apicache.memory;

import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Key;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import io.apicache.tck.ManualTime;
import java.time.Duration;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The moves of the memory store are linearizable: Lincheck interleaves them on one key, in every way it has time for, and compares what they
 * answer with {@link Sequential}, in which no two overlap. Each thread of an execution plays one owner; leases end when a move says so.
 */
@Tag("exhaustive")
@Tag("once")
public class MemoryStoreLincheckTest {

    private static final Key KEY = new Key("lincheck", "id");
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration KEEP_FOR = Duration.ofHours(1);

    private final MemoryStore<String> store =
            MemoryStore.<String>builder().time(new ManualTime()).build();
    private final AttemptId[] attempts = {new AttemptId(1, 1), new AttemptId(1, 2), new AttemptId(1, 3)};

    /** Makes a fresh store for each execution. */
    public MemoryStoreLincheckTest() {}

    @Operation
    public String claimFirst() {
        return claim(0);
    }

    @Operation
    public String claimSecond() {
        return claim(1);
    }

    @Operation
    public String joinThird() {
        return said(store.join(KEY, new Attempt(attempts[2], null, LEASE))
                .toCompletableFuture()
                .join());
    }

    @Operation
    public String handleFirst() {
        Stored<String> stored = store.handle(KEY, new Token(1, attempts[0]), "first", KEEP_FOR)
                .toCompletableFuture()
                .join();
        return stored.getClass().getSimpleName(); // with a token that nobody was granted: must never be accepted
    }

    @Operation
    public boolean releaseFirst() {
        return store.release(KEY, attempts[0]).toCompletableFuture().join();
    }

    @Operation
    public boolean releaseSecond() {
        return store.release(KEY, attempts[1]).toCompletableFuture().join();
    }

    @Operation
    public boolean invalidate() {
        return store.invalidate(KEY).toCompletableFuture().join();
    }

    private String claim(int owner) {
        return said(store.claim(KEY, new Attempt(attempts[owner], null, LEASE))
                .toCompletableFuture()
                .join());
    }

    private static String said(Claimed<String> claimed) {
        return claimed.getClass().getSimpleName();
    }

    @Test
    @DisplayName("C1 C3 C4 moves are linearizable (model checking)")
    void modelChecking() {
        new ModelCheckingOptions()
                .iterations(12)
                .invocationsPerIteration(400)
                .threads(2)
                .actorsPerThread(3)
                .sequentialSpecification(Sequential.class)
                .check(getClass());
    }

    @Test
    @DisplayName("C1 C3 C4 moves are linearizable (stress)")
    void stress() {
        new StressOptions()
                .iterations(12)
                .invocationsPerIteration(800)
                .threads(3)
                .actorsPerThread(3)
                .sequentialSpecification(Sequential.class)
                .check(getClass());
    }

    /** One record, one move at a time. */
    public static class Sequential {

        private static final int NOBODY = -1;
        private int owner = NOBODY;

        /** Starts without a record. */
        public Sequential() {}

        public String claimFirst() {
            return ask(0);
        }

        public String claimSecond() {
            return ask(1);
        }

        public String joinThird() {
            return ask(2);
        }

        public String handleFirst() {
            return owner == NOBODY ? "Lost" : "Stale";
        }

        public boolean releaseFirst() {
            return release(0);
        }

        public boolean releaseSecond() {
            return release(1);
        }

        public boolean invalidate() {
            boolean existed = owner != NOBODY;
            owner = NOBODY;
            return existed;
        }

        private String ask(int attempt) {
            if (owner == NOBODY) {
                owner = attempt;
            }
            return owner == attempt ? "Granted" : "Pending";
        }

        private boolean release(int attempt) {
            boolean held = owner == attempt;
            owner = held ? NOBODY : owner;
            return held;
        }
    }
}
