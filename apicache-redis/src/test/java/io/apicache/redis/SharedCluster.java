package io.apicache.redis;

import io.apicache.redis.server.RedisCluster;
import io.apicache.redis.server.RedisProcess;
import java.util.List;

/** The one cluster that the contracts share: three masters with a replica each. It ends with the JVM. */
final class SharedCluster {

    private static final RedisCluster CLUSTER = RedisCluster.start(3, 1);

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
