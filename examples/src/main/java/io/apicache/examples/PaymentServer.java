package io.apicache.examples;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.Fingerprint;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.LeaseLostException;
import io.apicache.Receipt;
import io.apicache.Request;
import io.apicache.RequestMismatchException;
import io.apicache.StoreUnavailableException;
import io.apicache.examples.Journal.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** An HTTP server whose only handler takes payments, and asks the cache first. */
final class PaymentServer implements AutoCloseable {

    private static final Duration MAX_WAIT = Duration.ofMillis(300);

    static {
        // It writes an answer in two pieces, and without this the second one may wait 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final ApiCache<Payment> cache;
    private final Journal journal;
    private final boolean dies;

    /**
     * Starts a server on a free port of this machine.
     *
     * @param dies whether it drops every payment in the middle of the work, as a process does that is killed
     */
    PaymentServer(ApiCache<Payment> cache, Journal journal, boolean dies) {
        this.cache = cache;
        this.journal = journal;
        this.dies = dies;
        this.threads = Executors.newFixedThreadPool(64);
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        } catch (IOException e) {
            throw new UncheckedIOException("no port to listen on", e);
        }
        server.createContext("/payments", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    URI payments() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/payments");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            try {
                pay(exchange, body);
            } catch (RequestMismatchException e) {
                send(exchange, 422, "this Idempotency-Key is already used for another payload");
            } catch (IllegalArgumentException e) {
                send(exchange, 400, String.valueOf(e.getMessage()));
            } catch (StoreUnavailableException | LeaseLostException e) {
                send(exchange, 503, "try again");
            }
        }
    }

    private void pay(HttpExchange exchange, String body) throws IOException {
        Instant asked = Instant.now();
        Receipt<Payment> receipt =
                cache.receiveAndWait(request(exchange.getRequestHeaders(), body), dies ? Duration.ZERO : MAX_WAIT);
        Headers headers = exchange.getResponseHeaders();
        if (receipt instanceof Cached<Payment> hit) {
            headers.add("Idempotent-Replayed", "true");
            boolean waited = hit.handledAt().isAfter(asked); // or else it was there, if only a question to Redis away
            headers.add("Waited", String.valueOf(waited));
            if (waited) {
                waited(asked);
            }
            send(exchange, 201, hit.response().json());
        } else if (receipt instanceof InFlight<Payment> busy) {
            waited(asked);
            headers.add("Retry-After", String.valueOf(1 + busy.leaseLeft().toSeconds()));
            send(exchange, 409, "a request is outstanding for this Idempotency-Key");
        } else {
            Payment payment = work(exchange, (FirstSeen<Payment>) receipt, body);
            if (payment != null) {
                send(exchange, 201, payment.json());
            }
        }
    }

    private void waited(Instant since) {
        journal.write(
                Event.WAITED,
                String.valueOf(Duration.between(since, Instant.now()).toNanos()));
    }

    private static Request request(Headers headers, String body) {
        String key = headers.getFirst("Idempotency-Key");
        String tenant = headers.getFirst("Tenant");
        if (key == null || key.isBlank() || tenant == null || tenant.isBlank()) {
            throw new IllegalArgumentException("Idempotency-Key or Tenant is missing");
        }
        return Request.of(Request.idOf("POST /payments", tenant, key)).withFingerprint(Fingerprint.of(body));
    }

    /** {@return the payment, or null if the server died over it, or was paused for so long that another one does it: nothing is done then} */
    private @Nullable Payment work(HttpExchange exchange, FirstSeen<Payment> claim, String body) {
        pause(exchange.getRequestHeaders());
        if (dies) {
            journal.write(Event.DIED, claim.requestId());
            return null;
        }
        try (claim) {
            if (claim.isLost()) {
                return null;
            }
            journal.write(Event.EXECUTED, claim.requestId());
            Payment payment = new Payment(book(claim.requestId()), body);
            claim.handle(payment);
            return payment;
        }
    }

    /** The side effect. {@return a number that hardly comes twice, so that two bookings of a payment give two answers} */
    private int book(String requestId) {
        journal.write(Event.BOOKED, requestId);
        return ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    }

    /** Stands for a bank that takes its time. */
    private static void pause(Headers headers) {
        String work = headers.getFirst("Work-Millis");
        try {
            Thread.sleep(work == null ? 0 : Long.parseLong(work));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
