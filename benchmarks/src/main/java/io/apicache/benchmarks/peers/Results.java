package io.apicache.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link Comparison} has seen so far. For one thread. */
final class Results {

    final List<Sample> samples = new ArrayList<>();
    final List<Count> counts = new ArrayList<>();
    final List<Failure> failures = new ArrayList<>();
    final List<Ceiling.Reached> ceiling = new ArrayList<>();

    /** {@return why the peer has no figures for the scenario, or null if it has} */
    @Nullable
    Failure failure(Scenario scenario, Peers peer) {
        return failures.stream()
                .filter(failure -> failure.peer() == peer && failure.scenario().equals(scenario.name()))
                .findFirst()
                .orElse(null);
    }
}
