package io.apicache.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.EndsInTime;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state of a key keeps the promises on random walks, without a thread, a lock or a store. */
@EndsInTime
class KeyStateWalkTest {

    private static void walk(int walks, boolean faults) {
        long seed = Long.getLong("walk.seed", System.nanoTime());
        long began = System.nanoTime();
        long moves = Walk.walk(seed, walks, faults);
        long millis = (System.nanoTime() - began) / 1_000_000;
        System.out.printf("%,d moves in %,d ms; -Dwalk.seed=%d repeats them%n", moves, millis, seed);
        assertThat(moves).isGreaterThan(walks);
    }

    @ParameterizedTest(name = "C1 H1 H3 F1 W1 W2 L1 M1 the promises hold on random walks, with faults: {0}")
    @ValueSource(booleans = {false, true})
    void thePromisesHold(boolean faults) {
        walk(150, faults);
    }

    @Tag("exhaustive")
    @Tag("once")
    @ParameterizedTest(name = "C1 H1 H3 F1 W1 W2 L1 M1 the promises hold on many random walks, with faults: {0}")
    @ValueSource(booleans = {false, true})
    void thePromisesHoldOnManyWalks(boolean faults) {
        walk(5_000, faults);
    }
}
