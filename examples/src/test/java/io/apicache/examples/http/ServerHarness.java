package io.apicache.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import io.apicache.ApiCache;
import io.apicache.Request;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.ManualTime;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Real servers on a store that the subclass chooses, real requests, and what they did. */
@Timeout(900)
abstract class ServerHarness implements Backend {

    /** Longer than any test: whoever waits gets the response, and no lease ends by itself. */
    static final Duration LONG = Duration.ofMinutes(10);

    static final IdempotencyRules RULES = IdempotencyRules.required("payments").maxWait(LONG);
    static final IdempotencyRules IMPATIENT = RULES.maxWait(Duration.ofMillis(100));

    final Bank bank = new Bank();
    final AtomicInteger handled = new AtomicInteger();
    final HttpHandler payments = new PaymentHandler(bank);
    final HttpClient http = HttpClient.newBuilder().version(Version.HTTP_1_1).build();
    final String namespace = "http-test-" + UUID.randomUUID();
    FaultyStore<StoredResponse> store;
    ApiCache<StoredResponse> cache;
    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();

    @BeforeEach
    void openStore() {
        store = FaultyStore.around(open());
        cache = cache(builder -> builder.lease(LONG));
    }

    @AfterEach
    void closeAll() throws Exception {
        while (!toClose.isEmpty()) {
            toClose.pop().close();
        }
    }

    <T extends AutoCloseable> T closing(T resource) {
        toClose.push(resource);
        return resource;
    }

    ApiCache<StoredResponse> cache(UnaryOperator<ApiCache.Builder<StoredResponse>> settings) {
        ApiCache.Builder<StoredResponse> builder =
                ApiCache.over(store).namespace(namespace).storeTimeout(Duration.ofMinutes(1));
        return closing(settings.apply(builder).build());
    }

    DemoServer server(IdempotencyRules rules) {
        return server(rules, payments);
    }

    DemoServer server(IdempotencyRules rules, HttpHandler handler) {
        return server(cache, rules, handler);
    }

    DemoServer server(ApiCache<StoredResponse> over, IdempotencyRules rules, HttpHandler handler) {
        Routes routes = Routes.none()
                .with("POST", "/payments", rules)
                .with("POST", "/quotes", IdempotencyRules.recommended("quotes"));
        return closing(new DemoServer(0, over, routes, exchange -> {
            handled.incrementAndGet();
            handler.handle(exchange);
        }));
    }

    HttpResponse<String> send(DemoServer server, Call call) throws IOException, InterruptedException {
        return http.send(call.to(server), BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> start(DemoServer server, Call call) {
        return http.sendAsync(call.to(server), BodyHandlers.ofString());
    }

    /** Sends again as long as another server is at work. */
    HttpResponse<String> untilDone(DemoServer server, Call call) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(server, call);
        while (answer.statusCode() == 409) {
            answer = send(server, call);
        }
        return answer;
    }

    /** Lets time go by until the answer has come: real threads do the work. */
    static <T> T whileTimePasses(ManualTime time, CompletableFuture<T> answer) throws Exception {
        while (!answer.isDone()) {
            time.advance(Duration.ofMillis(100));
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return answer.get();
    }

    /** Waits for something that another thread brings about; the time-out of the test ends it. */
    static void until(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    static String idOf(String key) {
        return Request.idOf("payments", "acme", key);
    }

    static void assertReplay(HttpResponse<String> replay, HttpResponse<String> first) {
        assertThat(replay.statusCode()).isEqualTo(first.statusCode());
        assertThat(replay.body()).isEqualTo(first.body());
        assertThat(replay.headers().allValues("Idempotent-Replayed")).containsExactly("true");
    }

    static void assertFresh(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().map()).doesNotContainKey("idempotent-replayed");
    }

    static void assertProblem(HttpResponse<String> answer, int status, String type) {
        assertFresh(answer, status);
        assertThat(answer.headers().allValues("Content-Type")).containsExactly("application/problem+json");
        assertThat(answer.body())
                .startsWith("{\"type\":\"https://api.example/idempotency#" + type + "\",\"title\":\"")
                .contains("\"status\":" + status + ",\"detail\":\"");
    }
}
