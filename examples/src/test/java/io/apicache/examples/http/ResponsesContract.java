package io.apicache.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.apicache.ApiCache;
import io.apicache.CorruptRecordException;
import io.apicache.ResponseTooLargeException;
import io.apicache.StoreUnavailableException;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.ManualTime;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of a response, for how long, and what clients get when it cannot be. */
abstract class ResponsesContract extends ServerHarness {

    private static final Call ORDER = Call.pay("order").key("key");

    /** Answers each call with its number. */
    private HttpHandler answering(int status, String name, String value) {
        return exchange -> {
            exchange.getResponseHeaders().set(name, value);
            send(exchange, status, "call " + handled);
        };
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        exchange.sendResponseHeaders(status, text.length());
        exchange.getResponseBody().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    @DisplayName("H1 a replay has the status, the headers and the body of the first response, and a mark")
    void aReplayIsTheFirstResponse() throws Exception {
        DemoServer server = server(RULES);

        HttpResponse<String> first = send(server, ORDER);
        HttpResponse<String> replay = send(server, ORDER);

        assertFresh(first, 201);
        assertReplay(replay, first);
        for (String name : new String[] {"Location", "Content-Type", "Content-Length"}) {
            assertThat(replay.headers().allValues(name))
                    .hasSize(1)
                    .isEqualTo(first.headers().allValues(name));
        }
    }

    @Test
    void cookiesAndDatesAreNotReplayed() throws Exception {
        String longAgo = "Thu, 01 Jan 1970 00:00:00 GMT";
        DemoServer server = server(RULES, exchange -> {
            exchange.getResponseHeaders().set("Date", longAgo);
            payments.handle(exchange);
        });

        HttpResponse<String> first = send(server, ORDER);
        HttpResponse<String> replay = send(server, ORDER);

        assertThat(first.headers().allValues("Set-Cookie")).containsExactly("last=1");
        assertThat(replay.headers().map()).doesNotContainKey("set-cookie");
        assertThat(replay.headers().allValues("Date")).hasSize(1).doesNotContain(longAgo);
    }

    @Test
    void aRouteMayReplayCookiesAndWithholdOtherFields() throws Exception {
        DemoServer server = server(RULES.withholding("Location"));

        send(server, ORDER);
        HttpResponse<String> replay = send(server, ORDER);

        assertThat(replay.headers().allValues("Set-Cookie")).containsExactly("last=1");
        assertThat(replay.headers().map()).doesNotContainKey("location");
    }

    @Test
    void aResponseWithoutABodyIsReplayed() throws Exception {
        DemoServer server = server(RULES, exchange -> exchange.sendResponseHeaders(204, -1));

        HttpResponse<String> first = send(server, ORDER);

        assertFresh(first, 204);
        assertReplay(send(server, ORDER), first);
        assertThat(handled).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({"200, true", "402, true", "409, true", "408, false", "429, false", "500, false", "503, false"})
    void answersAreKeptAndFailuresAreNot(int status, boolean kept) throws Exception {
        DemoServer server = server(RULES, answering(status, "Any", "thing"));

        HttpResponse<String> first = send(server, ORDER);
        HttpResponse<String> retry = send(server, ORDER);

        assertFresh(first, status);
        assertThat(retry.body()).isEqualTo(kept ? "call 1" : "call 2");
        assertThat(handled).hasValue(kept ? 1 : 2);
    }

    @Test
    void aRouteMayKeepFailures() throws Exception {
        DemoServer server = server(RULES.keeps(status -> true), answering(502, "Any", "thing"));

        HttpResponse<String> first = send(server, ORDER);

        assertReplay(send(server, ORDER), first);
        assertThat(handled).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no", "0"})
    void aHandlerMaySayThatItsResponseIsNotKept(String word) throws Exception {
        DemoServer server = server(RULES, answering(200, Work.KEEP_FOR, word));

        HttpResponse<String> first = send(server, ORDER);

        assertThat(first.headers().map()).doesNotContainKey("idempotency-keep-for");
        assertFresh(send(server, ORDER), 200);
        assertThat(handled).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 503})
    void aHandlerMaySayForHowLongItsResponseIsKept(int status) throws Exception {
        DemoServer server = server(RULES.keepFor(Duration.ZERO), answering(status, Work.KEEP_FOR, "3600"));

        HttpResponse<String> first = send(server, ORDER);
        HttpResponse<String> replay = send(server, ORDER);

        assertReplay(replay, first);
        assertThat(replay.headers().map()).doesNotContainKey("idempotency-keep-for");
        assertThat(handled).hasValue(1);
    }

    @Test
    void aResponseEndsWithItsTime() throws Exception {
        int calls = 0;
        for (int seconds = 1; calls <= 2; seconds *= 2) { // longer on a machine that stands still meanwhile
            DemoServer server = server(RULES, answering(200, Work.KEEP_FOR, String.valueOf(seconds)));
            Call order = Call.pay("order").key("key for " + seconds + " s");
            calls = 0;
            int before = handled.get();
            while (handled.get() < before + 2) {
                assertThat(send(server, order).statusCode()).isEqualTo(200);
                calls++;
            }
        }
        assertThat(calls).isGreaterThan(2); // it was kept, before it was not
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1})
    void anIncompleteResponseIsAFailure(int missing) throws Exception {
        DemoServer server = server(RULES, exchange -> {
            if (handled.get() == 1 && missing != 0) {
                exchange.sendResponseHeaders(201, 5);
                exchange.getResponseBody().write(new byte[5 - missing]);
            } else if (handled.get() > 1) {
                send(exchange, 201, "paid");
            }
        });

        assertProblem(send(server, ORDER), 500, "failed");
        assertFresh(send(server, ORDER), 201);
        assertThat(server.failures()).hasSize(1);
    }

    @Test
    void aResponseThatIsTooLargeIsSentOnceAndTheWorkIsNotDoneAgain() throws Exception {
        DemoServer server = server(RULES.maxResponse(4));

        HttpResponse<String> first = send(server, ORDER);
        HttpResponse<String> retry = send(server, ORDER);

        assertThat(first.body()).isEqualTo("{\"payment\":1}");
        assertThat(retry.statusCode()).isEqualTo(500);
        assertThat(retry.body()).contains("idempotency#response-not-kept");
        assertThat(retry.headers().firstValue("Idempotent-Replayed")).contains("true");
        assertThat(bank.transfers("order")).isEqualTo(1);
    }

    @Test
    void aResponseThatTheStoreRefusesIsSentOnceAndTheWorkIsNotDoneAgain() throws Exception {
        ApiCache<StoredResponse> small = over(response -> response, response -> {
            if (response.status() == 201) {
                throw new ResponseTooLargeException("planned");
            }
            return response;
        });
        DemoServer server = server(small, RULES, payments);

        assertFresh(send(server, ORDER), 201);
        assertThat(send(server, ORDER).body()).contains("idempotency#response-not-kept");
        assertThat(bank.transfers("order")).isEqualTo(1);
    }

    @Test
    @DisplayName("B2 a record that cannot be read is an error for its client, and the work is not done again")
    void aRecordThatCannotBeRead() throws Exception {
        ApiCache<StoredResponse> blind = over(
                response -> {
                    throw new CorruptRecordException("planned", null);
                },
                response -> response);
        send(server(RULES), ORDER);

        assertProblem(send(server(blind, RULES, payments), ORDER), 500, "record-unreadable");
        assertThat(handled).hasValue(1);
    }

    /** A cache that sees the store in its own way. */
    private ApiCache<StoredResponse> over(UnaryOperator<StoredResponse> decode, UnaryOperator<StoredResponse> encode) {
        return closing(ApiCache.over(
                        store.as((key, response) -> encode.apply(response), (key, response) -> decode.apply(response)))
                .namespace(namespace)
                .build());
    }

    @Test
    void whileTheStoreIsAwayNothingIsDone() throws Exception {
        DemoServer server = server(IMPATIENT);
        store.every(1, Verb.CLAIM, Fault.REFUSED);

        HttpResponse<String> answer = send(server, ORDER);

        assertProblem(answer, 503, "unavailable");
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(handled).hasValue(0);

        store.heal();
        assertFresh(send(server, ORDER), 201);
        assertThat(bank.transfers("order")).isEqualTo(1);
    }

    @Test
    @DisplayName("H3 a store whose reply is lost costs nothing")
    void aLostReplyCostsNothing() throws Exception {
        DemoServer server = server(RULES);
        store.nth(1, Verb.CLAIM, Fault.REPLY_LOST).nth(1, Verb.HANDLE, Fault.REPLY_LOST);

        HttpResponse<String> first = send(server, ORDER);

        assertFresh(first, 201);
        assertReplay(send(server, ORDER), first);
        assertThat(bank.transfers("order")).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "H3 if the response cannot be stored its client gets it all the same, and nobody does the work again at once")
    void aResponseThatCannotBeStoredIsSent() throws Exception {
        ManualTime time = new ManualTime();
        DemoServer server = server(
                cache(builder -> builder.time(time).scheduler(time.scheduler()).lease(LONG)), IMPATIENT, payments);
        store.every(1, Verb.HANDLE, Fault.REFUSED);

        HttpResponse<String> first = whileTimePasses(time, start(server, ORDER));

        assertFresh(first, 201);
        assertThat(server.failures()).hasOnlyElementsOfType(StoreUnavailableException.class);
        assertProblem(whileTimePasses(time, start(server, ORDER)), 409, "outstanding");
        assertThat(bank.transfers("order")).isEqualTo(1);
    }

    @Test
    void aServerThatIsGoingDownSaysSo() throws Exception {
        DemoServer server = server(RULES);
        cache.close();

        assertProblem(send(server, ORDER), 503, "unavailable");
        assertThat(handled).hasValue(0);
    }
}
