package io.apicache.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.codec.KryoCodec;
import io.apicache.codec.ZstdCodec;
import io.apicache.redis.RedisStore;
import io.apicache.redis.server.RedisShared;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The code on the page about Redis. */
class RedisPageTest {

    private record Payment(String id, long cents) {}

    @Test
    void aCacheOverRedis() {
        String uri = RedisShared.uri();
        // snippet redis
        RedisStore store = RedisStore.connect(uri);
        ApiCache<Payment> payments = ApiCache.over(store.as(ZstdCodec.around(KryoCodec.of(Payment.class))))
                .namespace("payments")
                .keepFor(Duration.ofHours(24))
                .build();
        // end
        try (store;
                payments) {
            Payment first = new Payment("7", 100);
            String id = "redis-page-" + System.nanoTime();
            assertThat(payments.execute(id, Duration.ZERO, () -> first)).isEqualTo(first);
            assertThat(payments.execute(id, Duration.ZERO, () -> new Payment("8", 200)))
                    .isEqualTo(first);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
