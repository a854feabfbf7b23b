package io.apicache.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Does the same job with every peer, in real processes, and writes down what it took: {@code [--smoke | --short | --full] [--out
 * DIRECTORY]}. The peers take turns, in another order each round, so that what disturbs the machine disturbs all of them.
 */
public final class Comparison {

    private static final int BYTES = 1_000;
    private static final Duration TRAILING = Duration.ofMillis(200);

    private final Form form;
    private final List<Fleet> fleets = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private final List<Count> counts = new ArrayList<>();
    private final long started = System.nanoTime();
    private int ids;

    private Comparison(Form form) {
        this.form = form;
    }

    /**
     * How much is done.
     *
     * @param name as on the command line
     * @param processes of each peer
     * @param rounds in each of which everything is done by every peer
     * @param calls for replays and first calls
     * @param wakeUps of one waiter
     * @param herds how many wait for one id
     */
    record Form(String name, int processes, int rounds, int calls, int wakeUps, List<Integer> herds) {

        /** Enough to see that it runs. */
        static final Form SMOKE = new Form("smoke", 2, 1, 20, 2, List.of(4));

        /** Some minutes. */
        static final Form SHORT = new Form("short", 4, 3, 2_000, 20, List.of(4, 100, 1_000));

        /** An hour or so. */
        static final Form FULL = new Form("full", 4, 15, 10_000, 50, List.of(4, 40, 100, 400, 1_000, 4_000));

        List<Scenario> scenarios(int calls, int wakeUps) {
            List<Scenario> all = new ArrayList<>(
                    List.of(Scenario.replay(calls), Scenario.firstSeen(calls), Scenario.wakeUp(wakeUps)));
            herds.forEach(waiters -> all.add(Scenario.herd(waiters, 1)));
            herds.forEach(waiters -> all.add(Scenario.herd(waiters, processes)));
            all.add(Scenario.takeover());
            return all;
        }
    }

    /**
     * One scenario, done once by one peer.
     *
     * @param scenario its name
     * @param peer who did it
     * @param round when
     * @param p50Micros half of the answers came within this time
     * @param p99Micros 99 of 100 did
     * @param lastMicros all did
     * @param bytes to and from the server, for each answer
     * @param serverCpuMicros for each answer
     */
    record Sample(
            String scenario,
            Peers peer,
            int round,
            double p50Micros,
            double p99Micros,
            double lastMicros,
            double bytes,
            double serverCpuMicros) {}

    /**
     * What clients have sent.
     *
     * @param scenario its name
     * @param peer who did it
     * @param commands in all, what happens in the background included
     * @param operations how many answers they were for
     */
    record Count(String scenario, Peers peer, long commands, int operations) {}

    /**
     * Runs it.
     *
     * @param args see above
     * @throws Exception if a peer gave a wrong answer, or none
     */
    public static void main(String[] args) throws Exception {
        Form form = Form.SHORT;
        Path out = Path.of("target", "comparison");
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--smoke" -> form = Form.SMOKE;
                case "--short" -> form = Form.SHORT;
                case "--full" -> form = Form.FULL;
                case "--out" -> out = Path.of(args[++i]);
                default -> throw new IllegalArgumentException(args[i] + " is not --smoke, --short, --full or --out");
            }
        }
        Files.createDirectories(out);
        Comparison comparison = new Comparison(form);
        try {
            comparison.run();
            new Report(form, comparison.fleets.get(0).server().version(), comparison.samples, comparison.counts)
                    .write(out);
            System.out.println(comparison.time() + " written: " + out);
        } finally {
            comparison.fleets.forEach(Fleet::close);
        }
    }

    private void run() throws IOException, InterruptedException {
        for (Peers peer : Peers.values()) {
            say(peer.title() + ": " + form.processes + " processes");
            fleets.add(Fleet.start(peer, form.processes, BYTES));
        }
        List<Scenario> scenarios = form.scenarios(form.calls, form.wakeUps);
        if (form.rounds > 1) {
            for (Fleet fleet : fleets) {
                say("warm-up: " + fleet.peer().title());
                for (Scenario scenario : withoutTakeover(scenarios)) {
                    warmUp(fleet, scenario);
                }
            }
        }
        for (int round = 1; round <= form.rounds; round++) {
            List<Fleet> turn = new ArrayList<>(fleets);
            Collections.rotate(turn, round);
            for (Scenario scenario : scenarios) {
                for (Fleet fleet : turn) {
                    say("round " + round + " of " + form.rounds + ": " + scenario.name() + ", "
                            + fleet.peer().title());
                    measure(fleet, scenario, round);
                }
            }
        }
        for (Scenario scenario :
                withoutTakeover(form.scenarios(Math.min(form.calls, 200), Math.min(form.wakeUps, 10)))) {
            for (Fleet fleet : fleets) {
                say("counting: " + scenario.name() + ", " + fleet.peer().title());
                count(fleet, scenario);
            }
        }
    }

    /** The last one; it takes seconds, and commands while nothing happens say nothing. */
    private static List<Scenario> withoutTakeover(List<Scenario> scenarios) {
        return scenarios.subList(0, scenarios.size() - 1);
    }

    private void warmUp(Fleet fleet, Scenario scenario) throws IOException, InterruptedException {
        String id = scenario.name() + "-" + ids++;
        scenario.steps().prepare(fleet, id);
        var unused = scenario.steps().run(fleet, id);
    }

    private void measure(Fleet fleet, Scenario scenario, int round) throws IOException, InterruptedException {
        String id = scenario.name() + "-" + ids++;
        scenario.steps().prepare(fleet, id);
        Server.Cost before = fleet.server().cost();
        long[] nanos = scenario.steps().run(fleet, id);
        Server.Cost cost = fleet.server().cost().since(before);
        scenario.steps().tidyUp(fleet);
        Arrays.sort(nanos);
        samples.add(new Sample(
                scenario.name(),
                fleet.peer(),
                round,
                nanos[nanos.length / 2] / 1e3,
                nanos[nanos.length * 99 / 100] / 1e3,
                nanos[nanos.length - 1] / 1e3,
                (double) cost.bytes() / scenario.operations(),
                cost.cpuMicros() / scenario.operations()));
    }

    private void count(Fleet fleet, Scenario scenario) throws IOException, InterruptedException {
        String id = scenario.name() + "-" + ids++;
        scenario.steps().prepare(fleet, id);
        try (Server.Counter counter = fleet.server().count()) {
            scenario.steps().run(fleet, id);
            Thread.sleep(TRAILING.toMillis());
            counts.add(new Count(scenario.name(), fleet.peer(), counter.commands(), scenario.operations()));
        }
        scenario.steps().tidyUp(fleet);
    }

    private String time() {
        return String.format(Locale.ROOT, "%6.1f s", (System.nanoTime() - started) / 1e9);
    }

    private void say(String what) {
        System.out.println(time() + " " + what);
    }
}
