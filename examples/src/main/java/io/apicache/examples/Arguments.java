package io.apicache.examples;

import static io.apicache.examples.CommandLine.number;
import static io.apicache.examples.CommandLine.value;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the program is told on its command line. */
record Arguments(
        @Nullable Path file,
        @Nullable String redis,
        int processes,
        Duration lease,
        int threads,
        boolean breaks,
        boolean help) {

    static final String HELP = """
            Replays payments against HTTP servers that must not book any of them twice.

              --file FILE      requests to replay, instead of the sample: lines of six fields separated by tabs
                               (start ms, tenant, idempotency key, work ms, plain|timeout|crash|mismatch, body)
              --redis URI      keeps the answers in this Redis, such as redis://localhost:6379, instead of in memory
              --processes N    runs N servers in JVMs of their own, 1 to 64, and one more that is killed at work again
                               and again; needs --redis. Without it, the servers run in one JVM
              --lease MILLIS   how soon a dead server is noticed, 50 to 60000; 1000 by default, 3000 with --redis
              --threads N      how many clients at a time, 1 to 1000; 96 by default
              --break          runs with the cache switched off, to show that the check notices: ends with 1
              --help           this

            Ends with 0 if every payment was booked once and answered alike, with 1 if not, with 2 if it could not
            start: bad arguments, no Redis.
            """;

    static Arguments parse(String... arguments) {
        Path file = null;
        String redis = null;
        int processes = 0;
        int lease = 0;
        int threads = 96;
        boolean breaks = false;
        boolean help = false;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--file" -> file = Path.of(value(arguments, ++i));
                case "--redis" -> redis = value(arguments, ++i);
                case "--processes" -> processes = number(arguments, ++i, 1, 64);
                case "--lease" -> lease = number(arguments, ++i, 50, 60_000);
                case "--threads" -> threads = number(arguments, ++i, 1, 1_000);
                case "--break" -> breaks = true;
                case "--help" -> help = true;
                default -> throw new IllegalArgumentException("unknown argument " + arguments[i] + ": see --help");
            }
        }
        if (processes > 0 && redis == null) {
            throw new IllegalArgumentException("--processes needs --redis: processes share no memory");
        }
        if (lease == 0) {
            lease = redis == null ? 1_000 : 3_000; // three times as long as a command to Redis may take
        }
        return new Arguments(file, redis, processes, Duration.ofMillis(lease), threads, breaks, help);
    }
}
