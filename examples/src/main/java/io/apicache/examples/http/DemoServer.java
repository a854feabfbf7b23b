package io.apicache.examples.http;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.apicache.ApiCache;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server on this machine: first its tenants, then their keys, then the handler. */
final class DemoServer implements AutoCloseable {

    static final Duration MAX_WAIT = Duration.ofMillis(300);
    static final int MAX_BODY = 1_024;
    static final String ACME = "Bearer acme-token";
    static final String GLOBEX = "Bearer globex-token";

    // snippet http-routes
    static final Routes ROUTES = Routes.none()
            .with(
                    "POST",
                    "/payments",
                    IdempotencyRules.required("payments")
                            .maxWait(MAX_WAIT)
                            .maxBody(MAX_BODY)
                            .keepFor(Duration.ofHours(24)))
            .with("POST", "/quotes", IdempotencyRules.recommended("quotes").keepFor(Duration.ofMinutes(5)));
    // end

    private static final URI DOCUMENTATION = URI.create("https://api.example/idempotency");

    static {
        // It writes an answer in two pieces, and without this the second one may wait 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(64);
    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();

    /**
     * Starts a server.
     *
     * @param port where it listens; 0 for any that is free
     * @throws IllegalArgumentException if it cannot listen there
     */
    DemoServer(int port, ApiCache<StoredResponse> cache, Routes routes, HttpHandler handler) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_024);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot listen on port " + port + ": " + e.getMessage() + ": take another --port", e);
        }
        // snippet http-filter
        Tenants tenants = new Tenants(Map.of(ACME, "acme", GLOBEX, "globex")::get);
        IdempotencyFilter rules = new IdempotencyFilter(cache, routes, tenants::of, DOCUMENTATION);
        server.createContext("/", handler)
                .getFilters()
                .addAll(List.of(tenants, new HttpServerFilter(rules, failures::add)));
        // end
        server.setExecutor(threads);
        server.start();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    /** {@return what went wrong and was not told to clients} */
    Queue<Exception> failures() {
        return failures;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
