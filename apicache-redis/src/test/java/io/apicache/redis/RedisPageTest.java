package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.server.RedisShared;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The code on the page about Redis. */
class RedisPageTest {

    /** The page gives a command one second, which a busy machine may take. */
    @Test
    void aClientOfOnesOwn() {
        assertThat(Expect.patient(RedisPageTest::connectAndDescribe)).contains("Redis");
    }

    private static String connectAndDescribe() {
        RedisURI uri = RedisURI.create(RedisShared.uri());
        // snippet redis-client
        RedisClient client = RedisClient.create();
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(100_000)
                .timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(1)))
                .build());
        RedisStore store = RedisStore.builder(client, uri).prefix("shop").connect();
        // end
        String description = store.toString();
        store.close();
        client.shutdown();
        return description;
    }
}
