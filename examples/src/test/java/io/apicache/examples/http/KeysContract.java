package io.apicache.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.tck.FaultyStore.Verb;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which request is which: keys, tenants, routes, payloads. */
abstract class KeysContract extends ServerHarness {

    @Test
    void aMissingKeyIsRefusedBeforeAnythingIsDone() throws Exception {
        HttpResponse<String> answer = send(server(RULES), Call.pay("order"));

        assertProblem(answer, 400, "key-missing");
        assertThat(answer.headers().allValues("Link"))
                .containsExactly("<https://api.example/idempotency>; rel=\"describedby\"");
        assertThat(handled).hasValue(0);
        assertThat(store.calls()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"half", "\"\"", "a, b", "\"a\", \"b\"", "a b", "\"a\";B=1"})
    void aMalformedKeyIsRefusedBeforeAnythingIsDone(String value) throws Exception {
        HttpResponse<String> answer = send(server(RULES), Call.pay("order").with(KeyHeader.NAME, value));

        assertProblem(answer, 400, "key-malformed");
        assertThat(handled).hasValue(0);
        assertThat(store.calls()).isZero();
    }

    @Test
    void twoKeysAreRefused() throws Exception {
        HttpResponse<String> answer =
                send(server(RULES), Call.pay("order").key("one").key("one"));

        assertProblem(answer, 400, "key-malformed");
        assertThat(handled).hasValue(0);
    }

    @Test
    @DisplayName("H1 a key in quotes, with parameters and without quotes is the same key")
    void quotesDoNotMatter() throws Exception {
        DemoServer server = server(RULES);

        HttpResponse<String> first = send(server, Call.pay("order").key("8e03978e-40d5"));

        assertFresh(first, 201);
        assertReplay(send(server, Call.pay("order").with(KeyHeader.NAME, "8e03978e-40d5")), first);
        assertReplay(send(server, Call.pay("order").with(KeyHeader.NAME, "\"8e03978e-40d5\";try=2")), first);
        assertThat(bank.transfers("order")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/payments other", "/payments/7 order", "/payments?to=bob order"})
    @DisplayName("F1 a key that is reused for another request is refused")
    void aReusedKeyIsRefused(String other) throws Exception {
        DemoServer server = server(RULES);
        String[] pathAndBody = other.split(" ", 2);

        HttpResponse<String> first = send(server, Call.pay("order").key("key"));
        HttpResponse<String> reused =
                send(server, Call.to(pathAndBody[0], pathAndBody[1]).key("key"));

        assertProblem(reused, 422, "key-reused");
        assertReplay(send(server, Call.pay("order").key("key")), first);
        assertThat(handled).hasValue(1);
    }

    @Test
    @DisplayName("F1 a key that is reused while its first request is outstanding is refused at once")
    void aReusedKeyIsRefusedAtOnce() throws Exception {
        DemoServer server = server(RULES);
        CompletableFuture<HttpResponse<String>> first;
        try (Bank.Hold hold = bank.hold("order")) {
            first = start(server, Call.pay("order").key("key"));
            hold.awaitReached();

            assertProblem(send(server, Call.pay("other").key("key")), 422, "key-reused");
        }
        assertFresh(first.get(), 201);
    }

    @Test
    void keysOfTenantsAndOfOperationsDoNotMeet() throws Exception {
        DemoServer server = server(RULES);

        HttpResponse<String> acme = send(server, Call.pay("order").key("key"));
        HttpResponse<String> globex = send(server, Call.pay("order").key("key").by(DemoServer.GLOBEX));
        HttpResponse<String> quote = send(server, Call.to("/quotes", "order").key("key"));

        assertFresh(globex, 201);
        assertFresh(quote, 201);
        assertThat(globex.body()).isNotEqualTo(acme.body());
        assertThat(bank.transfers("order")).isEqualTo(3);
    }

    @Test
    void aRecommendedKeyMayBeMissingAndProtectsIfItIsThere() throws Exception {
        DemoServer server = server(RULES);

        HttpResponse<String> without = send(server, Call.to("/quotes", "without"));
        send(server, Call.to("/quotes", "without"));
        HttpResponse<String> with = send(server, Call.to("/quotes", "with").key("key"));

        assertFresh(without, 201);
        assertThat(without.headers().firstValue("Link")).isPresent();
        assertThat(bank.transfers("without")).isEqualTo(2);
        assertReplay(send(server, Call.to("/quotes", "with").key("key")), with);
        assertThat(bank.transfers("with")).isEqualTo(1);
        assertProblem(send(server, Call.to("/quotes", "with").with(KeyHeader.NAME, "\"")), 400, "key-malformed");
    }

    @Test
    void keysOfOtherRoutesAreNotLookedAt() throws Exception {
        DemoServer server = server(RULES);
        Call call = Call.to("/pings", "ping").with(KeyHeader.NAME, "\"half");

        assertFresh(send(server, call), 201);
        assertFresh(send(server, call), 201);
        assertThat(bank.transfers("ping")).isEqualTo(2);
        assertThat(store.calls()).isZero();
    }

    @Test
    void aBodyThatIsTooLargeLeavesTheKeyFree() throws Exception {
        DemoServer server = server(RULES.maxBody(10));
        Call large = Call.pay("12345678901").key("key");
        HttpRequest chunked = HttpRequest.newBuilder(large.to(server), (name, value) -> true)
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[11])))
                .build();

        assertProblem(send(server, large), 413, "body-too-large");
        assertProblem(http.send(chunked, BodyHandlers.ofString()), 413, "body-too-large");
        assertThat(store.calls(Verb.CLAIM)).isZero();
        assertFresh(send(server, Call.pay("1234567890").key("key")), 201);
    }
}
