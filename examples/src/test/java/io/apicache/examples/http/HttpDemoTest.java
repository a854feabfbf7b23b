package io.apicache.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.server.RedisShared;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(900)
class HttpDemoTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) throws InterruptedException {
        return HttpDemo.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    @Tag("exhaustive")
    @DisplayName("C1 F1 H1 L1 every rule is kept, in memory")
    void everyRuleIsKept() throws Exception {
        assertThat(run()).as(printed()).isZero();
        assertThat(printed()).contains("OK: ").doesNotContain("NOT OK");
    }

    @Test
    @DisplayName("C1 F1 H1 L1 every rule is kept, on Redis")
    void everyRuleIsKeptOnRedis() throws Exception {
        assertThat(run("--redis", RedisShared.uri())).as(printed()).isZero();
        assertThat(printed()).contains("OK: ").doesNotContain("NOT OK");
        assertThat(RedisShared.keysWithoutTtl()).isEmpty();
    }

    @Test
    void theCheckNoticesACacheThatIsSwitchedOff() throws Exception {
        assertThat(run("--break")).as(printed()).isEqualTo(1);
        assertThat(printed()).containsPattern("times paid +2 +NOT OK: expected 1");
    }

    @Test
    void aServerForOthersToTry() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> serving = thread.submit(() -> run("--serve"));
            ServerHarness.until(() -> printed().contains("Ctrl-C") || serving.isDone());
            Matcher uri = Pattern.compile("http://[0-9.:]+/payments").matcher(printed());

            assertThat(uri.find()).as(printed() + err).isTrue();
            HttpRequest request = HttpRequest.newBuilder(URI.create(uri.group()))
                    .header("Authorization", DemoServer.ACME)
                    .header(KeyHeader.NAME, "key")
                    .POST(BodyPublishers.ofString("order"))
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(request, BodyHandlers.ofString())
                            .body())
                    .isEqualTo("{\"payment\":1}");
        } finally {
            thread.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--what",
                "--redis",
                "--redis nonsense",
                "--redis redis://127.0.0.1:1",
                "--port",
                "--port 1",
                "--serve --port x",
                "--serve --port 65536"
            })
    void badArgumentsAreNamedInOneLine(String arguments) throws Exception {
        assertThat(run(arguments.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .hasSize(1)
                .allMatch(line -> line.contains(arguments.contains("what") ? "--help" : "--"));
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(run("--serve", "--port", String.valueOf(taken.getLocalPort())))
                    .isEqualTo(2);
        }
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("cannot listen on port ")
                .contains("--port");
    }

    @Test
    void helpIsShown() throws Exception {
        assertThat(run("--help")).isZero();
        assertThat(printed()).contains("--redis", "--serve", "--port", "--break");
    }
}
