package io.apicache.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client set up the way this protocol wants it. Lettuce by default sends a command again when its connection broke, so that it may run
 * twice, waits for a minute and queues without bound; here a command runs at most once, and its fate is known soon or known to be
 * unknown.
 */
final class OwnClient {

    /** What waits for the server at one time; more is refused, not piled up. */
    private static final int REQUEST_QUEUE = 100_000;

    private static final int FLUSH_AFTER = 256;
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(30);
    static final long SHUTDOWN_MILLIS = 2_000;

    private static final Logger LOG = System.getLogger(RedisStore.class.getName());

    private OwnClient() {}

    /**
     * Reads an address. What cannot be read may be a password that was not escaped, so nothing of it is repeated, and neither is the
     * message of the parser.
     *
     * @throws IllegalArgumentException if it cannot be read
     */
    static RedisURI uri(String text) {
        RedisURI uri = null;
        try {
            uri = RedisURI.create(text);
        } catch (RuntimeException e) {
            LOG.log(Level.TRACE, "a Redis URI could not be read: {0}", e.getClass());
        }
        if (uri == null || (uri.getSentinels().isEmpty() && uri.getSocket() == null && isBlank(uri.getHost()))) {
            throw new IllegalArgumentException(
                    "the Redis URI cannot be read: redis://user:password@host:port/database, rediss://... or"
                            + " redis-sentinel://host1,host2/database#master are accepted, and in user names and passwords"
                            + " every character but letters and digits is escaped by its code, such as %40 for @");
        }
        return uri;
    }

    /** {@return the same address; its provider of credentials is asked again for every connection} */
    static RedisURI copyOf(RedisURI uri) {
        if (uri.getSentinels().isEmpty()) {
            return RedisURI.builder(uri).build();
        }
        RedisURI.Builder copy = RedisURI.builder()
                .withSentinelMasterId(uri.getSentinelMasterId())
                .withAuthentication(uri)
                .withSsl(uri)
                .withDatabase(uri.getDatabase());
        uri.getSentinels().forEach(copy::withSentinel);
        if (uri.getClientName() != null) {
            copy.withClientName(uri.getClientName());
        }
        return copy.build();
    }

    private static boolean isBlank(@Nullable String text) {
        return text == null || text.isBlank();
    }

    static Topology single(RedisURI uri, Duration commandTimeout, int longestRecord) {
        ClientResources resources = resources(longestRecord);
        RedisClient client = RedisClient.create(resources);
        client.setOptions(options(ClientOptions.builder(), commandTimeout).build());
        return new Topology.Single(client, uri, () -> shutDown(client, resources));
    }

    static Topology cluster(RedisURI uri, Duration commandTimeout, int longestRecord) {
        ClientResources resources = resources(longestRecord);
        RedisClusterClient client = RedisClusterClient.create(resources, List.of(uri));
        ClusterClientOptions.Builder builder = ClusterClientOptions.builder();
        options(builder, commandTimeout);
        client.setOptions(builder.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(TOPOLOGY_REFRESH)
                        .adaptiveRefreshTriggersTimeout(Duration.ofSeconds(1))
                        .build())
                .build());
        return new Topology.Cluster(client, () -> shutDown(client, resources));
    }

    private static <B extends ClientOptions.Builder> B options(B builder, Duration commandTimeout) {
        builder.autoReconnect(true)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(REQUEST_QUEUE)
                .timeoutOptions(TimeoutOptions.enabled(commandTimeout))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(CONNECT_TIMEOUT)
                        .keepAlive(true)
                        .tcpNoDelay(true)
                        .build());
        LaterOptions.set(builder);
        return builder;
    }

    private static ClientResources resources(int longestRecord) {
        return ClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .reconnectDelay(
                        Delay.equalJitter(Duration.ofMillis(10), Duration.ofMillis(500), 20, TimeUnit.MILLISECONDS))
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        channel.pipeline().addFirst(new FlushConsolidationHandler(FLUSH_AFTER, true));
                        ReplyGuard.install(channel, longestRecord);
                    }
                })
                .build();
    }

    /** Ends the client's threads. A thread that was interrupted before waits as well: Lettuce would leave them running, and fail. */
    private static void shutDown(AbstractRedisClient client, ClientResources resources) {
        boolean interrupted = Thread.interrupted();
        try {
            Safely.run(() -> client.shutdown(0, SHUTDOWN_MILLIS, TimeUnit.MILLISECONDS));
            var unused = resources
                    .shutdown(0, SHUTDOWN_MILLIS, TimeUnit.MILLISECONDS)
                    .awaitUninterruptibly(SHUTDOWN_MILLIS);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
