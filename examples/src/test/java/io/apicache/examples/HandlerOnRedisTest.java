package io.apicache.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.server.RedisShared;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(900)
class HandlerOnRedisTest {

    /** Three ids: duplicates at once, a client that gives up, and a reused key; duplicates only; one whose first server dies. */
    private static final String REQUESTS = """
            0	acme	a	600	timeout	{"amount":1}
            1	acme	a	600	plain	{"amount":1}
            2	acme	a	600	plain	{"amount":1}
            3	acme	a	600	plain	{"amount":1}
            5	acme	c	30	plain	{"amount":3}
            5	acme	c	30	plain	{"amount":3}
            5	acme	c	30	plain	{"amount":3}
            10	acme	b	5	crash	{"amount":2}
            300	acme	a	1	mismatch	{"amount":1000}
            """;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    private int run(String... arguments) throws InterruptedException {
        return Handler.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
    }

    private String requests() throws IOException {
        return Files.writeString(directory.resolve("requests.tsv"), REQUESTS).toString();
    }

    private static Stream<ProcessHandle> servers(ProcessHandle parent) {
        return parent.descendants()
                .filter(child -> child.info().commandLine().orElse("").contains(ServerMain.class.getName()));
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(servers(ProcessHandle.current())).isEmpty();
        assertThat(RedisShared.keysWithoutTtl()).isEmpty();
    }

    @Test
    @Tag("exhaustive")
    @DisplayName("C1 F1 H1 L1 every payment is booked once by servers in JVMs of their own, one of which dies")
    void everyPaymentIsBookedOnce() throws Exception {
        int exit = run("--file", requests(), "--redis", RedisShared.uri(), "--processes", "3");

        assertThat(out.toString(StandardCharsets.UTF_8) + err)
                .contains("3 servers, each in a JVM of its own", "OK: every payment was booked once")
                .containsPattern("distinct ids +3\\R")
                .containsPattern("bookings +3\\R")
                .containsPattern("mismatches refused +1\\R")
                .containsPattern("servers that died at work +1\\R")
                .containsPattern("takeovers +1\\R");
        assertThat(exit).isZero();
    }

    @Test
    @Tag("exhaustive")
    void theCheckNoticesACacheThatIsSwitchedOff() throws Exception {
        int exit = run("--file", requests(), "--redis", RedisShared.uri(), "--processes", "2", "--break");

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("NOT OK", "was booked");
        assertThat(exit).isEqualTo(1);
    }

    @Test
    @DisplayName("C1 F1 H1 L1 every payment is booked once by servers in one JVM with the answers in Redis")
    void theServersMayShareAJvm() throws Exception {
        int exit = run("--file", requests(), "--redis", RedisShared.uri(), "--lease", "1000");

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("2 servers in one JVM", "OK: every payment was booked once");
        assertThat(exit).isZero();
    }

    @Test
    void aRedisThatIsNotThereIsNamedInOneLine() throws Exception {
        assertThat(run("--redis", "redis://127.0.0.1:1", "--processes", "2")).isEqualTo(2);
        assertThat(run("--redis", "redis://127.0.0.1:1")).isEqualTo(2);

        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("--redis cannot be used: Redis does not answer"));
    }

    @Test
    @Tag("exhaustive")
    void serversEndWithTheProgramThatIsKilled() throws Exception {
        Process program = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Handler.class.getName(),
                        "--redis",
                        RedisShared.uri(),
                        "--processes",
                        "2"))
                .redirectErrorStream(true)
                .start();
        try (BufferedReader said = program.inputReader()) {
            assertThat(said.readLine()).startsWith("Replaying");
            List<ProcessHandle> servers = servers(program.toHandle()).toList();

            program.destroyForcibly();

            assertThat(servers).hasSize(3);
            for (ProcessHandle server : servers) {
                server.onExit().get(10, TimeUnit.MINUTES);
            }
        } finally {
            program.destroyForcibly();
        }
    }
}
