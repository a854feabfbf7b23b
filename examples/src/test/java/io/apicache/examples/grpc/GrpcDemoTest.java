package io.apicache.examples.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.server.RedisShared;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(900)
class GrpcDemoTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) throws InterruptedException {
        return GrpcDemo.run(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), arguments);
    }

    @Test
    @DisplayName(
            "C1 H1 every payment is executed once and answered alike, whatever clients and servers repeat and lose")
    void everyPaymentIsExecutedOnce() throws Exception {
        int exit = run("--payments", "60");

        assertThat(out.toString(UTF_8))
                .contains("OK: every payment was executed once")
                .containsPattern("executions +60\\R")
                .containsPattern("answers lost on the way +[1-9]");
        assertThat(exit).isZero();
    }

    @Test
    @DisplayName("C1 H1 every payment is executed once and answered alike with the answers in Redis")
    void everyPaymentIsExecutedOnceWithRedis() throws Exception {
        int exit = run("--payments", "60", "--redis", RedisShared.uri());

        assertThat(out.toString(UTF_8))
                .contains("OK: every payment was executed once")
                .containsPattern("executions +60\\R");
        assertThat(exit).isZero();
        assertThat(RedisShared.keysWithoutTtl()).isEmpty();
    }

    @Test
    void theCheckNoticesACacheThatIsSwitchedOff() throws Exception {
        int exit = run("--payments", "20", "--break");

        assertThat(out.toString(UTF_8)).contains("NOT OK", "was executed", "was answered");
        assertThat(exit).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--what",
                "--payments",
                "--payments 0",
                "--payments 100001",
                "--payments many",
                "--redis",
                "--redis nonsense",
                "--redis redis://127.0.0.1:1"
            })
    void badArgumentsAreNamedInOneLine(String arguments) throws Exception {
        int exit = run(arguments.split(" "));

        assertThat(exit).isEqualTo(2);
        assertThat(err.toString(UTF_8).lines()).hasSize(1);
    }

    @Test
    void helpIsShown() throws Exception {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(UTF_8)).contains("--break", "--payments", "--redis");
    }
}
