package io.apicache.examples.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.examples.dashboard.Site.Where;
import io.apicache.memory.MemoryStore;
import io.apicache.spi.Store;
import io.apicache.tck.FaultyStore;
import io.apicache.tck.FaultyStore.Fault;
import io.apicache.tck.FaultyStore.Verb;
import io.apicache.tck.ManualTime;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(900)
class DashboardServerTest {

    private final ManualTime time = new ManualTime();
    private final FaultyStore<Figures> store =
            FaultyStore.around(MemoryStore.<Figures>builder().time(time).build());
    private Sales sales;
    private Site site;

    @BeforeEach
    void start() throws SQLException {
        sales = new Sales(1_000);
        site = new Site(
                store,
                "dashboard",
                this::figures,
                settings -> settings.time(time).scheduler(time.scheduler()));
    }

    @AfterEach
    void close() throws SQLException {
        site.close();
        store.close();
        sales.close();
    }

    private Figures figures() throws SQLException {
        return sales.figures(SharedFigures.WORK_LIMIT);
    }

    @Test
    @DisplayName("H1 figures are kept for five minutes, and show their age")
    void figuresAreKeptForFiveMinutes() throws Exception {
        assertThat(site.load().body()).contains("<b id=\"age\">0 s</b> ago", "new figures in 5 min 0 s");

        time.advance(Duration.ofMinutes(5).minusSeconds(1));

        HttpResponse<String> old = site.load();
        assertThat(old.body()).contains("<b id=\"age\">4 min 59 s</b> ago", "new figures in 1 s");
        assertThat(old.headers().firstValue("Age")).contains("299");
        assertThat(sales.queries()).isEqualTo(1);
        assertThat(site.counts.hits()).isEqualTo(1);
        assertThat(site.counts.waits()).isZero();

        time.advance(Duration.ofSeconds(1));

        assertThat(site.load().body()).contains("<b id=\"age\">0 s</b> ago");
        assertThat(sales.queries()).isEqualTo(2);
        assertThat(site.counts.computations()).isEqualTo(2);
    }

    @Test
    void thePageShowsHowManyCameByWhichWay() throws Exception {
        site.load();
        time.advance(Duration.ofMinutes(1));
        site.load();

        assertThat(site.load().body())
                .contains("id=\"hits\">2<", "id=\"waits\">0<", "id=\"computations\">1<", "id=\"unprotected\">0<");
    }

    @Test
    void theButtonLeadsBackToThePage() throws Exception {
        site.load();

        HttpResponse<String> pressed = site.pressTheButton();

        assertThat(pressed.statusCode()).isEqualTo(303);
        assertThat(pressed.headers().firstValue("Location")).contains("/");
        assertThat(sales.queries()).isEqualTo(1);
        site.load();
        assertThat(sales.queries()).isEqualTo(2);
    }

    @Test
    void onlyAPostPressesTheButton() throws Exception {
        site.load();

        HttpResponse<String> got = site.send(HttpRequest.newBuilder(site.page().resolve("/invalidate")));

        assertThat(got.statusCode()).isEqualTo(404);
        site.load();
        assertThat(sales.queries()).isEqualTo(1);
    }

    @Test
    @DisplayName("Z1 a server that is closed closes its cache")
    void aServerThatIsClosedClosesItsCache() {
        assertThat(site.isClosed()).isFalse();

        site.close();

        assertThat(site.isClosed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("W3 a failed query is not cached: the next page has figures")
    void aFailedQueryIsNotCached(Where where) throws Exception {
        try (Store<Figures> real = where.open();
                Site other = new Site(real, "dashboard-" + UUID.randomUUID(), this::figures)) {
            sales.execute("ALTER TABLE sale RENAME TO gone");
            HttpResponse<String> failed = other.load();
            sales.execute("ALTER TABLE gone RENAME TO sale");

            assertThat(failed.statusCode()).isEqualTo(503);
            assertThat(failed.headers().firstValue("Retry-After")).contains("1");
            assertThat(failed.body()).doesNotContain("sale");
            assertThat(other.load().statusCode()).isEqualTo(200);
            assertThat(other.counts.computations()).isEqualTo(1);
        }
    }

    private static CompletableFuture<HttpResponse<String>> inBackground(Callable<HttpResponse<String>> call) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return call.call();
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }

    private HttpResponse<String> whileTimePasses(CompletableFuture<HttpResponse<String>> answer) throws Exception {
        while (!answer.isDone()) {
            time.advance(Duration.ofMillis(100));
            TimeUnit.MILLISECONDS.sleep(1); // real threads do the work
        }
        return answer.get();
    }

    @Test
    void withoutAStoreEveryPageRunsAQuery() throws Exception {
        store.every(1, Verb.CLAIM, Fault.REFUSED);

        for (int page = 1; page <= 2; page++) {
            int asked = store.calls(Verb.CLAIM);
            CompletableFuture<HttpResponse<String>> loading = inBackground(site::load);
            Site.await(() -> store.calls(Verb.CLAIM) > asked);
            time.advance(SharedFigures.PATIENCE_WITH_STORE.minusMillis(100));
            assertThat(sales.queries()).isEqualTo(page - 1);
            assertThat(whileTimePasses(loading).statusCode()).isEqualTo(200);
            assertThat(sales.queries()).isEqualTo(page);
            assertThat(site.counts.unprotected()).isEqualTo(page);
        }

        store.heal();
        site.load();
        site.load();
        assertThat(sales.queries()).isEqualTo(3);
        assertThat(site.counts.computations()).isEqualTo(1);
    }

    @Test
    void figuresThatCannotBeStoredAreShown() throws Exception {
        store.every(1, Verb.HANDLE, Fault.REFUSED);

        assertThat(whileTimePasses(inBackground(site::load)).statusCode()).isEqualTo(200);

        assertThat(sales.queries()).isEqualTo(1);
        assertThat(site.counts.computations()).isZero();
    }

    @Test
    void aButtonThatMayNotHaveWorkedSaysSo() throws Exception {
        site.load();
        store.every(1, Verb.INVALIDATE, Fault.REFUSED);

        assertThat(whileTimePasses(inBackground(site::pressTheButton)).statusCode())
                .isEqualTo(503);
    }

    @Test
    @DisplayName("W2 a page does not wait longer than it may for somebody else's figures, and says when to come back")
    void aPageDoesNotWaitForever() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        try (Site slow = new Site(
                store,
                "slow",
                () -> {
                    begun.countDown();
                    gate.await();
                    return figures();
                },
                settings -> settings.time(time).scheduler(time.scheduler()))) {
            CompletableFuture<HttpResponse<String>> first = inBackground(slow::load);
            begun.await();
            CompletableFuture<HttpResponse<String>> second = inBackground(slow::load);
            Site.await(() -> slow.waiting() == 1);
            time.advance(SharedFigures.PATIENCE_WITH_STORE.plusMillis(100));
            Site.await(() -> slow.waiting() == 1); // once more, now that it knows that somebody is at work
            time.advance(SharedFigures.MAX_WAIT
                    .minus(SharedFigures.PATIENCE_WITH_STORE)
                    .minusMillis(200));
            assertThat(second).isNotDone();
            HttpResponse<String> busy = whileTimePasses(second);

            assertThat(busy.statusCode()).isEqualTo(503);
            assertThat(busy.headers().firstValue("Retry-After")).isPresent();
            gate.countDown();
            assertThat(first.get().statusCode()).isEqualTo(200);
            assertThat(sales.queries()).isEqualTo(1);
        }
    }
}
