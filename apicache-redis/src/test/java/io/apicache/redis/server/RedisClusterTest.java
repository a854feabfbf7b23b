package io.apicache.redis.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("exhaustive")
class RedisClusterTest {

    private static RedisCluster cluster;

    @BeforeAll
    static void start() {
        long begin = System.nanoTime();
        cluster = RedisCluster.start(3, 1);
        System.out.println("Cluster of 3 + 3 after " + (System.nanoTime() - begin) / 1_000_000 + " ms");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void everyMasterServesItsShareAndHasAReplica() {
        assertThat(cluster.nodes()).hasSize(6);
        assertThat(cluster.masters()).hasSize(3);
        for (RedisProcess master : cluster.masters()) {
            assertThat(master.info("replication")).containsEntry("connected_slaves", "1");
        }
        assertThat(cluster.masterOf(0)).isNotEqualTo(cluster.masterOf(16383));
        assertThat(cluster.uris()).hasSize(6).contains(cluster.uri());
    }

    @Test
    void aClientFindsItsWay() {
        RedisClusterClient client = RedisClusterClient.create(RedisURI.create(cluster.uri()));
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            for (int i = 0; i < 20; i++) {
                connection.sync().set("client:" + i, "" + i);
            }

            assertThat(cluster.masterOf("client:7").command("GET", "client:7")).isEqualTo("7");
            assertThat(cluster.keysWithoutTtl()).contains("client:1", "client:2", "client:19");
        } finally {
            client.shutdown();
        }
    }

    @Test
    void aReplicaTakesOverInGoodOrder() {
        RedisProcess before = cluster.masterOf("failover");
        before.command("SET", "failover", "kept");

        RedisProcess after = cluster.failover("failover");

        assertThat(after).isNotEqualTo(before).isEqualTo(cluster.masterOf("failover"));
        assertThat(after.command("GET", "failover")).isEqualTo("kept");
        assertThat(before.info("replication")).containsEntry("role", "slave");
    }

    @Test
    void aReplicaTakesOverFromADeadMaster() {
        cluster.masterOf("kill").command("SET", "kill", "kept");
        cluster.masterOf("kill").command("WAIT", "1", "60000");

        long begin = System.nanoTime();
        RedisProcess dead = cluster.killMaster("kill");
        cluster.awaitSettled();
        System.out.println("Failover after a kill: " + (System.nanoTime() - begin) / 1_000_000 + " ms");

        assertThat(cluster.masterOf("kill")).isNotEqualTo(dead);
        assertThat(cluster.masterOf("kill").command("GET", "kill")).isEqualTo("kept");
        assertThat(cluster.masters()).hasSize(3);
        dead.restart();
        cluster.awaitSettled();
        assertThat(cluster.replicasOf(RedisCluster.slotOf("kill"))).containsExactly(dead);
    }

    @Test
    void aSlotMovesWithItsKeys() {
        int slot = RedisCluster.slotOf("{move}");
        RedisProcess from = cluster.masterOf(slot);
        RedisProcess to = cluster.masters().stream()
                .filter(master -> master != from)
                .findFirst()
                .orElseThrow();
        for (int i = 0; i < 250; i++) {
            from.command("SET", "{move}" + i, "" + i, "PX", "60000");
        }

        cluster.startMove(slot, from, to);

        assertThatThrownBy(() -> from.command("GET", "{move}absent"))
                .hasMessage("ASK " + slot + " 127.0.0.1:" + to.port());
        cluster.endMove(slot, from, to);
        assertThatThrownBy(() -> from.command("GET", "{move}0")).hasMessageStartingWith("MOVED " + slot);
        assertThat(to.command("GET", "{move}249")).isEqualTo("249");
        assertThat(cluster.masterOf(slot)).isEqualTo(to);
        assertThat(cluster.keysWithoutTtl()).noneMatch(key -> key.startsWith("{move}"));
        cluster.moveSlot(slot, to, from);
        assertThat(from.command("GET", "{move}249")).isEqualTo("249");
    }
}
