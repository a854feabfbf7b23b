package io.apicache.examples.observability;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

/**
 * A bit of everything that can happen to a request, counted by those to whom it happened: from their receipts and exceptions alone,
 * without a listener.
 */
final class Workload {

    private static final int IDS = 100;
    private static final int CALLERS = 4;
    private static final int HITS_PER_CALLER = 1_000;
    private static final int AT_WORK = 10;
    private static final int WAITERS_PER_ID = 20;
    private static final int FEW = 5;
    private static final int SHORTEST_WORK_MILLIS = 20;
    private static final Duration PATIENT = Duration.ofMinutes(5);

    private final Caches caches;
    private final String run;
    private final SortedMap<String, Long> seen = new ConcurrentSkipListMap<>();
    private int openAtWork;

    /** @param run makes the ids of this run its own, since others may use the same store */
    Workload(Caches caches, String run) {
        this.caches = caches;
        this.run = run;
    }

    void run() {
        hits();
        waits();
        takeovers();
        refusals();
        storeFailures();
    }

    /** {@return what the callers saw, under the names of {@link Counts}} */
    SortedMap<String, Long> seen() {
        return seen;
    }

    /** {@return how many claims the gauge showed while ten workers were at it} */
    int openAtWork() {
        return openAtWork;
    }

    static int expectedAtWork() {
        return AT_WORK;
    }

    private void hits() {
        for (int i = 0; i < IDS; i++) {
            answer(claim(caches.serving(), id("hit", i)), "response " + i);
        }
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            callers.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < HITS_PER_CALLER; i++) {
                    saw(caches.serving().receiveAndWait(id("hit", i % IDS), PATIENT));
                }
            }));
        }
        callers.forEach(CompletableFuture::join);
    }

    /** Several workers at once, and a herd that waits for each. */
    private void waits() {
        List<FirstSeen<String>> atWork = new ArrayList<>();
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < AT_WORK; i++) {
            String id = id("wait", i);
            atWork.add(claim(caches.serving(), id));
            saw(caches.serving().receiveAndWait(id, Duration.ZERO)); // somebody without patience: in flight
            for (int waiter = 0; waiter < WAITERS_PER_ID; waiter++) {
                count("apicache.wait cached");
                waiting.add(caches.serving().receiveAsync(id, PATIENT).thenAccept(this::saw));
            }
        }
        openAtWork = caches.openClaims();
        for (FirstSeen<String> claim : atWork) {
            work();
            answer(claim, "worth waiting for");
        }
        waiting.forEach(CompletableFuture::join);
    }

    /** A worker that renews nothing: one waiter takes over, and the worker is told when it comes back with its response. */
    private void takeovers() {
        List<FirstSeen<String>> frozen = new ArrayList<>();
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < FEW; i++) {
            frozen.add(claim(caches.frozen(), id("takeover", i)));
            count("apicache.wait first_seen");
            waiting.add(
                    caches.serving().receiveAsync(id("takeover", i), PATIENT).thenAccept(this::takeOver));
        }
        waiting.forEach(CompletableFuture::join);
        frozen.forEach(claim -> {
            try {
                claim.handle("too late");
            } catch (LeaseLostException e) {
                count("apicache.lease.lost");
            }
        });
    }

    private void takeOver(Receipt<String> receipt) {
        saw(receipt);
        if (receipt instanceof FirstSeen<String> claim) {
            count("apicache.taken.over");
            answer(claim, "by somebody else");
        }
    }

    /** The same id for another request, and work that fails. */
    private void refusals() {
        for (int i = 0; i < FEW; i++) {
            Request request = Request.of(id("refusal", i));
            FirstSeen<String> claim = claim(caches.serving(), request.withFingerprint(Fingerprint.of("one order")));
            try {
                saw(caches.serving().receiveAndWait(request.withFingerprint(Fingerprint.of("another")), PATIENT));
            } catch (RequestMismatchException e) {
                count("apicache.receive mismatched");
            }
            claim.release();
            count("apicache.release");
        }
    }

    private void storeFailures() {
        caches.unreliable().refuseClaims(FEW);
        for (int i = 0; i < FEW; i++) {
            try {
                saw(caches.failing().receiveAndWait(id("failure", i), Duration.ZERO));
            } catch (StoreUnavailableException e) {
                count("apicache.receive unavailable");
                count("apicache.store.failed " + Labels.of(e.outcome()));
            }
        }
        FirstSeen<String> claim = claim(caches.failing(), id("failure", 0));
        caches.unreliable().loseRepliesToHandle(1);
        answer(claim, "stored, and confirmed when it was sent again");
        count("apicache.store.failed unknown");
    }

    // ---- what callers see

    private FirstSeen<String> claim(ApiCache<String> cache, String id) {
        return claim(cache, Request.of(id));
    }

    private FirstSeen<String> claim(ApiCache<String> cache, Request request) {
        Receipt<String> receipt = cache.receiveAndWait(request, Duration.ZERO);
        saw(receipt);
        if (receipt instanceof FirstSeen<String> claim) {
            return claim;
        }
        throw new CompletionException(new IllegalStateException("nobody else can know the id of " + request));
    }

    private void answer(FirstSeen<String> claim, String response) {
        claim.handle(response);
        count("apicache.handle");
    }

    private void saw(Receipt<String> receipt) {
        if (receipt instanceof FirstSeen<String>) {
            count("apicache.receive first_seen");
        } else if (receipt instanceof Cached<String>) {
            count("apicache.receive cached");
        } else if (receipt instanceof InFlight<String>) {
            count("apicache.receive in_flight");
        }
    }

    private void count(String name) {
        seen.merge(name, 1L, Long::sum);
    }

    private String id(String kind, int number) {
        return kind + "-" + number + "-" + run;
    }

    private static void work() {
        try {
            TimeUnit.MILLISECONDS.sleep(SHORTEST_WORK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
