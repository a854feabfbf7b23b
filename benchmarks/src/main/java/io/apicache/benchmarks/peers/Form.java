package io.apicache.benchmarks.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How much a {@link Comparison} does.
 *
 * @param name as on the command line
 * @param processes of each peer
 * @param rounds in each of which everything is done by every peer
 * @param calls for replays and first calls
 * @param wakeUps of one waiter
 * @param herds how many wait for one id in one process
 * @param spreadHerds how many wait for one id in all processes
 * @param keys how many ids are asked for at a time
 */
record Form(
        String name,
        int processes,
        int rounds,
        int calls,
        int wakeUps,
        List<Integer> herds,
        List<Integer> spreadHerds,
        int keys) {

    /** Enough to see that it runs. */
    static final Form SMOKE = new Form("smoke", 2, 1, 20, 2, List.of(4), List.of(4), 20);

    /** Half an hour or so. */
    static final Form SHORT =
            new Form("short", 4, 3, 2_000, 20, List.of(1, 100, 1_000), List.of(4, 100, 1_000, 10_000), 1_000);

    private static final List<Integer> MANY_HERDS = List.of(4, 40, 100, 400, 1_000, 4_000, 10_000);

    /** Some hours. */
    static final Form FULL = new Form("full", 4, 15, 10_000, 50, MANY_HERDS, MANY_HERDS, 1_000);

    List<Scenario> scenarios() {
        List<Scenario> all =
                new ArrayList<>(List.of(Scenario.replay(calls), Scenario.firstSeen(calls), Scenario.wakeUp(wakeUps)));
        herds.forEach(waiters -> all.add(Herd.scenario(waiters, 1)));
        spreadHerds.forEach(waiters -> all.add(Herd.scenario(waiters, processes)));
        all.add(ManyKeys.scenario(keys, processes));
        all.add(Scenario.takeover());
        return all;
    }

    /** {@return the same with fewer calls: the number of commands is the same each time} */
    Form forCounting() {
        return new Form(name, processes, rounds, Math.min(calls, 200), Math.min(wakeUps, 10), herds, spreadHerds, keys);
    }

    /** {@return how long a server is watched that nobody asks for anything} */
    Duration idle() {
        return rounds > 1 ? Duration.ofSeconds(5) : Duration.ofMillis(100);
    }
}
