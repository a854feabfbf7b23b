package io.apicache.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.Request;
import io.apicache.examples.http.KeyHeader;
import io.apicache.examples.http.StoredResponse;
import io.apicache.memory.MemoryStore;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PaymentServerTest {

    private final ApiCache<StoredResponse> cache =
            ApiCache.over(new MemoryStore<StoredResponse>()).build();
    private final Tally tally = new Tally();
    private final PaymentServer server = new PaymentServer(cache, tally, false);
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        server.close();
        cache.close();
    }

    private HttpRequest.Builder request(String body) {
        return HttpRequest.newBuilder(server.payments()).POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> pay(String key, String body) throws IOException, InterruptedException {
        return send(request(body)
                .header("Authorization", PaymentServer.authorization("acme"))
                .header(KeyHeader.NAME, key));
    }

    private static void assertProblem(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void aRetryGetsTheSameAnswerAndAMark() throws Exception {
        HttpResponse<String> first = pay("\"key\"", "{}");
        HttpResponse<String> second = pay("key", "{}"); // without its quotes it is the same key

        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(first.headers().firstValue("Idempotent-Replayed")).isEmpty();
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.headers().firstValue("Idempotent-Replayed")).contains("true");
        assertThat(tally.ledger.bookings()).isEqualTo(1);
    }

    @Test
    void aReusedKeyIsRefused() throws Exception {
        pay("key", "{\"amount\":1}");

        assertProblem(pay("key", "{\"amount\":2}"), 422);
        assertThat(tally.ledger.bookings()).isEqualTo(1);
    }

    @Test
    void whatCannotBeProtectedIsNotDone() throws Exception {
        assertProblem(send(request("{}").header("Authorization", PaymentServer.authorization("acme"))), 400);
        assertProblem(pay("two, keys", "{}"), 400);
        assertProblem(pay("key", "x".repeat(100_000)), 413);
        assertThat(send(request("{}").header(KeyHeader.NAME, "key")).statusCode())
                .isEqualTo(401);
        assertThat(tally.ledger.bookings()).isZero();
    }

    @Test
    void anOutstandingPaymentIsAConflictWithATimeToRetry() throws Exception {
        String id = Request.idOf(PaymentServer.OPERATION, "acme", "key");
        try (FirstSeen<StoredResponse> atWork = (FirstSeen<StoredResponse>) cache.receiveAndWait(id, Duration.ZERO)) {
            HttpResponse<String> response = pay("key", "{}");

            assertProblem(response, 409);
            assertThat(response.headers().firstValue("Retry-After")).isPresent();
            assertThat(atWork.isLost()).isFalse();
        }
    }
}
