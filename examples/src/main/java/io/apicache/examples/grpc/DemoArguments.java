package io.apicache.examples.grpc;

import static io.apicache.examples.CommandLine.number;
import static io.apicache.examples.CommandLine.value;

import org.jspecify.annotations.Nullable;

/** What the program is told on its command line. */
record DemoArguments(@Nullable String redis, int payments, boolean breaks, boolean help) {

    static final String HELP = """
            Sends payments by gRPC, each at once over a channel that hedges and over one that retries, to two servers that
            lose every third answer. No payment may be executed twice, or answered in two ways.

              --redis URI      keeps the answers in this Redis, such as redis://localhost:6379, instead of in memory
              --payments N     how many, 1 to 100000; 400 by default
              --break          runs with the cache switched off, to show that the check notices: ends with 1
              --help           this

            Ends with 0 if every payment was executed once and answered alike, with 1 if not, with 2 if it could not
            start: bad arguments, no Redis.
            """;

    static DemoArguments parse(String... arguments) {
        String redis = null;
        int payments = 400;
        boolean breaks = false;
        boolean help = false;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--redis" -> redis = value(arguments, ++i);
                case "--payments" -> payments = number(arguments, ++i, 1, 100_000);
                case "--break" -> breaks = true;
                case "--help" -> help = true;
                default -> throw new IllegalArgumentException("unknown argument " + arguments[i] + ": see --help");
            }
        }
        return new DemoArguments(redis, payments, breaks, help);
    }
}
