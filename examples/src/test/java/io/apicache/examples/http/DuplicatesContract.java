package io.apicache.examples.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.apicache.examples.StandstillTimer;
import io.apicache.tck.FaultyStore.Verb;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Requests that meet, clients that leave, servers that die. */
abstract class DuplicatesContract extends ServerHarness {

    private static final Call ORDER = Call.pay("order").key("key");

    /** Pays like a handler that does not look at its claim. */
    private void payBlindly(HttpExchange exchange) throws IOException {
        String order = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        try {
            String number = String.valueOf(bank.transfer(order, Work.UNPROTECTED));
            exchange.sendResponseHeaders(201, number.length());
            exchange.getResponseBody().write(number.getBytes(StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    @DisplayName("C1 W1 of concurrent requests to two servers one is carried out, and all get its response")
    void oneOfManyIsCarriedOut() throws Exception {
        List<DemoServer> servers = List.of(server(RULES), server(cache(builder -> builder), RULES, payments));
        List<CompletableFuture<HttpResponse<String>>> answers;
        try (Bank.Hold hold = bank.hold("order")) {
            answers = IntStream.range(0, 16)
                    .mapToObj(i -> start(servers.get(i % 2), ORDER))
                    .toList();
            hold.awaitReached();
            until(() -> store.calls(Verb.JOIN) > 0);
        }

        assertThat(answers)
                .extracting(answer -> answer.get().statusCode() + answer.get().body())
                .containsOnly("201{\"payment\":1}");
        assertThat(answers)
                .filteredOn(answer -> answer.join()
                        .headers()
                        .firstValue("Idempotent-Replayed")
                        .isEmpty())
                .hasSize(1);
        assertThat(bank.transfers("order")).isEqualTo(1);
        assertThat(handled).hasValue(1);
    }

    @Test
    @DisplayName("W2 a request that is outstanding for longer than the route waits is a conflict with a time to retry")
    void anOutstandingRequestIsAConflict() throws Exception {
        DemoServer server = server(IMPATIENT);
        CompletableFuture<HttpResponse<String>> first;
        try (Bank.Hold hold = bank.hold("order")) {
            first = start(server, ORDER);
            hold.awaitReached();

            HttpResponse<String> duplicate = send(server, ORDER);

            assertProblem(duplicate, 409, "outstanding");
            assertThat(duplicate.headers().firstValueAsLong("Retry-After").orElse(0))
                    .isBetween(1L, 5L); // by the wait, whatever the lease is
        }
        assertReplay(untilDone(server, ORDER), first.get());
        assertThat(handled).hasValue(1);
    }

    @Test
    @DisplayName("H1 a client that gives up and tries again gets the response of its first try")
    void aClientThatGivesUp() throws Exception {
        DemoServer server = server(RULES);
        try (Bank.Hold hold = bank.hold("order")) {
            CompletableFuture<HttpResponse<String>> first = start(server, ORDER);
            hold.awaitReached();
            first.cancel(true);
        }

        HttpResponse<String> retry = send(server, ORDER);

        assertThat(retry.body()).isEqualTo("{\"payment\":1}");
        assertThat(retry.headers().firstValue("Idempotent-Replayed")).contains("true");
        assertThat(bank.transfers("order")).isEqualTo(1);
    }

    @Test
    @DisplayName("H1 a response whose connection is gone is kept for the retry")
    void aConnectionThatIsLost() throws Exception {
        DemoServer server = server(RULES);
        try (Bank.Hold hold = bank.hold("order")) {
            try (Socket socket = new Socket(
                    InetAddress.getLoopbackAddress(), server.uri("/payments").getPort())) {
                socket.setSoLinger(true, 0); // the server finds the connection reset
                socket.getOutputStream()
                        .write(("POST /payments HTTP/1.1\r\nHost: x\r\nAuthorization: " + DemoServer.ACME
                                        + "\r\nIdempotency-Key: key\r\nContent-Length: 5\r\n\r\norder")
                                .getBytes(StandardCharsets.US_ASCII));
                hold.awaitReached();
            }
        }

        assertThat(send(server, ORDER).headers().firstValue("Idempotent-Replayed"))
                .contains("true");
        assertThat(bank.transfers("order")).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "W3 if the handler throws while others wait, one of them does the work and all of them get its response")
    void aFailureIsTakenOver() throws Exception {
        HttpHandler failing = exchange -> {
            payBlindly(exchange);
            if (handled.get() == 1) {
                throw new IllegalStateException("planned");
            }
        };
        DemoServer server = server(RULES, failing);
        DemoServer other = server(cache(builder -> builder), RULES, failing);
        CompletableFuture<HttpResponse<String>> first;
        List<CompletableFuture<HttpResponse<String>>> others;
        try (Bank.Hold hold = bank.hold("order")) {
            first = start(server, ORDER);
            hold.awaitReached();
            others = IntStream.range(0, 4).mapToObj(i -> start(other, ORDER)).toList();
            until(() -> store.calls(Verb.JOIN) > 0);
        }

        assertProblem(first.get(), 500, "failed");
        assertThat(others).extracting(answer -> answer.get().body()).containsOnly("2");
        assertThat(bank.transfers("order")).isEqualTo(2); // the first one threw too late: it had paid
        assertThat(handled).hasValue(2);
        assertThat(server.failures()).hasSize(1);
    }

    @Test
    @DisplayName("L1 a handler whose thread dies gives its claim back, and the retry does the work")
    void aThreadThatDies() throws Exception {
        DemoServer server = server(RULES, exchange -> {
            if (handled.get() == 1) {
                throw new StackOverflowError("planned");
            }
            payments.handle(exchange);
        });

        assertThatThrownBy(() -> send(server, ORDER))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(HttpTimeoutException.class); // it is told at once

        assertFresh(send(server, ORDER), 201);
        assertThat(bank.transfers("order")).isEqualTo(1);
    }

    @Test
    @DisplayName("L1 a server that dies at work is taken over by another one that gets the retry")
    void aServerThatDies() throws Exception {
        ScheduledExecutorService dead = new StandstillTimer(); // a process that has died renews nothing
        DemoServer dying =
                server(cache(builder -> builder.lease(Duration.ofMillis(500)).scheduler(dead)), RULES, payments);
        DemoServer other = server(IMPATIENT);
        Bank.Hold hold = bank.hold("order"); // never let go: this is where it died

        CompletableFuture<HttpResponse<String>> first = start(dying, ORDER);
        hold.awaitReached();
        HttpResponse<String> retry = untilDone(other, ORDER);

        assertFresh(retry, 201);
        assertThat(bank.transfers("order")).isEqualTo(1);
        assertThat(first).isNotDone();
    }

    @Test
    @DisplayName("C4 who lost the claim while working answers with the response of who took over")
    void aLostClaimIsAnsweredWithTheResponseThatCounts() throws Exception {
        DemoServer server = server(RULES, this::payBlindly);
        CompletableFuture<HttpResponse<String>> first;
        HttpResponse<String> second;
        try (Bank.Hold hold = bank.hold("order")) {
            first = start(server, ORDER);
            hold.awaitReached();
            cache.invalidate(idOf("key"));
            second = send(server, ORDER);
        }

        assertFresh(second, 201);
        assertReplay(first.get(), second);
        assertReplay(send(server, ORDER), second);
        assertThat(bank.transfers("order")).isEqualTo(2); // nobody can promise otherwise without a fencing token
    }

    @Test
    @DisplayName(
            "C4 who lost the claim while working, with nobody to take over, does not answer with a response that was refused")
    void aLostClaimWithoutASuccessorIsAConflict() throws Exception {
        DemoServer server = server(RULES, this::payBlindly);
        CompletableFuture<HttpResponse<String>> first;
        try (Bank.Hold hold = bank.hold("order")) {
            first = start(server, ORDER);
            hold.awaitReached();
            cache.invalidate(idOf("key"));
        }

        assertProblem(first.get(), 409, "outstanding");
        assertThat(first.get().headers().firstValue("Retry-After")).contains("1");
        assertFresh(send(server, ORDER), 201); // at once: nothing is held
    }

    @Test
    @DisplayName("F1 who lost the claim to another request with its key does not answer with that one's response")
    void aLostClaimIsNotAnsweredWithAnotherRequest() throws Exception {
        DemoServer server = server(RULES, this::payBlindly);
        CompletableFuture<HttpResponse<String>> first;
        try (Bank.Hold hold = bank.hold("order")) {
            first = start(server, ORDER);
            hold.awaitReached();
            cache.invalidate(idOf("key"));
            assertFresh(send(server, Call.pay("other").key("key")), 201);
        }

        assertProblem(first.get(), 422, "key-reused");
    }

    @Test
    @DisplayName("C4 a handler that looks at its claim stops before the side effect")
    void aHandlerThatLooksAtItsClaimStops() throws Exception {
        DemoServer server = server(RULES);
        CompletableFuture<HttpResponse<String>> first;
        HttpResponse<String> second;
        try (Bank.Hold hold = bank.hold("order")) {
            first = start(server, ORDER);
            hold.awaitReached();
            cache.invalidate(idOf("key"));
            second = send(server, ORDER);
        }

        assertProblem(first.get(), 500, "failed");
        assertFresh(second, 201);
        assertThat(bank.transfers("order")).isEqualTo(1);
    }
}
