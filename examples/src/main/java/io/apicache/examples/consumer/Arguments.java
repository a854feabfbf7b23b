package io.apicache.examples.consumer;

import static io.apicache.examples.CommandLine.number;
import static io.apicache.examples.CommandLine.value;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the program is told on its command line. */
record Arguments(@Nullable String redis, int payments, Duration lease, boolean breaks, boolean help) {

    static final String HELP = """
            Sends payments through a message broker, some of them several times, to three consumers of which one dies
            again and again, and checks that each took effect once.

              --redis URI      keeps the answers in this Redis, such as redis://localhost:6379, instead of in memory
              --payments N     how many payments, 1 to 100000; 300 by default
              --lease MILLIS   how soon a dead consumer is noticed, 50 to 60000; 1000 by default, 3000 with --redis
              --break          runs with the cache switched off, and a ledger that refuses nothing, to show that the
                               check notices: ends with 1
              --help           this

            Ends with 0 if every payment took effect once, with 1 if not, with 2 if it could not start: bad arguments,
            no Redis.
            """;

    static Arguments parse(String... arguments) {
        String redis = null;
        int payments = 300;
        int lease = 0;
        boolean breaks = false;
        boolean help = false;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--redis" -> redis = value(arguments, ++i);
                case "--payments" -> payments = number(arguments, ++i, 1, 100_000);
                case "--lease" -> lease = number(arguments, ++i, 50, 60_000);
                case "--break" -> breaks = true;
                case "--help" -> help = true;
                default -> throw new IllegalArgumentException("unknown argument " + arguments[i] + ": see --help");
            }
        }
        if (lease == 0) {
            lease = redis == null ? 1_000 : 3_000;
        }
        return new Arguments(redis, payments, Duration.ofMillis(lease), breaks, help);
    }
}
