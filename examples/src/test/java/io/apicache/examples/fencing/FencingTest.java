package io.apicache.examples.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.Codec;
import io.apicache.FirstSeen;
import io.apicache.LeaseLostException;
import io.apicache.examples.StandstillTimer;
import io.apicache.examples.Stores;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Store;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FencingTest {

    /** Of an owner that is paused: the next one need not wait for long. */
    private static final Duration SHORT_LEASE = Duration.ofMillis(300);

    /** Of an owner that is not, however slow the machine is. */
    private static final Duration LEASE = Duration.ofMinutes(5);

    private final String id = "purchase-" + UUID.randomUUID();
    private Connection sql;
    private Purchases purchases;

    @BeforeEach
    void open() throws Exception {
        sql = DriverManager.getConnection("jdbc:h2:mem:");
        purchases = new Purchases(sql);
    }

    @AfterEach
    void close() throws Exception {
        sql.close();
    }

    private static ApiCache.Builder<String> cache(Store<String> store) {
        return ApiCache.over(store).namespace("purchases").lease(LEASE).storeTimeout(Duration.ofMinutes(1));
    }

    /** A process that is paused renews nothing. */
    private static ScheduledExecutorService paused() {
        ScheduledExecutorService timer = new StandstillTimer();
        return timer;
    }

    @ParameterizedTest(name = "on Redis: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("C5 an owner that was paused for longer than its lease cannot write over the work of the next one")
    void aPausedOwnerIsRefused(boolean redis) throws Exception {
        try (Store<String> store = Stores.open(redis ? RedisShared.uri() : null, Codec.utf8());
                ApiCache<String> here =
                        cache(store).lease(SHORT_LEASE).scheduler(paused()).build();
                ApiCache<String> there = cache(store).build()) {
            FirstSeen<String> first = (FirstSeen<String>) here.receiveAndWait(id, Duration.ZERO);
            purchases.write(id, first.token(), "reserved");

            FirstSeen<String> next = (FirstSeen<String>) there.receiveAndWait(id, LEASE);
            purchases.write(id, next.token(), "reserved again");
            purchases.write(id, next.token(), "charged");

            assertThatThrownBy(() -> purchases.write(id, first.token(), "charged twice"))
                    .hasMessageContaining("somebody else has taken over");
            assertThatThrownBy(() -> first.handle("charged twice")).isInstanceOf(LeaseLostException.class);
            assertThat(purchases.step(id)).isEqualTo("charged");
            next.handle("charged");
        }
    }

    @Test
    @DisplayName("Z1 without protection nothing is written")
    void withoutProtectionNothingIsWritten() throws Exception {
        try (ApiCache<String> cache = ApiCache.over(Store.<String>passThrough()).build()) {
            FirstSeen<String> unprotected = (FirstSeen<String>) cache.receiveAndWait(id, Duration.ZERO);

            assertThatThrownBy(() -> purchases.write(id, unprotected.token(), "reserved"))
                    .hasMessageContaining("without protection");
            assertThat(purchases.step(id)).isEqualTo("none");
        }
    }
}
