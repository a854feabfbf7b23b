package io.apicache.examples.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.server.RedisShared;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(900)
class ConsumerTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Consumer.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
    }

    @Test
    @DisplayName("C1 H1 L1 every payment takes effect once, whatever producer and consumers do")
    void everyPaymentTakesEffectOnce() {
        int exit = run("--payments", "60", "--lease", "300");

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("OK: every payment took effect once")
                .containsPattern("payments +60\\R")
                .containsPattern("effects in the ledger +59\\R");
        assertThat(exit).isZero();
    }

    @Test
    @DisplayName("C1 H1 L1 every payment takes effect once with the answers in Redis")
    void theAnswersMayBeInRedis() {
        int exit = run("--payments", "60", "--lease", "600", "--redis", RedisShared.uri());

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("OK: every payment took effect once")
                .containsPattern("effects in the ledger +59\\R");
        assertThat(exit).isZero();
        assertThat(RedisShared.keysWithoutTtl()).isEmpty();
    }

    @Test
    void theCheckNoticesACacheThatIsSwitchedOff() {
        int exit = run("--payments", "20", "--lease", "300", "--break");

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("NOT OK", "took effect");
        assertThat(exit).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--what",
                "--lease",
                "--lease x",
                "--lease 1",
                "--payments 0",
                "--redis",
                "--redis nonsense",
                "--redis redis://127.0.0.1:1"
            })
    void badArgumentsAreNamedInOneLine(String arguments) {
        int exit = run(arguments.split(" "));

        assertThat(exit).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .hasSize(1)
                .first()
                .asString()
                .contains(arguments.replaceAll(" .*", ""));
    }

    @Test
    void helpIsShown() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("--redis", "--payments", "--lease", "--break");
    }
}
