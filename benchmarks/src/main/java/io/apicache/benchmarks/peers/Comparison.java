package io.apicache.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Does the same job with every peer, in real processes, and writes down what it took: {@code [--smoke | --short | --full] [--bytes
 * LENGTH] [--out DIRECTORY]}. The peers take turns, in another order each round, so that what disturbs the machine disturbs all of them.
 */
public final class Comparison {

    private static final int BYTES = 1_000;
    /** Far quicker than calls, and so many that they take as long. */
    private static final int COMMANDS_PER_CALL = 25;

    private static final Duration TRAILING = Duration.ofMillis(200);

    private final Form form;
    private final int bytes;
    private final Path out;
    private final List<Fleet> fleets = new ArrayList<>();
    private final Results results = new Results();
    private final long started = System.nanoTime();
    private int ids;

    private Comparison(Form form, int bytes, Path out) {
        this.form = form;
        this.bytes = bytes;
        this.out = out;
    }

    /**
     * Runs it.
     *
     * @param args see above
     * @throws Exception if this library gave a wrong answer, or none
     */
    public static void main(String[] args) throws Exception {
        Form form = Form.SHORT;
        int bytes = BYTES;
        Path out = Path.of("target", "comparison");
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--smoke" -> form = Form.SMOKE;
                case "--short" -> form = Form.SHORT;
                case "--full" -> form = Form.FULL;
                case "--bytes" -> bytes = Integer.parseInt(args[++i]);
                case "--out" -> out = Path.of(args[++i]);
                default ->
                    throw new IllegalArgumentException(args[i] + " is not --smoke, --short, --full, --bytes or --out");
            }
        }
        Files.createDirectories(out);
        Comparison comparison = new Comparison(form, bytes, out);
        try {
            comparison.run();
            System.out.println(comparison.time() + " written: " + out);
        } finally {
            comparison.fleets.forEach(Fleet::close);
        }
    }

    private void run() throws IOException, InterruptedException {
        Report report = start();
        rounds(withoutKills(form.scenarios()), report);
        for (Scenario scenario : withoutKills(form.forCounting().scenarios())) {
            for (Fleet fleet : fleets) {
                say("counting: " + scenario.name() + ", " + fleet.peer().title());
                attempt(fleet, scenario, "counting", () -> count(fleet, scenario));
            }
        }
        report.write(out);
        // Last: a process that was killed is replaced by a JVM that is cold, in which nothing else is to be timed.
        rounds(
                form.scenarios().stream()
                        .filter(scenario -> scenario.steps().killsAProcess())
                        .toList(),
                report);
    }

    /** Starts all processes, warms them up, and looks at their servers. */
    private Report start() throws IOException, InterruptedException {
        for (Peers peer : Peers.values()) {
            say(peer.title() + ": " + form.processes() + " processes");
            fleets.add(Fleet.start(peer, form.processes(), bytes));
        }
        Server first = fleets.get(0).server();
        Report report = new Report(form, first.version(), bytes, results);
        say("what the server can do");
        results.ceiling.addAll(Ceiling.measure(first, bytes, form.calls() * COMMANDS_PER_CALL));
        for (Fleet fleet : fleets) {
            warmUp(fleet);
        }
        for (Fleet fleet : fleets) {
            say("idle: " + fleet.peer().title());
            results.idle.put(fleet.peer(), fleet.server().idle(form.idle()));
        }
        return report;
    }

    /** What has been measured is written down after each round: a later one may fail. */
    private void rounds(List<Scenario> scenarios, Report report) throws IOException, InterruptedException {
        for (int round = 1; round <= form.rounds(); round++) {
            List<Fleet> turn = new ArrayList<>(fleets);
            Collections.rotate(turn, round);
            int number = round;
            for (Scenario scenario : scenarios) {
                for (Fleet fleet : turn) {
                    say("round " + round + " of " + form.rounds() + ": " + scenario.name() + ", "
                            + fleet.peer().title());
                    attempt(fleet, scenario, "round " + round, () -> measure(fleet, scenario, number));
                }
            }
            report.write(out);
        }
    }

    private static List<Scenario> withoutKills(List<Scenario> scenarios) {
        return scenarios.stream()
                .filter(scenario -> !scenario.steps().killsAProcess())
                .toList();
    }

    /** What may fail. */
    private interface Attempt {
        void run() throws IOException, InterruptedException;
    }

    /**
     * Does it, unless it is known to be too much for the peer. One that turns out to be gets new processes, which are warmed up as the
     * first ones were, and is not asked again. Where this library fails, everything ends.
     */
    private void attempt(Fleet fleet, Scenario scenario, String when, Attempt attempt)
            throws IOException, InterruptedException {
        if (results.isGivenUp(scenario, fleet.peer())) {
            return;
        }
        try {
            attempt.run();
        } catch (IllegalStateException e) {
            if (fleet.peer() == Peers.APICACHE) {
                throw e;
            }
            say(fleet.peer().title() + " has failed: " + e.getMessage());
            String reason = String.valueOf(e.getMessage()).lines().limit(2).collect(Collectors.joining(" "));
            results.failures.add(new Failure(scenario.name(), fleet.peer(), when, reason, true));
            for (int i = 0; i < fleet.size(); i++) {
                fleet.replace(i);
            }
            if (!scenario.steps().killsAProcess()) {
                warmUp(fleet);
            }
        }
    }

    private void warmUp(Fleet fleet) throws IOException, InterruptedException {
        if (form.rounds() > 1) {
            say("warm-up: " + fleet.peer().title());
            for (Scenario scenario : withoutKills(form.scenarios())) {
                attempt(fleet, scenario, "warm-up", () -> {
                    String id = newId(scenario);
                    scenario.steps().prepare(fleet, id);
                    var unused = scenario.steps().run(fleet, id);
                });
            }
        }
    }

    private String newId(Scenario scenario) {
        return scenario.name() + "-" + ids++;
    }

    private void measure(Fleet fleet, Scenario scenario, int round) throws IOException, InterruptedException {
        String id = newId(scenario);
        scenario.steps().prepare(fleet, id);
        Server.Cost before = fleet.server().cost();
        Scenario.Times times = scenario.steps().run(fleet, id);
        Server.Cost cost = fleet.server().cost().since(before).without(results.idle(fleet.peer()));
        scenario.steps().tidyUp(fleet);
        if (isLate(fleet, scenario, "round " + round, times)) {
            return;
        }
        results.samples.add(new Sample(
                scenario.name(),
                fleet.peer(),
                round,
                times.micros(50),
                times.micros(99),
                times.micros(100),
                times.answersPerSecond(),
                cost.bytes() / scenario.operations(),
                cost.cpuMicros() / scenario.operations()));
    }

    private void count(Fleet fleet, Scenario scenario) throws IOException, InterruptedException {
        String id = newId(scenario);
        scenario.steps().prepare(fleet, id);
        try (Server.Counter counter = fleet.server().count()) {
            Scenario.Times times = scenario.steps().run(fleet, id);
            Thread.sleep(TRAILING.toMillis());
            if (!isLate(fleet, scenario, "counting", times)) {
                results.counts.add(new Count(scenario.name(), fleet.peer(), counter.commands(), scenario.operations()));
            }
        }
        scenario.steps().tidyUp(fleet);
    }

    /** Whoever comes late does not wait: such figures are left out, and the page tells of it. */
    private boolean isLate(Fleet fleet, Scenario scenario, String when, Scenario.Times times) {
        if (times.late() == 0) {
            return false;
        }
        String reason = String.format(Locale.ROOT, "%,d of %,d callers came late.", times.late(), times.size());
        say("left out: " + reason);
        results.failures.add(new Failure(scenario.name(), fleet.peer(), when, reason, false));
        return true;
    }

    private String time() {
        return String.format(Locale.ROOT, "%6.1f s", (System.nanoTime() - started) / 1e9);
    }

    private void say(String what) {
        System.out.println(time() + " " + what);
    }
}
