package io.apicache.redis.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("exhaustive")
class RedisSentinelTest {

    @Test
    void aReplicaBecomesTheMasterThatClientsFind() {
        long begin = System.nanoTime();
        try (RedisSentinel group = RedisSentinel.start(1)) {
            System.out.println("Sentinel after " + (System.nanoTime() - begin) / 1_000_000 + " ms");
            assertThat(portThatClientsFind(group))
                    .isEqualTo(group.nodes().get(0).port());

            long killed = System.nanoTime();
            RedisProcess dead = group.killMaster();
            group.awaitSettled();
            System.out.println("Sentinel failover: " + (System.nanoTime() - killed) / 1_000_000 + " ms");

            assertThat(group.master()).isEqualTo(group.nodes().get(1)).isNotEqualTo(dead);
            assertThat(portThatClientsFind(group)).isEqualTo(group.master().port());
            group.revive(dead);
            assertThat(dead.info("replication")).containsEntry("role", "slave");
        }
    }

    private static int portThatClientsFind(RedisSentinel group) {
        RedisURI uri = RedisURI.create(group.uri());
        assertThat(uri.getSentinels()).hasSize(group.sentinels().size());
        assertThat(uri.getSentinelMasterId()).isEqualTo(RedisSentinel.MASTER_NAME);
        RedisClient client = RedisClient.create(uri);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            String info = connection.sync().info("server");
            int at = info.indexOf("tcp_port:") + "tcp_port:".length();
            return Integer.parseInt(info.substring(at, info.indexOf('\r', at)));
        } finally {
            client.shutdown();
        }
    }
}
