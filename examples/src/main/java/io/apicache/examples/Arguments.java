package io.apicache.examples;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the program is told on its command line. */
record Arguments(@Nullable Path file, Duration lease, int threads, boolean breaks, boolean help) {

    static final String HELP = """
            Replays payments against HTTP servers that must not book any of them twice.

              --file FILE      requests to replay, instead of the sample: lines of six fields separated by tabs
                               (start ms, tenant, idempotency key, work ms, plain|timeout|crash|mismatch, body)
              --lease MILLIS   how soon a dead server is noticed, 50 to 60000; 500 by default
              --threads N      how many clients at a time, 1 to 1000; 96 by default
              --break          runs with the cache switched off, to show that the check notices: ends with 1
              --help           this

            Ends with 0 if every payment was booked once and answered alike, with 1 if not, with 2 for bad arguments.
            """;

    static Arguments parse(String... arguments) {
        Path file = null;
        int lease = 500;
        int threads = 96;
        boolean breaks = false;
        boolean help = false;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--file" -> file = Path.of(value(arguments, ++i));
                case "--lease" -> lease = number(arguments, ++i, 50, 60_000);
                case "--threads" -> threads = number(arguments, ++i, 1, 1_000);
                case "--break" -> breaks = true;
                case "--help" -> help = true;
                default -> throw new IllegalArgumentException("unknown argument " + arguments[i] + ": see --help");
            }
        }
        return new Arguments(file, Duration.ofMillis(lease), threads, breaks, help);
    }

    private static String value(String[] arguments, int at) {
        if (at >= arguments.length) {
            throw new IllegalArgumentException(arguments[at - 1] + " needs a value: see --help");
        }
        return arguments[at];
    }

    private static int number(String[] arguments, int at, int least, int most) {
        String text = value(arguments, at);
        if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
            throw new IllegalArgumentException(
                    arguments[at - 1] + " is '" + text + "', expected a number from " + least + " to " + most);
        }
        return Integer.parseInt(text);
    }
}
