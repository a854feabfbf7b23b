package io.apicache.examples.dashboard;

import io.apicache.ApiCache;
import io.apicache.examples.Stores;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One server on a store, as a test sees it. */
final class Site implements AutoCloseable {

    /** Where a test keeps the figures. */
    enum Where {
        MEMORY,
        REDIS;

        Store<Figures> open() {
            return Stores.open(this == REDIS ? RedisShared.uri() : null, SharedFigures.codec());
        }
    }

    /** A slow machine is not to count as a failed store. */
    private static final Duration PATIENT = Duration.ofMinutes(1);

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    final Counts counts = new Counts();
    private final SharedFigures figures;
    private final DashboardServer server;

    Site(Store<Figures> store, String namespace, Callable<Figures> query) {
        this(store, namespace, query, settings -> settings);
    }

    Site(
            Store<Figures> store,
            String namespace,
            Callable<Figures> query,
            UnaryOperator<ApiCache.Builder<Figures>> settings) {
        figures = new SharedFigures(
                settings.apply(SharedFigures.cache(store, namespace).storeTimeout(PATIENT)), query, counts);
        try {
            server = new DashboardServer(figures, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI page() {
        return server.page();
    }

    HttpResponse<String> load() throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(page()));
    }

    HttpResponse<String> pressTheButton() throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(page().resolve("/invalidate")).POST(BodyPublishers.noBody()));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    /** Sends a request; cancelling the answer closes the connection, as a client does that gives up. */
    CompletableFuture<HttpResponse<String>> begin(HttpRequest.Builder request) {
        return HTTP.sendAsync(request.build(), BodyHandlers.ofString());
    }

    /** {@return how many pages wait at this moment} */
    int waiting() {
        Matcher waiters = Pattern.compile("(\\d+) waiters").matcher(figures.toString());
        return waiters.find() ? Integer.parseInt(waiters.group(1)) : 0;
    }

    boolean isClosed() {
        return figures.toString().contains("closed");
    }

    /** Waits for something that other threads do; the time-out of the test ends it otherwise. */
    static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
