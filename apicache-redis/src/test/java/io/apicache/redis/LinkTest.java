package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.Topology.Commands;
import io.apicache.spi.Time;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a connection is given up that answers nothing. */
class LinkTest {

    private final ClientResources resources = DefaultClientResources.create();

    @AfterEach
    void close() {
        resources.shutdown().awaitUninterruptibly();
    }

    private static Link over(FakeTopology topology) {
        return new Link(
                topology,
                topology.commands(),
                new ServerInfo(7, 2, false, false),
                new Link.Pace(Time.system(), Duration.ofMillis(50)));
    }

    private static AsyncCommand<byte[], byte[], String> command() {
        return new AsyncCommand<>(new Command<>(CommandType.PING, new StatusOutput<>(ByteArrayCodec.INSTANCE)));
    }

    private static void send(Link link, boolean answered) {
        var unused = link.send(commands -> {
            AsyncCommand<byte[], byte[], String> reply = command();
            if (answered) {
                reply.complete();
            } else {
                reply.completeExceptionally(new RedisCommandTimeoutException("planted"));
            }
            return (RedisFuture<String>) reply;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("W2 three time-outs in a row are a dead connection")
    void threeInARow(boolean cluster) {
        FakeTopology topology = new FakeTopology(cluster);
        Link link = over(topology);

        send(link, false);
        send(link, false);
        assertThat(topology.connections).isZero();
        send(link, false);

        assertThat(topology.connections).isOne();
    }

    @Test
    @DisplayName("W2 a server that goes on answering is not given up for single time-outs")
    void aServerThatAnswers() {
        FakeTopology topology = new FakeTopology(false);
        Link link = over(topology);

        for (int i = 0; i < 10; i++) {
            send(link, false);
            send(link, true);
        }

        assertThat(topology.connections).isZero();
    }

    @Test
    @DisplayName("W2 the connection to one node of a cluster is given up although the others answer")
    void oneNodeOfSeveral() {
        FakeTopology topology = new FakeTopology(true);
        Link link = over(topology);

        for (int i = 0; i < 3; i++) {
            send(link, false);
            send(link, true);
        }

        assertThat(topology.connections).isOne();
    }

    @Test
    @DisplayName("W2 what times out on a connection that was given up does not count against the new one")
    void leftovers() {
        FakeTopology topology = new FakeTopology(true);
        Link link = over(topology);
        List<AsyncCommand<byte[], byte[], String>> open = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            AsyncCommand<byte[], byte[], String> reply = command();
            open.add(reply);
            var unused = link.send(commands -> (RedisFuture<String>) reply);
        }

        open.forEach(reply -> reply.completeExceptionally(new RedisCommandTimeoutException("planted")));
        send(link, false);
        send(link, false);

        assertThat(topology.connections).isOne();
    }

    @Test
    @DisplayName("W2 Z1 a command that was to be sent once more ends when the store is closed")
    void aCommandThatWaitsToBeSentAgain() {
        EventExecutorGroup paused = resources.eventExecutorGroup();
        CountDownLatch goOn = new CountDownLatch(1);
        for (EventExecutor each : paused) {
            var unused = each.submit(() -> goOn.await(60, TimeUnit.SECONDS)); // nothing is sent again before close
        }
        Link link = over(new FakeTopology(true));
        CompletableFuture<String> answer = link.<String>send(commands -> {
                    AsyncCommand<byte[], byte[], String> reply = command();
                    reply.completeExceptionally(new RedisException("Currently not connected. Commands are rejected."));
                    return (RedisFuture<String>) reply;
                })
                .toCompletableFuture();
        assertThat(answer).isNotDone();

        var ignored = link.close();

        assertThat(answer).isCompletedExceptionally();
        goOn.countDown();
    }

    /** Counts connections, and makes none. */
    private final class FakeTopology implements Topology {
        private final boolean cluster;
        private int connections;

        FakeTopology(boolean cluster) {
            this.cluster = cluster;
        }

        @SuppressWarnings("unchecked")
        Commands commands() {
            return new Commands(fake(StatefulConnection.class), (RedisClusterAsyncCommands<byte[], byte[]>)
                    fake(RedisClusterAsyncCommands.class));
        }

        private static <T> T fake(Class<T> type) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(),
                    new Class<?>[] {type},
                    (proxy, method, args) ->
                            method.getName().equals("closeAsync") ? CompletableFuture.completedFuture(null) : null));
        }

        @Override
        public CompletionStage<Commands> connect() {
            connections++;
            return CompletableFuture.completedFuture(commands());
        }

        @Override
        public CompletionStage<? extends StatefulRedisPubSubConnection<byte[], byte[]>> connectInbox() {
            throw new UnsupportedOperationException("no messages here");
        }

        @Override
        public boolean connectsWhenNeeded() {
            return cluster;
        }

        @Override
        public ClientResources resources() {
            return resources;
        }

        @Override
        public void close() {}
    }
}
