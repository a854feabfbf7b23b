package io.apicache.memory;

import io.apicache.ApiCache;
import io.apicache.LeaseLostException;
import io.apicache.tck.ManualTime;
import java.time.Duration;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A cache over the memory store is linearizable on one id: room, claim and store together answer as {@link Sequential} does, in which no two
 * calls overlap. Callers do not wait here; time stands still. What is refused only because another call is at the same claim is tried again:
 * such a refusal says nothing of what comes after it.
 */
@Tag("exhaustive")
@Tag("once")
public class ApiCacheLincheckTest {

    private static final String ID = "id";

    private final ManualTime time = new ManualTime();
    private final ApiCache<String> cache = ApiCache.over(
                    MemoryStore.<String>builder().time(time).build())
            .time(time)
            .scheduler(time.scheduler())
            .executor(Runnable::run)
            .build();

    /** Makes a fresh cache for each execution. */
    public ApiCacheLincheckTest() {}

    @Operation
    public String receive() {
        return cache.receiveAndWait(ID, Duration.ZERO).getClass().getSimpleName();
    }

    @Operation
    public boolean handle() {
        return isDone(() -> cache.handle(ID, "response"));
    }

    /** Of two that overlap both may say that they gave the claim back: what counts is what comes after. */
    @Operation
    public void release() {
        isDone(() -> cache.release(ID));
    }

    /** It may have met a claim that no caller ever saw, since the invalidation made the cache ask again. */
    @Operation
    public void invalidate() {
        cache.invalidate(ID);
    }

    @Operation
    public boolean peek() {
        return cache.peek(ID).isPresent();
    }

    private static boolean isDone(Runnable call) {
        while (true) {
            try {
                call.run();
                return true;
            } catch (LeaseLostException e) {
                return false;
            } catch (IllegalStateException e) {
                if (!e.getMessage().contains("is being handled by another call")) {
                    return false;
                }
                Thread.onSpinWait();
            }
        }
    }

    @Test
    @DisplayName("C1 C3 H1 calls on one id are linearizable (model checking)")
    void modelChecking() {
        new ModelCheckingOptions()
                .iterations(6)
                .invocationsPerIteration(300)
                .threads(2)
                .actorsPerThread(3)
                .sequentialSpecification(Sequential.class)
                .check(getClass());
    }

    @Test
    @DisplayName("C1 C3 H1 calls on one id are linearizable (stress)")
    void stress() {
        new StressOptions()
                .iterations(10)
                .invocationsPerIteration(500)
                .threads(3)
                .actorsPerThread(3)
                .sequentialSpecification(Sequential.class)
                .check(getClass());
    }

    /** One id, one call at a time. */
    public static class Sequential {

        private enum Hold {
            NOTHING,
            CLAIM,
            /** Invalidated under its holder, who has not finished with it. */
            LOST
        }

        private boolean done;
        private Hold hold = Hold.NOTHING;
        private boolean ambiguous; // an earlier claim was lost and is still in somebody's hands

        /** Starts without a record. */
        public Sequential() {}

        public String receive() {
            if (done) {
                return "Cached";
            }
            if (hold == Hold.CLAIM) {
                return "InFlight";
            }
            ambiguous |= hold == Hold.LOST;
            hold = Hold.CLAIM;
            return "FirstSeen";
        }

        public boolean handle() {
            if (ambiguous || hold == Hold.NOTHING) {
                return false;
            }
            boolean stored = hold == Hold.CLAIM;
            hold = Hold.NOTHING;
            done |= stored;
            return stored;
        }

        public void release() {
            if (!ambiguous) {
                hold = Hold.NOTHING;
            }
        }

        public void invalidate() {
            done = false;
            if (hold == Hold.CLAIM) {
                hold = Hold.LOST;
            }
        }

        public boolean peek() {
            return done;
        }
    }
}
