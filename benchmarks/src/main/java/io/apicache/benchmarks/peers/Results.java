package io.apicache.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;

/** What a {@link Comparison} has seen so far. For one thread. */
final class Results {

    final List<Sample> samples = new ArrayList<>();
    final List<Count> counts = new ArrayList<>();
    final List<Failure> failures = new ArrayList<>();
    final List<Ceiling.Reached> ceiling = new ArrayList<>();

    List<Failure> failures(Scenario scenario, Peers peer) {
        return failures.stream()
                .filter(failure -> failure.peer() == peer && failure.scenario().equals(scenario.name()))
                .toList();
    }

    /** {@return whether the peer is not to be asked again} */
    boolean isGivenUp(Scenario scenario, Peers peer) {
        return failures(scenario, peer).stream().anyMatch(Failure::givenUp);
    }
}
