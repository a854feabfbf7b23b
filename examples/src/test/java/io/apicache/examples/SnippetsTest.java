package io.apicache.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.Fingerprint;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.Receipt;
import io.apicache.Request;
import io.apicache.Unavailable;
import io.apicache.memory.MemoryStore;
import io.apicache.tck.ManualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The code that README and docs show. {@link SnippetsInDocsTest} compares it, letter by letter but for white space. */
class SnippetsTest {

    private record Payment(String body, long token) {
        boolean isFinal() {
            return !body.isEmpty();
        }
    }

    private record Dashboard(int figures) {}

    private static final class TryAgain extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TryAgain(Duration after) {
            super("try again after " + after);
        }
    }

    private static final class Bank {
        final AtomicInteger transfers = new AtomicInteger();

        Payment transfer(String body, long token) {
            transfers.incrementAndGet();
            return new Payment(body, token);
        }

        CompletableFuture<Payment> transferAsync(String body) {
            if (body.isEmpty()) {
                throw new IllegalArgumentException("planted: a call that throws instead of failing its future");
            }
            return CompletableFuture.completedFuture(transfer(body, 0));
        }
    }

    private final AtomicInteger executions = new AtomicInteger();
    private final Bank bank = new Bank();

    private Dashboard computeDashboard() {
        return new Dashboard(executions.incrementAndGet());
    }

    private String makeInvoice() {
        return "invoice " + executions.incrementAndGet();
    }

    @Test
    void theLambdaOfTheReadme() throws Exception {
        try (ApiCache<String> INVOICES =
                ApiCache.over(new MemoryStore<String>()).build()) {
            String requestId = "order-7";
            assertThatThrownBy(() -> INVOICES.execute(requestId, Duration.ZERO, () -> {
                        throw new IOException("planted");
                    }))
                    .hasMessage("planted");
            // snippet readme-execute
            String invoice = INVOICES.execute(requestId, Duration.ofSeconds(2), () -> makeInvoice());
            // end
            assertThat(INVOICES.execute(requestId, Duration.ZERO, () -> makeInvoice()))
                    .isSameAs(invoice);
            assertThat(executions).hasValue(1);
        }
    }

    @Test
    void dashboardsAreComputedOnce() throws Exception {
        // snippet caching
        ApiCache<Dashboard> dashboards = ApiCache.over(MemoryStore.<Dashboard>builder()
                        .maximumRecords(10_000)
                        .evictWhenFull()
                        .build())
                .namespace("dashboards")
                .keepFor(Duration.ofMinutes(5))
                .whenUnavailable(Unavailable.RUN_UNPROTECTED)
                .build();
        Dashboard sales = dashboards.execute("sales:today", Duration.ofSeconds(10), () -> computeDashboard());
        // end
        assertThat(dashboards.execute("sales:today", Duration.ofSeconds(10), () -> computeDashboard()))
                .isSameAs(sales);
        assertThat(executions).hasValue(1);
        dashboards.close();
    }

    @Test
    void aPaymentIsMadeOnce() {
        try (ApiCache<Payment> payments =
                ApiCache.over(new MemoryStore<Payment>()).build()) {
            Payment first = pay(payments, "acme", "key-1", "{\"amount\": 10}");
            Payment second = pay(payments, "acme", "key-1", "{\"amount\": 10}");

            assertThat(second).isSameAs(first);
            assertThat(first.token()).isPositive();
            assertThat(bank.transfers).hasValue(1);
        }
    }

    private Payment pay(ApiCache<Payment> payments, String tenant, String idempotencyKey, String body) {
        // snippet idempotency
        Request request = Request.of(Request.idOf("POST /payments", tenant, idempotencyKey))
                .withFingerprint(Fingerprint.of("POST", "/payments", body));
        Receipt<Payment> receipt = payments.receiveAndWait(request, Duration.ofSeconds(2));
        if (receipt instanceof Cached<Payment> hit) {
            return hit.response();
        }
        if (receipt instanceof InFlight<Payment> busy) {
            throw new TryAgain(busy.retryAfter());
        }
        try (FirstSeen<Payment> claim = (FirstSeen<Payment>) receipt) {
            Payment payment = bank.transfer(body, claim.token());
            claim.handle(payment);
            return payment;
        }
        // end
    }

    @Test
    void aPaymentIsMadeOnceWithoutAThreadPerWaiter() throws Exception {
        ManualTime still = new ManualTime(); // the two seconds of the page do not end on a slow machine
        try (ApiCache<Payment> payments = ApiCache.over(new MemoryStore<Payment>())
                .time(still)
                .scheduler(still.scheduler())
                .build()) {
            CompletableFuture<Payment> first = payAsync(payments, "key-1", "ten");
            CompletableFuture<Payment> second = payAsync(payments, "key-1", "ten");

            assertThat(second.get(5, TimeUnit.MINUTES)).isSameAs(first.get(5, TimeUnit.MINUTES));
            assertThat(bank.transfers).hasValue(1);

            assertThat(payAsync(payments, "key-2", "")).failsWithin(5, TimeUnit.MINUTES);
            assertThat(payAsync(payments, "key-2", "ten")).succeedsWithin(5, TimeUnit.MINUTES);
        }
    }

    @Test
    void whatIsLongIsHashed() {
        String tenant = "acme";
        String from = "2026-01-01";
        String to = "2026-02-01";
        String query = "SELECT amount FROM sale WHERE region IN ('north', 'south')".repeat(100);
        // snippet hashed-id
        String id =
                Request.idOf("report", tenant, Fingerprint.of(from, to, query).toHex());
        // end
        assertThat(Request.of(id).id()).isEqualTo(id).hasSizeLessThan(100);
        assertThat(id)
                .isNotEqualTo(Request.idOf(
                        "report", tenant, Fingerprint.of(from, to, "").toHex()));
    }

    private CompletableFuture<Payment> payAsync(ApiCache<Payment> payments, String requestId, String body) {
        // snippet async
        CompletableFuture<Payment> answer = payments.receiveAsync(requestId, Duration.ofSeconds(2))
                .thenCompose(receipt -> {
                    if (receipt instanceof Cached<Payment> hit) {
                        return CompletableFuture.completedFuture(hit.response());
                    }
                    if (receipt instanceof FirstSeen<Payment> claim) {
                        return CompletableFuture.completedFuture(body)
                                .thenCompose(bank::transferAsync)
                                .thenCompose(
                                        payment -> claim.handleAsync(payment).thenApply(done -> payment))
                                .whenComplete((payment, failure) -> claim.close());
                    }
                    return CompletableFuture.failedFuture(new TryAgain(((InFlight<Payment>) receipt).retryAfter()));
                });
        // end
        return answer;
    }

    @Test
    void workSeesItsClaim() throws Exception {
        Request request = Request.of("work");
        String body = "order";
        try (ApiCache<Payment> payments =
                ApiCache.over(new MemoryStore<Payment>()).build()) {
            // snippet work
            Payment payment = payments.execute(request, Duration.ofSeconds(2), claim -> {
                Payment done = bank.transfer(body, claim.token());
                claim.keepFor(done.isFinal() ? Duration.ofDays(1) : Duration.ofMinutes(1));
                return done;
            });
            // end
            assertThat(payments.peek(request).map(Cached::response)).contains(payment);
        }
    }

    @Test
    void workReturnsAStage() {
        Request request = Request.of("work");
        String body = "order";
        try (ApiCache<Payment> payments =
                ApiCache.over(new MemoryStore<Payment>()).build()) {
            // snippet execute-async
            CompletableFuture<Payment> payment =
                    payments.executeAsync(request, Duration.ofSeconds(2), claim -> bank.transferAsync(body));
            // end
            assertThat(payment.join().body()).isEqualTo(body);
            assertThat(payments.peek(request).map(Cached::response)).contains(payment.join());
        }
    }

    private final ConcurrentHashMap<String, Payment> cacheByHand = new ConcurrentHashMap<>();

    /** What somebody wrote before: with a cache that others know, and under a lock that others take. */
    private Payment withLockAndCache(String requestId) {
        return cacheByHand.computeIfAbsent(requestId, id -> bank.transfer(id, 0));
    }

    @Test
    void whatWasWrittenByHandIsWrapped() throws Exception {
        String requestId = "key-1";
        Payment doneByAnOldInstance = withLockAndCache(requestId);
        try (ApiCache<Payment> payments =
                ApiCache.over(new MemoryStore<Payment>()).build()) {
            // snippet migrating
            Payment payment = payments.execute(requestId, Duration.ofSeconds(5), () -> withLockAndCache(requestId));
            // end
            assertThat(payment).isSameAs(doneByAnOldInstance);
            assertThat(bank.transfers).hasValue(1);
        }
    }

    @Test
    void timeCanBeMovedByHand() throws Exception {
        // snippet testing
        ManualTime time = new ManualTime();
        MemoryStore<String> store = MemoryStore.<String>builder().time(time).build();
        ApiCache<String> cache = ApiCache.over(store)
                .time(time)
                .scheduler(time.scheduler())
                .keepFor(Duration.ofMinutes(5))
                .build();
        cache.execute("id", Duration.ZERO, () -> "first");

        time.advance(Duration.ofMinutes(5));

        String again = cache.execute("id", Duration.ZERO, () -> "second");
        // end
        assertThat(again).isEqualTo("second");
        cache.close();
    }
}
