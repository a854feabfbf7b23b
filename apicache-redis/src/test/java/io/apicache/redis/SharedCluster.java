package io.apicache.redis;

import io.apicache.redis.server.RedisCluster;
import io.apicache.redis.server.RedisProcess;
import java.util.List;

/** The one cluster that the contracts share: three masters with a replica each. It ends with the JVM. */
final class SharedCluster {

    /** A machine that stands still for a moment is no reason for a replica to take over, and to lose what it had not heard of. */
    private static final RedisCluster CLUSTER =
            RedisCluster.start(3, 1, "--cluster-node-timeout", "30000", "--cluster-replica-no-failover", "yes");

    private SharedCluster() {}

    static String uri() {
        return CLUSTER.uri();
    }

    static List<RedisProcess> masters() {
        return CLUSTER.masters();
    }

    static List<String> keysWithoutTtl() {
        return CLUSTER.keysWithoutTtl();
    }
}
