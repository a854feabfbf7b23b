package io.apicache.examples.dashboard;

import static io.apicache.examples.CommandLine.number;
import static io.apicache.examples.CommandLine.value;

import org.jspecify.annotations.Nullable;

/** What the program is told on its command line. */
record Options(@Nullable String redis, int port, int clients, int sales, boolean serve, boolean breaks, boolean help) {

    static final String HELP = """
            Serves a page whose figures take a slow query, and loads it with many clients at once: that costs one query.

              --redis URI    shares the figures through this Redis, such as redis://localhost:6379, instead of in memory:
                             two servers then, each with a store of its own
              --port N       where the first server listens, 0 to 65535; 0 by default: any port that is free
              --clients N    how many clients load the page at once, 1 to 2000; 200 by default
              --sales N      how many sales the database has, 1000 to 1000000; 100000 by default
              --serve        waits for your browser instead, until it is killed
              --break        runs with the cache switched off, to show that the check notices: ends with 1
              --help         this

            Ends with 0 if all clients got their page from one query, with 1 if not, with 2 if it could not start: bad
            arguments, no Redis, no port.
            """;

    static Options parse(String... arguments) {
        String redis = null;
        int port = 0;
        int clients = 200;
        int sales = 100_000;
        boolean serve = false;
        boolean breaks = false;
        boolean help = false;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--redis" -> redis = value(arguments, ++i);
                case "--port" -> port = number(arguments, ++i, 0, 65_535);
                case "--clients" -> clients = number(arguments, ++i, 1, 2_000);
                case "--sales" -> sales = number(arguments, ++i, 1_000, 1_000_000);
                case "--serve" -> serve = true;
                case "--break" -> breaks = true;
                case "--help" -> help = true;
                default -> throw new IllegalArgumentException("unknown argument " + arguments[i] + ": see --help");
            }
        }
        if (breaks && redis != null) {
            throw new IllegalArgumentException(
                    "--break goes without --redis: a cache that is switched off has no store");
        }
        return new Options(redis, port, clients, sales, serve, breaks, help);
    }
}
