package io.apicache.examples.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.examples.StandstillTimer;
import io.apicache.examples.dashboard.Clients.Loaded;
import io.apicache.examples.dashboard.Site.Where;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Store;
import io.apicache.tck.ManualTime;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many clients load the page at once, and somebody counts the queries. */
@Timeout(900)
class OneQueryTest {

    private static final int CLIENTS = 120;
    private static final Duration LONG = Duration.ofHours(1);

    private static Sales sales;

    private final String namespace = "dashboard-" + UUID.randomUUID();
    private final AtomicInteger queries = new AtomicInteger();

    @BeforeAll
    static void fill() throws SQLException {
        sales = new Sales(5_000);
    }

    @AfterAll
    static void empty() throws SQLException {
        sales.close();
        assertThat(RedisShared.keysWithoutTtl()).isEmpty();
    }

    /** {@return the figures, with the number of the query in place of what it cost, so that pages tell which one they are from} */
    private Figures numbered() throws SQLException {
        int number = queries.incrementAndGet();
        return new Figures(sales.figures(SharedFigures.WORK_LIMIT).rows(), number);
    }

    /** {@return a server whose time stands still: no page gives up, and no claim lapses, however slow the machine is} */
    private Site still(Store<Figures> store, Callable<Figures> query) {
        ManualTime time = new ManualTime();
        return new Site(
                store,
                namespace,
                query,
                settings -> settings.time(time)
                        .scheduler(time.scheduler())
                        .workLimit(LONG)
                        .lease(LONG)
                        .storeTimeout(Duration.ofMinutes(1)));
    }

    private static CompletableFuture<List<Loaded>> load(int clients, Site... sites) {
        List<URI> pages = List.of(sites).stream().map(Site::page).toList();
        return CompletableFuture.supplyAsync(() -> Clients.load(pages, clients));
    }

    private static int pagesFromQuery(int number, List<Loaded> pages) {
        return Collections.frequency(
                pages.stream()
                        .map(page -> page.body().contains(", in " + number + " ms"))
                        .toList(),
                true);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C1 W1 many clients at once cost one query")
    void manyClientsAtOnceCostOneQuery(Where where) throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (Store<Figures> store = where.open();
                Site site = still(store, behind(gate))) {
            CompletableFuture<List<Loaded>> loading = load(CLIENTS, site);
            Site.await(() -> site.waiting() == CLIENTS - 1);
            gate.countDown();

            assertThat(pagesFromQuery(1, loading.get())).isEqualTo(CLIENTS);
            assertThat(queries).hasValue(1);
            assertThat(site.counts.computations()).isEqualTo(1);
            assertThat(site.counts.waits()).isEqualTo(CLIENTS - 1);
            assertThat(site.counts.hits()).isZero();

            assertThat(pagesFromQuery(1, load(CLIENTS, site).get())).isEqualTo(CLIENTS);
            assertThat(queries).hasValue(1);
            assertThat(site.counts.hits() + site.counts.waits()).isEqualTo(2 * CLIENTS - 1);
        }
    }

