package io.apicache.examples.http;

import io.apicache.ApiCache;
import io.apicache.examples.StandstillTimer;
import io.apicache.memory.MemoryStore;
import io.apicache.spi.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;

/** Sends requests for each rule to two servers on one store, and to one that dies. */
final class DemoRun {

    private static final long AT_ONCE = 8;

    /** A server that lives keeps its claims, however slow the machine is: nobody waits for the end of this lease. */
    private static final Duration OF_THE_LIVING = Duration.ofMinutes(1);

    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(500);

    private final Store<StoredResponse> store;
    private final Duration lease;
    private final String namespace =
            "http-" + UUID.randomUUID(); // another run on the same Redis is none of our business
    private final Bank bank = new Bank();
    private final HttpClient http =
            HttpClient.newBuilder().version(Version.HTTP_1_1).build();
    private final DemoTable table;

    DemoRun(Store<StoredResponse> store, Duration lease, PrintStream out) {
        this.store = store;
        this.lease = lease;
        this.table = new DemoTable(out);
    }

    /** {@return whether every rule was kept} */
    boolean run() throws InterruptedException {
        try (ApiCache<StoredResponse> ofFirst = cache(store).build();
                ApiCache<StoredResponse> ofSecond = cache(store).build();
                DemoServer first = server(ofFirst);
                DemoServer second = server(ofSecond)) {
            keys(first);
            retries(first, second);
            duplicates(first, second);
            impatience(first, second);
            retention(first);
            otherRoutes(first);
            death(second);
            away();
        }
        return table.finish();
    }

    private ApiCache.Builder<StoredResponse> cache(Store<StoredResponse> on) {
        return ApiCache.over(on)
                .namespace(namespace)
                .keepFor(Duration.ofHours(1))
                .storeTimeout(PATIENT)
                .lease(OF_THE_LIVING);
    }

    private DemoServer server(ApiCache<StoredResponse> cache) {
        return new DemoServer(0, cache, DemoServer.ROUTES, new PaymentHandler(bank));
    }

    // ---- the rules

    private void keys(DemoServer server) throws InterruptedException {
        Call payment = Call.pay("keys");
        table.row("no key", send(server, payment), 400);
        table.row("half a key: \"8e03", send(server, payment.with(KeyHeader.NAME, "\"8e03")), 400);
        table.row("no credentials", send(server, payment.key("k").by("")), 401);
        table.row(
                "a body that is too large",
                send(server, Call.pay("x".repeat(DemoServer.MAX_BODY + 1)).key("keys")),
                413);
        table.paid(0, bank.transfers("keys"));
    }

    private void retries(DemoServer first, DemoServer second) throws InterruptedException {
        Call payment = Call.pay("retries").key("8e03978e");
        HttpResponse<String> answer = send(first, payment);
        table.row("a payment: \"8e03978e\"", answer, 201);
        table.replay("the same again, to another server", send(second, payment), answer);
        table.replay(
                "its key without quotes", send(first, Call.pay("retries").with(KeyHeader.NAME, "8e03978e")), answer);
        table.row("its key with another body", send(first, Call.pay("other").key("8e03978e")), 422);
        table.paid(1, bank.transfers("retries"));
        table.row("its key from another tenant", send(first, payment.by(DemoServer.GLOBEX)), 201);
        table.paid(2, bank.transfers("retries"));
    }

    private void duplicates(DemoServer first, DemoServer second) throws InterruptedException {
        Call payment = Call.pay("duplicates").key("d");
        List<CompletableFuture<HttpResponse<String>>> answers;
        HttpResponse<String> late;
        try (Bank.Hold hold = bank.hold("duplicates")) {
            answers = Stream.generate(() -> payment)
                    .limit(AT_ONCE)
                    .map(call -> start(first, call))
                    .toList();
            hold.awaitReached();
            late = send(second, payment);
        }
        table.row(
                "one of " + (AT_ONCE + 1) + " at once, not done in " + DemoServer.MAX_WAIT.toMillis() + " ms",
                late,
                409);
        HttpResponse<String> answer = untilDone(second, payment);
        table.row("the same when it is done", answer, 201);
        long same = answers.stream()
                .map(CompletableFuture::join)
                .filter(each -> each.statusCode() == 409 || each.body().equals(answer.body()))
                .count();
        table.check("of " + AT_ONCE + " at once, answered with that or with 409", AT_ONCE, same);
        table.paid(1, bank.transfers("duplicates"));
    }

