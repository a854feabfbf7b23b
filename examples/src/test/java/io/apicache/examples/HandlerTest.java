package io.apicache.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandlerTest {

    /** Two ids: one with duplicates at once, a client that gives up, and a reused key; one whose first server dies. */
    private static final String REQUESTS = """
            0	acme	a	600	timeout	{"amount":1}
            1	acme	a	600	plain	{"amount":1}
            2	acme	a	600	plain	{"amount":1}
            3	acme	a	600	plain	{"amount":1}
            5	acme	b	5	crash	{"amount":2}
            6	acme	b	5	plain	{"amount":2}
            10	acme	a	1	mismatch	{"amount":1000}
            300	acme	a	1	plain	{"amount":1}
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

    @Test
    @DisplayName("C1 F1 H1 L1 every payment is booked once and answered alike, whatever clients and servers do")
    void everyPaymentIsBookedOnce() throws Exception {
        int exit = run("--file", requests(), "--lease", "1000");

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("OK: every payment was booked once")
                .containsPattern("bookings +2\\R")
                .containsPattern("mismatches refused +1\\R")
                .containsPattern("clients that gave up early +1\\R");
        assertThat(exit).isZero();
    }

    @Test
    void theCheckNoticesACacheThatIsSwitchedOff() throws Exception {
        int exit = run("--file", requests(), "--break");

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("NOT OK", "was booked");
        assertThat(exit).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--what",
                "--lease",
                "--lease x",
                "--lease 1",
                "--threads 0",
                "--file /does/not/exist",
                "--file",
                "--redis",
                "--redis nonsense",
                "--processes 2",
                "--redis redis://localhost --processes 0",
                "--redis redis://localhost --processes 65"
            })
    void badArgumentsAreNamed(String arguments) throws Exception {
        int exit = run(arguments.split(" "));

        assertThat(exit).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).isNotBlank();
    }

    @Test
    void helpIsShown() throws Exception {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("--break", "--lease", "--redis", "--processes");
    }
}