    private Callable<Figures> behind(CountDownLatch gate) {
        return () -> {
            gate.await();
            return numbered();
        };
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C1 H1 the button costs exactly one more query, also when many load at once")
    void theButtonCostsOneMoreQuery(Where where) throws Exception {
        try (Store<Figures> store = where.open();
                Site site = still(store, this::numbered)) {
            site.load();
            CompletableFuture<List<Loaded>> before = load(CLIENTS / 2, site);
            assertThat(site.pressTheButton().statusCode()).isEqualTo(303);
            CompletableFuture<List<Loaded>> after = load(CLIENTS / 2, site);

            assertThat(pagesFromQuery(2, after.get())).isEqualTo(CLIENTS / 2);
            assertThat(pagesFromQuery(1, before.get()) + pagesFromQuery(2, before.get()))
                    .isEqualTo(CLIENTS / 2);
            assertThat(queries).hasValue(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C4 W3 the button, pressed during a query, makes one of the waiting pages compute anew")
    void theButtonDuringAQuery(Where where) throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Callable<Figures> firstIsSlow = () -> {
            Figures figures = numbered();
            if (figures.queryMillis() == 1) {
                gate.await();
            }
            return figures;
        };
        try (Store<Figures> store = where.open();
                Site site = still(store, firstIsSlow)) {
            CompletableFuture<List<Loaded>> loading = load(CLIENTS, site);
            Site.await(() -> site.waiting() == CLIENTS - 1);
            site.pressTheButton();
            Site.await(() -> site.counts.computations() == 1);
            gate.countDown();

            assertThat(pagesFromQuery(1, loading.get())).isEqualTo(1);
            assertThat(pagesFromQuery(2, loading.get())).isEqualTo(CLIENTS - 1);
            assertThat(site.load().body()).contains(", in 2 ms");
            assertThat(queries).hasValue(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C1 H1 W1 two servers on one store share one query, and one button")
    void twoServersShareOneQuery(Where where) throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (Store<Figures> store = where.open();
                Store<Figures> another = where == Where.MEMORY ? store : where.open();
                Site one = still(store, behind(gate));
                Site two = still(another, behind(gate))) {
            CompletableFuture<List<Loaded>> loading = load(CLIENTS, one, two);
            Site.await(() -> one.waiting() + two.waiting() == CLIENTS - 1);
            gate.countDown();

            assertThat(pagesFromQuery(1, loading.get())).isEqualTo(CLIENTS);
            assertThat(queries).hasValue(1);
            assertThat(one.counts.computations() + two.counts.computations()).isEqualTo(1);

            two.pressTheButton();
            assertThat(one.load().body()).contains(", in 2 ms");
            assertThat(two.load().body()).contains(", in 2 ms");
            assertThat(queries).hasValue(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("W3 a failed query is not cached: one of the waiting pages runs it again")
    void aFailedQueryIsNotCached(Where where) throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Callable<Figures> firstFails = () -> {
            gate.await();
            if (queries.get() == 0) {
                queries.incrementAndGet();
                throw new SQLException("the connection broke");
            }
            return numbered();
        };
        try (Store<Figures> store = where.open();
                Site site = still(store, firstFails)) {
            CompletableFuture<List<Loaded>> loading = load(CLIENTS, site);
            Site.await(() -> site.waiting() == CLIENTS - 1);
            gate.countDown();

            assertThat(loading.get()).filteredOn(page -> page.status() == 503).hasSize(1);
            assertThat(pagesFromQuery(2, loading.get())).isEqualTo(CLIENTS - 1);
            assertThat(queries).hasValue(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C1 a client that gave up and tries again gets the query that it began")
    void aRetryGetsTheSameQuery(Where where) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        Callable<Figures> slow = () -> {
            begun.countDown();
            return behind(gate).call();
        };
        try (Store<Figures> store = where.open();
                Site site = still(store, slow)) {
            CompletableFuture<HttpResponse<String>> impatient = site.begin(HttpRequest.newBuilder(site.page()));
            begun.await();
            assertThat(impatient.cancel(true)).isTrue();
            CompletableFuture<List<Loaded>> retries = load(10, site);
            Site.await(() -> site.waiting() == 10);
            gate.countDown();

            assertThat(pagesFromQuery(1, retries.get())).isEqualTo(10);
            assertThat(queries).hasValue(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C4 L1 W3 when a server dies over its query, exactly one waiting page takes over")
    void anotherServerTakesOver(Where where) throws Exception {
        ScheduledExecutorService dead = new StandstillTimer(); // a process that has died renews nothing
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        Callable<Figures> dies = () -> {
            begun.countDown();
            return behind(gate).call();
        };
        try (Store<Figures> store = where.open();
                Site dying = new Site(
                        store,
                        namespace,
                        dies,
                        settings -> settings.lease(Duration.ofSeconds(1)).scheduler(dead));
                Site living = new Site(store, namespace, this::numbered)) {
            CompletableFuture<List<Loaded>> lost = load(1, dying);
            begun.await();
            CompletableFuture<List<Loaded>> loading = load(CLIENTS, living);

            assertThat(pagesFromQuery(1, loading.get())).isEqualTo(CLIENTS);
            assertThat(living.counts.computations()).isEqualTo(1);

            gate.countDown();
            assertThat(pagesFromQuery(2, lost.get())).isEqualTo(1);
            assertThat(dying.counts.computations()).isZero();
            assertThat(queries).hasValue(2);
            assertThat(living.load().body()).contains(", in 1 ms");
        }
    }
}
