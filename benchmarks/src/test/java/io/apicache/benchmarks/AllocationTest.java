package io.apicache.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.server.RedisProcess;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What the hot paths allocate once they are compiled is the same on every machine; so, unlike a time, it can be held to a limit. On a busy
 * machine it takes longer until they are: whoever is over the limit gets more time. It depends on the compiler, for on JDK 25 more
 * survives of what is made for a look; and on the server, for before Redis 7.0 a claim takes two commands.
 */
@Tag("exhaustive")
class AllocationTest {

    private static final int[] WARM_UPS = {6, 20, 40, 120, 240};

    static {
        // JMH wants the machine to itself, for the sake of times. Bytes are the same beside another benchmark.
        System.setProperty("jmh.ignoreLock", "true");
    }

    @ParameterizedTest(name = "{0}: at most {1} bytes on JDK 17 with Redis 7, {2} elsewhere")
    @CsvSource({
        "MemoryReplayBenchmark.replay, 24, 48",
        "MemoryFirstSeenBenchmark.firstSeenAndHandle, 1850, 2300",
        "RedisCallBenchmark.replay, 5900, 7500",
        "RedisCallBenchmark.firstSeenAndHandle, 8300, 12000"
    })
    @DisplayName("a call allocates no more than it did")
    void allocatesNoMoreThanItDid(String benchmark, double least, double elsewhere) throws Exception {
        double bytes = Runtime.version().feature() == 17 && isServerRecent(benchmark) ? least : elsewhere;
        double allocated = Double.MAX_VALUE;
        for (int i = 0; i < WARM_UPS.length && allocated > bytes + 0.5; i++) {
            allocated = allocated(benchmark, WARM_UPS[i]);
            System.out.printf("%s: %.1f bytes%n", benchmark, allocated);
        }
        assertThat(allocated).isPositive().isLessThanOrEqualTo(bytes + 0.5);
    }

    private static boolean isServerRecent(String benchmark) throws Exception {
        if (!benchmark.startsWith("Redis")) {
            return true; // it has none
        }
        try (RedisProcess server = RedisProcess.start()) {
            return !server.version().startsWith("6.");
        }
    }

    private static double allocated(String benchmark, int warmUps) throws Exception {
        RunResult result = new Runner(new OptionsBuilder()
                        .include(benchmark.replace(".", "\\.") + "$")
                        .mode(Mode.AverageTime)
                        .forks(1)
                        .warmupIterations(warmUps)
                        .warmupTime(TimeValue.milliseconds(500))
                        .measurementIterations(2)
                        .measurementTime(TimeValue.milliseconds(500))
                        .param("ids", "1000")
                        .addProfiler(GCProfiler.class)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .runSingle();
        return result.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
    }
}
