package io.apicache.examples.dashboard;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Browsers that all load a page at the same moment. */
final class Clients {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Clients() {}

    /** What a client got, and after how long. */
    record Loaded(int status, String body, long nanos) {}

    /** Loads the pages, each client one of them in turn, and comes back when all are there; one that could not be had has status 0. */
    static List<Loaded> load(List<URI> pages, int clients) {
        List<CompletableFuture<Loaded>> loading = IntStream.range(0, clients)
                .mapToObj(client -> load(pages.get(client % pages.size())))
                .toList();
        return loading.stream().map(CompletableFuture::join).toList();
    }

    private static CompletableFuture<Loaded> load(URI page) {
        long start = System.nanoTime();
        return HTTP.sendAsync(HttpRequest.newBuilder(page).timeout(PATIENCE).build(), BodyHandlers.ofString())
                .thenApply(response -> new Loaded(response.statusCode(), response.body(), System.nanoTime() - start))
                .exceptionally(failure -> new Loaded(0, failure.toString(), System.nanoTime() - start));
    }
}
