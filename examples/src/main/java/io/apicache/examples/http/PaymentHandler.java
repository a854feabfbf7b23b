package io.apicache.examples.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A handler as it would be without idempotency: what a request is retried for is not its business. */
final class PaymentHandler implements HttpHandler {

    /** The field by which a client chooses what goes wrong. */
    static final String SIMULATE = "Simulate";

    private final Bank bank;

    PaymentHandler(Bank bank) {
        this.bank = bank;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String order = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String simulated = exchange.getRequestHeaders().getFirst(SIMULATE);
        switch (simulated == null ? "" : simulated) {
            case "declined" -> send(exchange, 402, "{\"declined\":\"no funds\"}");
            case "overload" -> send(exchange, 503, "{\"busy\":true}");
            case "bug" -> throw new IllegalStateException("simulated");
            case "not-yet" -> {
                exchange.getResponseHeaders().set(Work.KEEP_FOR, "no");
                send(exchange, 202, "{\"later\":true}");
            }
            case "slow" -> pay(exchange, order, 5);
            default -> pay(exchange, order, 0);
        }
    }

    private void pay(HttpExchange exchange, String order, int seconds) throws IOException {
        int number;
        try {
            TimeUnit.SECONDS.sleep(seconds);
            number = bank.transfer(order, HttpServerFilter.workOf(exchange));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server is going down");
        }
        exchange.getResponseHeaders().set("Location", "/payments/" + number);
        exchange.getResponseHeaders().set("Set-Cookie", "last=" + number);
        send(exchange, 201, "{\"payment\":" + number + "}");
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
