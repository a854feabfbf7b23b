package io.apicache.benchmarks;

import io.apicache.ApiCache;
import io.apicache.Codec;
import io.apicache.redis.RedisStore;
import io.apicache.redis.server.RedisProcess;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * A Redis server of one's own, the one on the path or else the one that the tests bring along; caches over it that play processes; and a bare
 * client for the baselines. {@code -Dredis.uri} leads to another server.
 */
final class RedisUnderTest implements AutoCloseable {

    private final List<Runnable> open = new ArrayList<>();
    private final String uri;
    private final RedisClient client;

    RedisUnderTest() {
        String given = System.getProperty("redis.uri");
        if (given == null) {
            RedisProcess own = RedisProcess.start();
            open.add(own::close);
            uri = own.uri();
        } else {
            uri = given;
        }
        client = RedisClient.create(uri);
        open.add(client::shutdown);
    }

    /** One more process, with connections of its own. */
    ApiCache<byte[]> process() {
        return opened(settings());
    }

    /** One more process, which tells its asynchronous callers on an executor. */
    ApiCache<byte[]> process(Executor executor) {
        return opened(settings().executor(executor));
    }

    private ApiCache.Builder<byte[]> settings() {
        RedisStore store = RedisStore.connect(uri);
        open.add(store::close);
        return ApiCache.over(store.as(Codec.bytes())).keepFor(Duration.ofMinutes(5));
    }

    private ApiCache<byte[]> opened(ApiCache.Builder<byte[]> settings) {
        ApiCache<byte[]> cache = settings.build();
        open.add(cache::close);
        return cache;
    }

    /** The bare client, on a connection of its own. */
    StatefulRedisConnection<byte[], byte[]> commands() {
        return client.connect(ByteArrayCodec.INSTANCE);
    }

    StatefulRedisPubSubConnection<byte[], byte[]> messages() {
        return client.connectPubSub(ByteArrayCodec.INSTANCE);
    }

    String version() {
        return commands()
                .sync()
                .info("server")
                .lines()
                .filter(line -> line.startsWith("redis_version:"))
                .map(line -> line.substring(line.indexOf(':') + 1))
                .findFirst()
                .orElse("unknown");
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).run();
        }
    }
}
