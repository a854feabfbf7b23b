package io.apicache.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
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
 * What the hot paths allocate is the same on every machine, busy or not; so, unlike a time, it can be held to a limit. It depends on the compiler: on
 * JDK 25 the key that is made for a look into memory survives.
 */
class AllocationTest {

    @ParameterizedTest(name = "{0}: at most {1} bytes on JDK 17, {2} on later ones")
    @CsvSource({
        "MemoryReplayBenchmark.replay, 24, 48",
        "MemoryFirstSeenBenchmark.firstSeenAndHandle, 2000, 2300",
        "RedisCallBenchmark.replay, 7500, 9000",
        "RedisCallBenchmark.firstSeenAndHandle, 10000, 12000"
    })
    @DisplayName("a call allocates no more than it did")
    void allocatesNoMoreThanItDid(String benchmark, double on17, double later) throws Exception {
        double bytes = Runtime.version().feature() == 17 ? on17 : later;
        RunResult result = new Runner(new OptionsBuilder()
                        .include(benchmark.replace(".", "\\.") + "$")
                        .mode(Mode.AverageTime)
                        .forks(1)
                        .warmupIterations(6)
                        .warmupTime(TimeValue.milliseconds(500))
                        .measurementIterations(2)
                        .measurementTime(TimeValue.milliseconds(500))
                        .param("ids", "1000")
                        .addProfiler(GCProfiler.class)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .runSingle();

        double allocated =
                result.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
        System.out.printf("%s: %.1f bytes%n", benchmark, allocated);
        assertThat(allocated).isPositive().isLessThanOrEqualTo(bytes + 0.5);
    }
}
