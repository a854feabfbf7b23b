package io.apicache.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.Request;
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

    private final ApiCache<Payment> cache =
            ApiCache.over(new MemoryStore<Payment>()).build();
    private final Tally tally = new Tally();
    private final PaymentServer server = new PaymentServer(cache, tally, false);
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        server.close();
        cache.close();
    }

    private HttpResponse<String> pay(String key, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.payments()).header("Tenant", "acme");
        if (!key.isEmpty()) {
            request.header("Idempotency-Key", key);
        }
        return http.send(request.POST(HttpRequest.BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    @Test
    void aRetryGetsTheSameAnswerAndAMark() throws Exception {
        HttpResponse<String> first = pay("key", "{}");
        HttpResponse<String> second = pay("key", "{}");

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

        assertThat(pay("key", "{\"amount\":2}").statusCode()).isEqualTo(422);
        assertThat(tally.ledger.bookings()).isEqualTo(1);
    }

    @Test
    void aMissingKeyIsABadRequest() throws Exception {
        assertThat(pay("", "{}").statusCode()).isEqualTo(400);
        assertThat(tally.ledger.bookings()).isZero();
    }

    @Test
    void anOutstandingPaymentIsAConflictWithATimeToRetry() throws Exception {
        String id = Request.idOf("POST /payments", "acme", "key");
        try (FirstSeen<Payment> atWork = (FirstSeen<Payment>) cache.receiveAndWait(id, Duration.ZERO)) {
            HttpResponse<String> response = pay("key", "{}");

            assertThat(response.statusCode()).isEqualTo(409);
            assertThat(response.headers().firstValue("Retry-After")).isPresent();
            assertThat(atWork.isLost()).isFalse();
        }
    }
}
