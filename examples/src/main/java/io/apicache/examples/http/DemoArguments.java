package io.apicache.examples.http;

import static io.apicache.examples.CommandLine.number;
import static io.apicache.examples.CommandLine.value;

import org.jspecify.annotations.Nullable;

/** What the program is told on its command line. */
record DemoArguments(@Nullable String redis, boolean serve, int port, boolean breaks, boolean help) {

    static final String HELP = """
            Sends real HTTP requests with an Idempotency-Key to servers of this JVM, prints what they answer, and checks
            that every rule was kept and nothing was paid twice.

              --redis URI   keeps responses in this Redis, such as redis://localhost:6379, instead of in memory
              --serve       starts one server instead, prints lines to try, and runs until it is interrupted
              --port N      where that server listens, 0 to 65535; by default 0, any port that is free
              --break       runs with the cache switched off, to show that the check notices: ends with 1
              --help        this

            Ends with 0 if every rule was kept, with 1 if not, with 2 if it could not start: bad arguments, no Redis.
            """;

    static DemoArguments parse(String... arguments) {
        String redis = null;
        boolean serve = false;
        int port = 0;
        boolean breaks = false;
        boolean help = false;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--redis" -> redis = value(arguments, ++i);
                case "--serve" -> serve = true;
                case "--port" -> port = number(arguments, ++i, 0, 65_535);
                case "--break" -> breaks = true;
                case "--help" -> help = true;
                default -> throw new IllegalArgumentException("unknown argument " + arguments[i] + ": see --help");
            }
        }
        if (port != 0 && !serve) {
            throw new IllegalArgumentException("--port needs --serve: the servers of a run take any ports");
        }
        return new DemoArguments(redis, serve, port, breaks, help);
    }
}
