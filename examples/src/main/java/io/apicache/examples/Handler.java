package io.apicache.examples;

import io.apicache.examples.RequestFile.Line;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Replays a file of payments, with duplicates, retries, deaths and reused keys, against HTTP servers whose handler asks an {@code ApiCache}
 * first, and checks that every payment was booked once and answered alike.
 */
public final class Handler {

    private final Arguments arguments;
    private final PrintStream out;
    private final PrintStream err;

    private Handler(Arguments arguments, PrintStream out, PrintStream err) {
        this.arguments = arguments;
        this.out = out;
        this.err = err;
    }

    /**
     * Runs the program. Exits with 0 if every promise was kept, 1 if not, 2 if it could not start: bad arguments, no Redis.
     *
     * @param arguments see {@code --help}
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] arguments) throws InterruptedException {
        CommandLine.keepLibrariesQuiet();
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream out, PrintStream err, String... arguments) throws InterruptedException {
        try {
            Arguments parsed = Arguments.parse(arguments);
            if (parsed.help()) {
                out.print(Arguments.HELP);
                return 0;
            }
            return new Handler(parsed, out, err).run() ? 0 : 1;
        } catch (IllegalArgumentException | UncheckedIOException e) {
            err.println(e.getMessage());
            return 2;
        }
    }

    private boolean run() throws InterruptedException {
        List<Line> lines = lines();
        Tally tally = new Tally();
        double seconds;
        try (Servers servers = start(tally)) {
            out.printf("Replaying %,d requests against %s%n", lines.size(), servers);
            long start = System.nanoTime();
            Progress progress = new Progress(out, tally, lines.size());
            try {
                new Replay(servers, arguments.threads(), tally).run(lines);
            } finally {
                progress.close();
            }
            seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
        }
        return new Report(tally, lines).print(out, seconds);
    }

    private Servers start(Tally tally) {
        String namespace = "payments-" + UUID.randomUUID(); // another run on the same Redis is none of our business
        return arguments.processes() == 0
                ? new LocalServers(arguments, namespace, tally)
                : ServerProcesses.start(arguments, namespace, tally, err);
    }

    private List<Line> lines() {
        try {
            if (arguments.file() != null) {
                return RequestFile.parse(Files.readAllLines(arguments.file()));
            }
            try (InputStream sample = Handler.class.getResourceAsStream(SampleFile.RESOURCE)) {
                if (sample == null) {
                    throw new IllegalArgumentException("the sample file is missing from the jar: build it again");
                }
                return RequestFile.parse(new String(sample.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + arguments.file() + ": " + e, e);
        }
    }
}
