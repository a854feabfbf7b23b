package io.apicache.examples.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.server.RedisShared;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(900)
class ObservedTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Observed.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(RedisShared.keysWithoutTtl()).isEmpty();
    }

    @Test
    @Tag("exhaustive")
    void callersMetersAndEventsAgreeInMemory() {
        assertAgreed(run());
    }

    @Test
    void callersMetersAndEventsAgreeOnRedis() {
        assertAgreed(run("--redis", RedisShared.uri()));
    }

    private void assertAgreed(int exit) {
        assertThat(printed())
                .contains("apicache_receive_total{namespace=\"orders\",outcome=\"cached\"} 4200.0")
                .containsPattern("apicache.receive cached +4200 +4200 +4200\\R")
                .containsPattern("apicache.wait cached +200 +200 +200\\R")
                .containsPattern("apicache.taken.over +5 +5 +5\\R")
                .containsPattern("apicache.lease.lost +5 +5 +5\\R")
                .containsPattern("claims open while workers are at it +10 +10\\R")
                .contains("OK: callers, meters and events agree.");
        assertThat(exit).isZero();
    }

    @Test
    void theCheckNoticesMetersThatCountTwice() {
        int exit = run("--break");

        assertThat(printed())
                .contains("NOT OK", "apicache.handle: callers 116, meters 232, events 116")
                .contains("the gauge shows 20 open claims while workers are at it, and there are 10");
        assertThat(exit).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--what",
                "--redis",
                "--redis nonsense",
                "--redis redis://127.0.0.1:1",
            })
    void badArgumentsAreNamedInOneLine(String arguments) {
        int exit = run(arguments.split(" "));

        assertThat(exit).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1).allMatch(line -> line.contains("--"));
    }

    @Test
    void helpIsShown() {
        assertThat(run("--help")).isZero();
        assertThat(printed()).contains("--redis", "--break", "--help");
    }
}
