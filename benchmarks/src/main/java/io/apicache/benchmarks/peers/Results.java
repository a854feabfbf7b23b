package io.apicache.benchmarks.peers;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What a {@link Comparison} has seen so far. For one thread. */
final class Results {

    final List<Sample> samples = new ArrayList<>();
    final List<Count> counts = new ArrayList<>();
    final List<Failure> failures = new ArrayList<>();
    final Map<Peers, Server.Idle> idle = new EnumMap<>(Peers.class);
    final List<Ceiling.Reached> ceiling = new ArrayList<>();

    Server.Idle idle(Peers peer) {
        return Objects.requireNonNull(idle.get(peer));
    }

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
