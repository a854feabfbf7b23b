package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A heap that is full for a while ends no wait late and no renewal for good. */
class FullHeapTest {

    private static final long PATIENCE_SECONDS = 8 * Callers.PATIENCE_SECONDS;

    @TempDir
    Path directory;

    @Test
    @DisplayName("E1 W2 L1 after the heap was full for 2.5 s, all callers have returned and claims are renewed")
    void aFullHeapEndsNoPromise() throws IOException, InterruptedException {
        run("0");
    }

    @Tag("exhaustive")
    @ParameterizedTest(
            name = "E1 W2 L1 the heap is full from call {0} of the clock on the timer thread on, for 2.5 s: the same")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 40})
    void aHeapThatIsFullInTheTimerEndsNoPromise(int call) throws IOException, InterruptedException {
        run(Integer.toString(call));
    }

    private void run(String timerCall) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-Dapicache.test.patience=" + Callers.PATIENCE_SECONDS,
                        "-XX:+UseSerialGC",
                        "-cp",
                        Path.of("target", "classes") + File.pathSeparator + Path.of("target", "test-classes"),
                        FullHeap.class.getName(),
                        timerCall)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("the process ends; its output so far:%n%s", text(output))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(text(output).lines().toList()).as("%s", text(output)).last().isEqualTo("sound");
    }

    private static String text(Path output) {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
