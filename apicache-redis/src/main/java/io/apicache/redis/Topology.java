package io.apicache.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * How connections are made: to one server, to the master that Sentinel names, or to a cluster. The rest of the library does not know
 * which.
 *
 * <p><b>Thread-safety:</b> safe.
 */
interface Topology {

    /** {@return a new connection for commands, shared by all threads} */
    CompletionStage<Commands> connect();

    /** {@return a new connection that messages come in on} */
    CompletionStage<? extends StatefulRedisPubSubConnection<byte[], byte[]>> connectInbox();

    /** {@return whether there are connections that are made only when a command needs them} */
    boolean connectsWhenNeeded();

    /** {@return the threads and timers of the client} */
    ClientResources resources();

    /** {@return why the last attempt to connect again failed, or null if there is no such failure} */
    default @Nullable Throwable lastFailure() {
        return null;
    }

    /** Shuts the client down, if it is the library's own. */
    void close();

    /**
     * A connection and the commands on it.
     *
     * @param connection what is closed in the end
     * @param async the commands
     */
    record Commands(StatefulConnection<byte[], byte[]> connection, RedisClusterAsyncCommands<byte[], byte[]> async) {}

    /**
     * One server, or a master found through Sentinel.
     *
     * @param client the client
     * @param uri where to, with credentials
     * @param reconnects what becomes of connections that broke
     * @param whenClosed what is to be shut down
     */
    record Single(RedisClient client, RedisURI uri, Reconnects reconnects, Runnable whenClosed) implements Topology {

        Single(RedisClient client, RedisURI uri, Runnable whenClosed) {
            this(client, uri, new Reconnects(client.getResources()), whenClosed);
        }

        @Override
        public CompletionStage<Commands> connect() {
            return client.connectAsync(ByteArrayCodec.INSTANCE, uri)
                    .thenApply(connection -> new Commands(connection, connection.async()));
        }

        @Override
        public CompletionStage<? extends StatefulRedisPubSubConnection<byte[], byte[]>> connectInbox() {
            return client.connectPubSubAsync(ByteArrayCodec.INSTANCE, uri);
        }

        @Override
        public boolean connectsWhenNeeded() {
            return false;
        }

        @Override
        public ClientResources resources() {
            return client.getResources();
        }

        @Override
        public @Nullable Throwable lastFailure() {
            return reconnects.failure();
        }

        @Override
        public void close() {
            Safely.run(reconnects::close);
            whenClosed.run();
        }

        /** {@return no address: there may be a user name in it} */
        @Override
        public String toString() {
            return "Single";
        }
    }

    /**
     * A cluster. A message published on any node reaches every node, so one inbox at one of them is enough.
     *
     * @param client the client
     * @param reconnects what becomes of connections that broke
     * @param whenClosed what is to be shut down
     */
    record Cluster(RedisClusterClient client, Reconnects reconnects, Runnable whenClosed) implements Topology {

        Cluster(RedisClusterClient client, Runnable whenClosed) {
            this(client, new Reconnects(client.getResources()), whenClosed);
        }

        @Override
        public CompletionStage<Commands> connect() {
            return client.refreshPartitionsAsync()
                    .thenCompose(known -> client.connectAsync(ByteArrayCodec.INSTANCE))
                    .thenCompose(connection ->
                            toEachMaster(connection).thenApply(ready -> new Commands(connection, connection.async())));
        }

        /** Connects to every master now, so that no first call has to wait for it. One that is away is left for later. */
        private static CompletionStage<Void> toEachMaster(StatefulRedisClusterConnection<byte[], byte[]> connection) {
            return CompletableFuture.allOf(connection.getPartitions().stream()
                    .filter(node ->
                            node.is(NodeFlag.UPSTREAM) && !node.getSlots().isEmpty())
                    .map(node -> connection
                            .getConnectionAsync(
                                    node.getUri().getHost(), node.getUri().getPort())
                            .exceptionally(away -> null))
                    .toArray(CompletableFuture[]::new));
        }

        @Override
        public CompletionStage<? extends StatefulRedisPubSubConnection<byte[], byte[]>> connectInbox() {
            return client.refreshPartitionsAsync()
                    .thenCompose(known -> client.connectPubSubAsync(ByteArrayCodec.INSTANCE));
        }

        @Override
        public boolean connectsWhenNeeded() {
            return true;
        }

        @Override
        public ClientResources resources() {
            return client.getResources();
        }

        @Override
        public @Nullable Throwable lastFailure() {
            return reconnects.failure();
        }

        @Override
        public void close() {
            Safely.run(reconnects::close);
            whenClosed.run();
        }

        /** {@return no address: there may be a user name in it} */
        @Override
        public String toString() {
            return "Cluster";
        }
    }
}
