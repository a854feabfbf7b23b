package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.Codec;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.redis.server.RedisShared;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainBytesTest {

    private static final Duration LONG = Expect.LONG;

    private final Caches caches = new Caches();

    private final String id = UUID.randomUUID().toString();

    private static ApiCache<byte[]> patient(RedisStore store) {
        return ApiCache.over(store.as(Codec.bytes()))
                .lease(LONG)
                .storeTimeout(Duration.ofMinutes(1))
                .build();
    }

    private static byte[] response(Receipt<byte[]> receipt) {
        return ((Cached<byte[]>) receipt).response();
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {1, 1_000, 20_000})
    @DisplayName("H1 nobody sees what others do to their arrays")
    void everybodyHasAnArrayOfTheirOwn(int length) {
        try (RedisStore store = caches.store(RedisShared.uri());
                RedisStore other = caches.store(RedisShared.uri());
                ApiCache<byte[]> here = patient(store);
                ApiCache<byte[]> there = patient(other)) {
            byte[] handled = new byte[length];
            FirstSeen<byte[]> claim = (FirstSeen<byte[]>) here.receiveAndWait(id, LONG);
            List<CompletableFuture<Receipt<byte[]>>> waiters = Stream.of(here, here, there, there)
                    .map(cache -> cache.receiveAsync(id, LONG))
                    .toList();

            CompletableFuture<Void> stored = claim.handleAsync(handled);
            handled[0] = 1;
            stored.join();

            List<Receipt<byte[]>> receipts =
                    waiters.stream().map(CompletableFuture::join).toList();
            for (Receipt<byte[]> receipt : receipts) {
                assertThat(response(receipt)).isEqualTo(new byte[length]);
                response(receipt)[0] = 2;
            }
            for (int i = 0; i < 2; i++) {
                byte[] replayed = response(there.receiveAndWait(id, LONG));
                assertThat(replayed).isEqualTo(new byte[length]);
                replayed[0] = 3;
            }
        }
    }
}