    private void impatience(DemoServer first, DemoServer second) throws InterruptedException {
        Call impatient = Call.pay("impatient").key("i");
        try (Bank.Hold hold = bank.hold("impatient")) {
            table.check("a client that gives up", true, givesUp(first, impatient, hold));
        }
        table.row("and sends it again", untilDone(second, impatient), 201);
        table.paid(1, bank.transfers("impatient"));
    }

    private void retention(DemoServer server) throws InterruptedException {
        Call declined = Call.pay("declined").key("r1");
        HttpResponse<String> no = send(server, declined.simulating("declined"));
        table.row("a refusal of the business", no, 402);
        table.replay("its retry", send(server, declined), no);
        table.paid(0, bank.transfers("declined"));
        Map<String, Integer> failures = new TreeMap<>(Map.of("overload", 503, "bug", 500, "not-yet", 202));
        for (String failure : failures.keySet()) {
            Call payment = Call.pay(failure).key("r2 " + failure);
            table.row(
                    "a response that is not kept: " + failure,
                    send(server, payment.simulating(failure)),
                    failures.get(failure));
            HttpResponse<String> answer = send(server, payment);
            table.row("its retry", answer, 201);
            table.replay("and once more", send(server, payment), answer);
            table.paid(1, bank.transfers(failure));
        }
    }

    private void otherRoutes(DemoServer server) throws InterruptedException {
        table.row("a quote, key recommended, none", send(server, Call.to("/quotes", "quote")), 201);
        table.row(
                "a ping, no rules, half a key",
                send(server, Call.to("/pings", "p").with(KeyHeader.NAME, "\"8")),
                201);
    }

    private void death(DemoServer other) throws InterruptedException {
        Call payment = Call.pay("death").key("x");
        ScheduledExecutorService dead = new StandstillTimer(); // a process that has died renews nothing
        try (ApiCache<StoredResponse> cache =
                        cache(store).lease(lease).scheduler(dead).build();
                DemoServer dying = server(cache)) {
            table.check("a server that dies at work", true, givesUp(dying, payment, bank.hold("death")));
            table.row("the retry, to another server", untilDone(other, payment), 201);
        }
        table.paid(1, bank.transfers("death"));
    }

    private void away() throws InterruptedException {
        MemoryStore<StoredResponse> closed = new MemoryStore<>();
        closed.close();
        try (ApiCache<StoredResponse> cache = cache(closed).storeTimeout(SHORT).build();
                DemoServer server = server(cache)) {
            table.row(
                    "a server whose store is away",
                    send(server, Call.pay("away").key("a")),
                    503);
        }
        table.paid(0, bank.transfers("away"));
    }

    // ---- the client

    private HttpResponse<String> send(DemoServer server, Call call) throws InterruptedException {
        try {
            return http.send(call.to(server), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each try waits by itself, at the server. */
    private HttpResponse<String> untilDone(DemoServer server, Call call) throws InterruptedException {
        HttpResponse<String> answer = send(server, call);
        for (int tries = 1; answer.statusCode() == 409 && tries < 1_000; tries++) {
            answer = send(server, call);
        }
        return answer;
    }

    private CompletableFuture<HttpResponse<String>> start(DemoServer server, Call call) {
        return http.sendAsync(call.to(server), BodyHandlers.ofString());
    }

    /** Cuts the connection while the server is at work. */
    private boolean givesUp(DemoServer server, Call call, Bank.Hold hold) throws InterruptedException {
        CompletableFuture<HttpResponse<String>> answer = start(server, call);
        hold.awaitReached();
        return answer.cancel(true);
    }
}
