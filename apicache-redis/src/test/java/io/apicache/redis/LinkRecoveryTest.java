package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.tck.ManualTime;
import io.lettuce.core.RedisCommandExecutionException;
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
import io.netty.util.concurrent.EventExecutorGroup;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The connection for commands, when what should mend it is broken itself. */
@SuppressWarnings("ReferenceEquality") // a proxy equals itself
class LinkRecoveryTest {

    private final ManualTime time = new ManualTime();
    private final FakeTopology topology = new FakeTopology();
    private final Link link = new Link(
            topology,
            topology.commands(),
            new ServerInfo(7, 2, false, false),
            new Link.Pace(time, Duration.ofSeconds(1)));

    private CompletionStage<String> send(@Nullable Throwable failure) {
        return link.send(commands -> {
            AsyncCommand<byte[], byte[], String> reply =
                    new AsyncCommand<>(new Command<>(CommandType.PING, new StatusOutput<>(ByteArrayCodec.INSTANCE)));
            if (failure == null) {
                reply.complete();
            } else {
                reply.completeExceptionally(failure);
            }
            return (RedisFuture<String>) reply;
        });
    }

    private void disconnected() {
        RedisException refused = new RedisException("Currently not connected. Commands are rejected.");
        assertThat(send(refused).toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    @DisplayName("E1 a connection that is not made again by itself for half a minute is replaced, and closed")
    void replacesWhatStaysBroken() {
        disconnected();
        time.advance(Duration.ofSeconds(30));
        disconnected();
        assertThat(topology.made).hasValue(0);

        time.advance(Duration.ofMillis(1));
        disconnected();

        assertThat(topology.made).hasValue(1);
        time.advance(Duration.ofSeconds(1));
        assertThat(topology.closed).hasValue(1);
        time.advance(Duration.ofSeconds(29));
        disconnected();
        assertThat(topology.made).hasValue(1);
    }

    private void readOnly() {
        RedisException refused =
                new RedisCommandExecutionException("READONLY You can't write against a read only replica.");
        assertThat(send(refused).toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    @DisplayName("W2 a connection to a server that has become a replica is replaced, and a new one is given a second")
    void aReplica() {
        time.advance(Duration.ofMillis(1));
        readOnly();
        assertThat(topology.made).hasValue(1);

        time.advance(Duration.ofSeconds(1));
        readOnly();
        assertThat(topology.made).hasValue(1);

        time.advance(Duration.ofMillis(1));
        readOnly();
        assertThat(topology.made).hasValue(2);
    }

    @Test
    @DisplayName("E1 a connection that comes and goes is left alone")
    void leavesAloneWhatComesBack() {
        for (int i = 0; i < 10; i++) {
            disconnected();
            time.advance(Duration.ofSeconds(20));
            assertThat(send(null).toCompletableFuture()).isCompleted();
            time.advance(Duration.ofSeconds(20));
        }
        assertThat(topology.made).hasValue(0);
    }

    @Test
    @DisplayName("E1 an attempt to replace a connection that fails, or throws, is made again")
    void triesAgain() {
        for (Throwable planted : new Throwable[] {
            new OutOfMemoryError("planted"), new RejectedExecutionException("planted"), new RedisException("planted")
        }) {
            topology.refusal = planted;
            int attempts = topology.attempts.get();
            for (int i = 1; i <= 3; i++) {
                time.advance(Duration.ofSeconds(31));
                disconnected();
                disconnected();
                time.advance(Duration.ofSeconds(31));
                disconnected();
                assertThat(topology.attempts).hasValueGreaterThanOrEqualTo(attempts + i);
            }
        }
        topology.refusal = null;
        time.advance(Duration.ofSeconds(31));
        disconnected();

        assertThat(topology.made).hasValue(1);
    }

    @Test
    @DisplayName("E1 the old connection is closed at once where no timer runs any more")
    void closesWithoutATimer() {
        topology.noTimers = true;
        disconnected();
        time.advance(Duration.ofSeconds(31));
        disconnected();

        assertThat(topology.made).hasValue(1);
        assertThat(topology.closed).hasValue(1);
    }

    @Test
    @DisplayName("E1 what a command throws when it is sent fails its stage")
    void aCommandThatThrows() {
        CompletionStage<String> reply = link.send(commands -> {
            throw new StackOverflowError("planted");
        });
        assertThatThrownBy(() -> reply.toCompletableFuture().get()).hasRootCauseInstanceOf(StackOverflowError.class);
    }

    /** Counts connections. */
    private final class FakeTopology implements Topology {
        private final AtomicInteger attempts = new AtomicInteger();
        private final AtomicInteger made = new AtomicInteger();
        private final AtomicInteger closed = new AtomicInteger();
        private @Nullable Throwable refusal;
        private boolean noTimers;

        @SuppressWarnings("unchecked")
        Commands commands() {
            return new Commands(fake(StatefulConnection.class), (RedisClusterAsyncCommands<byte[], byte[]>)
                    fake(RedisClusterAsyncCommands.class));
        }

        private <T> T fake(Class<T> type) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> switch (method.getName()) {
                        case "closeAsync" -> {
                            closed.incrementAndGet();
                            yield CompletableFuture.completedFuture(null);
                        }
                        case "equals" -> proxy == args[0];
                        case "hashCode" -> System.identityHashCode(proxy);
                        default -> null;
                    }));
        }

        @Override
        public CompletionStage<Commands> connect() {
            attempts.incrementAndGet();
            if (refusal instanceof Error e) {
                throw e;
            } else if (refusal instanceof RejectedExecutionException e) {
                throw e;
            } else if (refusal != null) {
                return CompletableFuture.failedFuture(refusal);
            }
            made.incrementAndGet();
            return CompletableFuture.completedFuture(commands());
        }

        @Override
        public CompletionStage<? extends StatefulRedisPubSubConnection<byte[], byte[]>> connectInbox() {
            throw new UnsupportedOperationException("no messages here");
        }

        @Override
        public boolean connectsWhenNeeded() {
            return false;
        }

        @Override
        public ClientResources resources() {
            EventExecutorGroup timers = (EventExecutorGroup) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {EventExecutorGroup.class}, (proxy, method, args) -> {
                        if (noTimers) {
                            throw new RejectedExecutionException("planted");
                        }
                        var unused = time.scheduler().schedule((Runnable) args[0], (Long) args[1], (TimeUnit) args[2]);
                        return null;
                    });
            return (ClientResources) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {ClientResources.class},
                    (proxy, method, args) -> timers);
        }

        @Override
        public void close() {}
    }
}
