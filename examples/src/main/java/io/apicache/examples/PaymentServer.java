package io.apicache.examples;

import com.sun.net.httpserver.HttpServer;
import io.apicache.ApiCache;
import io.apicache.examples.http.HttpServerFilter;
import io.apicache.examples.http.IdempotencyFilter;
import io.apicache.examples.http.IdempotencyRules;
import io.apicache.examples.http.Routes;
import io.apicache.examples.http.StoredResponse;
import io.apicache.examples.http.Tenants;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server that takes payments, each once: by the filter that stands before its only handler, and asks the cache first. */
final class PaymentServer implements AutoCloseable {

    static final String OPERATION = "POST /payments";

    private static final String BEARER = "Bearer ";
    private static final Duration MAX_WAIT = Duration.ofMillis(300);
    private static final Duration KEEP_FOR = Duration.ofHours(1);
    private static final int MAX_BODY = 64 * 1024;
    private static final URI DOCUMENTATION = URI.create("https://api.example/idempotency");

    static {
        // It writes an answer in two pieces, and without this the second one may wait 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(); // who dies at work keeps his thread

    /**
     * Starts a server on a free port of this machine.
     *
     * @param dies whether its handler dies over every payment
     */
    PaymentServer(ApiCache<StoredResponse> cache, Journal journal, boolean dies) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        } catch (IOException e) {
            throw new UncheckedIOException("no port to listen on", e);
        }
        IdempotencyRules rules = IdempotencyRules.required(OPERATION)
                .maxWait(dies ? Duration.ZERO : MAX_WAIT)
                .maxBody(MAX_BODY)
                .keepFor(KEEP_FOR);
        // A token that says whose it is stands here for one that proves it.
        Tenants tenants = new Tenants(token -> token.startsWith(BEARER) ? token.substring(BEARER.length()) : null);
        IdempotencyFilter filter = new IdempotencyFilter(
                cache, Routes.none().with("POST", "/payments", rules), tenants::of, DOCUMENTATION);
        server.createContext("/payments", new BookingHandler(journal, dies))
                .getFilters()
                .addAll(List.of(tenants, new HttpServerFilter(filter, failure -> {})));
        server.setExecutor(threads);
        server.start();
    }

    /** {@return what a client of this tenant sends as its {@code Authorization}} */
    static String authorization(String tenant) {
        return BEARER + tenant;
    }

    URI payments() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/payments");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
