package io.apicache.examples.dashboard;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.apicache.StillInFlightException;
import io.apicache.examples.dashboard.SharedFigures.Aged;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server with one page and one button. */
final class DashboardServer implements AutoCloseable {

    private static final Logger LOG = System.getLogger(DashboardServer.class.getName());

    /** A page that waits for its figures holds a thread. */
    private static final int THREADS = 256;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final SharedFigures figures;

    /**
     * Starts a server on this machine.
     *
     * @param figures closed with the server
     * @param port 0 for any that is free
     */
    DashboardServer(SharedFigures figures, int port) throws IOException {
        this.figures = figures;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_024);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    URI page() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    Counts counts() {
        return figures.counts();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders()
                    .set("Cache-Control", "no-store"); // one cache is enough: the button empties no other
            try {
                route(exchange);
            } catch (StillInFlightException e) {
                later(exchange, e.retryAfter(), "The figures are still being computed.");
            } catch (IOException e) {
                throw e; // the client is gone
            } catch (Exception e) {
                LOG.log(Level.WARNING, "a page without figures: " + e);
                later(exchange, Duration.ZERO, "The figures cannot be had at the moment.");
            }
        }
    }

    private void route(HttpExchange exchange) throws Exception {
        switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
            case "GET /" -> {
                Aged aged = figures.load();
                exchange.getResponseHeaders()
                        .set("Age", String.valueOf(aged.age().toSeconds()));
                send(exchange, 200, Page.of(aged, figures.counts()));
            }
            case "POST /invalidate" -> {
                figures.invalidate();
                exchange.getResponseHeaders()
                        .set("Location", "/"); // a reload of the page does not press the button again
                send(exchange, 303, "");
            }
            default -> send(exchange, 404, "There is GET / and POST /invalidate.");
        }
    }

    private static void later(HttpExchange exchange, Duration after, String text) throws IOException {
        exchange.getResponseHeaders().set("Retry-After", String.valueOf(1 + after.toSeconds()));
        send(exchange, 503, text);
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders()
                .set("Content-Type", (status == 200 ? "text/html" : "text/plain") + "; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        figures.close();
    }
}
