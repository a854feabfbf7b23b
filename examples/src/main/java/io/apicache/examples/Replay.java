package io.apicache.examples;

import io.apicache.examples.RequestFile.Behaviour;
import io.apicache.examples.RequestFile.Line;
import io.apicache.examples.http.KeyHeader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The clients: send the requests of a file when they are due, and try again as clients do until each has its answer. */
final class Replay {

    private static final Duration PATIENT = Duration.ofMinutes(1);
    private static final Duration IMPATIENT = Duration.ofMillis(60);
    private static final int MOST_TRIES = 1_000;
    private static final long BACK_OFF_MILLIS = 50;

    private final Servers servers;
    private final Tally tally;
    private final HttpClient http;
    private final ExecutorService threads;
    private final Map<String, CountDownLatch> answered = new ConcurrentHashMap<>();

    Replay(Servers servers, int threads, Tally tally) {
        this.servers = servers;
        this.tally = tally;
        this.threads = Executors.newFixedThreadPool(threads);
        this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    /** Sends them all, and comes back when every one has its answer or has given up. */
    void run(List<Line> lines) throws InterruptedException {
        long start = System.nanoTime();
        CountDownLatch open = new CountDownLatch(lines.size());
        for (Line line : lines) {
            answered.putIfAbsent(line.requestId(), new CountDownLatch(1));
            TimeUnit.NANOSECONDS.sleep(start + TimeUnit.MILLISECONDS.toNanos(line.atMillis()) - System.nanoTime());
            threads.execute(() -> {
                try {
                    request(line);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } finally {
                    tally.answered.incrementAndGet();
                    open.countDown();
                }
            });
        }
        open.await();
        threads.shutdown();
    }

    private CountDownLatch latch(Line line) {
        return answered.computeIfAbsent(line.requestId(), first -> new CountDownLatch(1));
    }

    private void request(Line line) throws InterruptedException {
        if (line.behaviour() == Behaviour.MISMATCH) {
            latch(line).await(); // a key is used again once its first payment is through
        }
        for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
            HttpResponse<String> response = send(line, attempt);
            if (response != null && isFinal(line, response)) {
                latch(line).countDown();
                return;
            }
            TimeUnit.MILLISECONDS.sleep(response == null ? 1 : BACK_OFF_MILLIS);
        }
        tally.violations.add("no answer for line " + line.number());
        latch(line).countDown();
    }

    /** {@return the response, or null if there was none in time} */
    private @Nullable HttpResponse<String> send(Line line, int attempt) throws InterruptedException {
        boolean first = attempt == 0;
        List<URI> working = servers.working();
        boolean mortal = first && line.behaviour() == Behaviour.CRASH;
        URI server = mortal ? servers.dying() : working.get((line.number() + attempt) % working.size());
        HttpRequest request = HttpRequest.newBuilder(server)
                .header("Authorization", PaymentServer.authorization(line.tenant()))
                .header(KeyHeader.NAME, KeyHeader.quoted(line.key()))
                .header(BookingHandler.WORK_MILLIS, String.valueOf(line.workMillis()))
                .timeout(first && line.behaviour() == Behaviour.TIMEOUT ? IMPATIENT : PATIENT)
                .POST(HttpRequest.BodyPublishers.ofString(line.body()))
                .build();
        boolean answeredBefore = tally.isAnswered(line.requestId());
        long sent = System.nanoTime();
        CompletableFuture<HttpResponse<String>> coming = http.sendAsync(request, BodyHandlers.ofString());
        if (mortal) {
            var unused =
                    tally.death(line.requestId()).thenRun(() -> coming.cancel(true)); // it will not answer any more
        }
        try {
            HttpResponse<String> response = coming.get();
            if (answeredBefore && isReplay(response)) {
                tally.replayNanos.add(System.nanoTime() - sent);
            }
            return response;
        } catch (CancellationException e) {
            return null;
        } catch (
                ExecutionException
                        e) { // the connection broke: the server is gone, or was never there; or it took too long
            if (e.getCause() instanceof HttpTimeoutException) {
                tally.timeouts.incrementAndGet();
            }
            return null;
        }
    }

    private static boolean isReplay(HttpResponse<String> response) {
        return response.headers().firstValue("Idempotent-Replayed").isPresent();
    }

    private boolean isFinal(Line line, HttpResponse<String> response) {
        boolean mismatch = line.behaviour() == Behaviour.MISMATCH;
        switch (response.statusCode()) {
            case 201 -> {
                if (mismatch) {
                    tally.violations.add(
                            "line " + line.number() + " was accepted, although its key belongs to another payload");
                } else {
                    tally.body(line.requestId(), response.body());
                }
                if (isReplay(response)) {
                    tally.replays.incrementAndGet();
                }
                return true;
            }
            case 422 -> {
                tally.refused.incrementAndGet();
                if (!mismatch) {
                    tally.violations.add(
                            "line " + line.number() + " was refused, although its payload is that of its key");
                }
                return true;
            }
            case 409 -> {
                tally.conflicts.incrementAndGet();
                return false;
            }
            case 503 -> {
                return false;
            }
            default -> {
                tally.violations.add(
                        "line " + line.number() + " was answered " + response.statusCode() + ": " + response.body());
                return true;
            }
        }
    }
}
