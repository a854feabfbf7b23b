package io.apicache.examples.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.server.RedisShared;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(900)
class DashboardTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) throws Exception {
        return Dashboard.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C1 W1 the program shows that its clients cost one query")
    void theClientsCostOneQuery(Site.Where where) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("--clients", "100", "--sales", "2000"));
        if (where == Site.Where.REDIS) {
            arguments.addAll(List.of("--redis", RedisShared.uri()));
        }

        int exit = run(arguments.toArray(String[]::new));

        assertThat(said())
                .contains("OK: 100 clients cost one query.")
                .containsPattern("queries +1\\R")
                .containsPattern("computations +1\\R")
                .containsPattern("pages that failed +0\\R");
        assertThat(exit).isZero();
    }

    @Test
    void theCheckNoticesACacheThatIsSwitchedOff() throws Exception {
        int exit = run("--clients", "7", "--sales", "1000", "--break");

        assertThat(said()).contains("NOT OK: 7 clients should cost one query.").containsPattern("queries +7\\R");
        assertThat(exit).isEqualTo(1);
    }

    @Test
    void itServesUntilItIsEnded() throws Exception {
        List<Throwable> ends = new ArrayList<>();
        Thread program = new Thread(() -> {
            try {
                run("--serve", "--sales", "1000");
            } catch (Exception e) {
                ends.add(e);
            }
        });
        program.start();
        try {
            Pattern address = Pattern.compile("Open (http://\\S+/)\\R");
            Site.await(() -> address.matcher(said()).find());
            Matcher page = address.matcher(said());
            assertThat(page.find()).isTrue();

            assertThat(Clients.load(List.of(URI.create(page.group(1))), 1))
                    .extracting(Clients.Loaded::status)
                    .containsExactly(200);
        } finally {
            program.interrupt();
            program.join();
        }
        assertThat(ends).singleElement().isInstanceOf(InterruptedException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--what                                    | unknown argument --what: see --help",
                "--port                                    | --port needs a value: see --help",
                "--port 65536                              | --port is '65536', expected a number from 0 to 65535",
                "--port x                                  | --port is 'x', expected a number from 0 to 65535",
                "--clients 0                               | --clients is '0', expected a number from 1 to 2000",
                "--clients 2001                            | --clients is '2001', expected a number from 1 to 2000",
                "--sales 999                               | --sales is '999', expected a number from 1000 to 1000000",
                "--redis                                   | --redis needs a value: see --help",
                "--redis nonsense                          | --redis cannot be used: ",
                "--redis redis://127.0.0.1:1               | --redis cannot be used: Redis does not answer",
                "--redis redis://localhost --break         | --break goes without --redis"
            },
            quoteCharacter = '"')
    void badArgumentsAreNamedInOneLine(String arguments, String message) throws Exception {
        int exit = run(arguments.split(" "));

        assertThat(exit).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith(message);
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(run("--sales", "1000", "--port", String.valueOf(taken.getLocalPort())))
                    .isEqualTo(2);
        }
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("--port ").contains(" cannot be used: ");
    }

    @Test
    void helpIsShown() throws Exception {
        assertThat(run("--help")).isZero();
        assertThat(said()).contains("--redis", "--port", "--clients", "--sales", "--serve", "--break");
    }
}
