package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Store.Registration;
import io.apicache.spi.Time;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.api.async.RedisPubSubAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The connection for messages, when what should mend it is broken itself. */
@SuppressWarnings("ReferenceEquality") // a proxy equals itself
class InboxRecoveryTest {

    private final List<RedisPubSubListener<byte[], byte[]>> listeners = new ArrayList<>();
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger missed = new AtomicInteger();
    private boolean isOpen = true;
    private final Inbox inbox = new Inbox(
            new FakeTopology(), "ac:in:".getBytes(StandardCharsets.US_ASCII), Time.system()::nanoTime, record -> {
                throw new AssertionError("no messages here");
            });

    @BeforeEach
    void open() {
        Registration registration = inbox.hints(new Missed(missed));
        assertThat(registration).isNotNull();
        assertThat(inbox.open().toCompletableFuture()).isNotDone();
        subscribed();
        assertThat(inbox.open().toCompletableFuture()).isDone();
        subscribed();
        listeners.subList(0, listeners.size() - 1).clear();
        closed.set(0);
        missed.set(0);
    }

    private void subscribed() {
        listeners.get(listeners.size() - 1).subscribed(new byte[1], 1);
    }

    @Test
    @DisplayName("E1 W1 a connection that stays closed is made again, the old one closed, and every waiter looks again")
    void staysClosed() {
        isOpen = false;
        inbox.check();
        assertThat(listeners).hasSize(1);

        inbox.check();

        assertThat(listeners).hasSize(2);
        assertThat(closed).hasValue(1);
        assertThat(missed).hasValue(0);
        subscribed();
        assertThat(missed).hasValue(1);
    }

    @Test
    @DisplayName("E1 a connection that is open again in time is left alone")
    void opensAgain() {
        for (int i = 0; i < 10; i++) {
            isOpen = false;
            inbox.check();
            isOpen = true;
            inbox.check();
        }
        assertThat(listeners).hasSize(1);
    }

    @Test
    @DisplayName("Z1 a closed inbox is not made again")
    void closed() {
        assertThat(inbox.close()).isCompleted();
        isOpen = false;
        for (int i = 0; i < 5; i++) {
            inbox.check();
        }
        assertThat(listeners).hasSize(1);
    }

    /** Counts how often it is notified that messages may have been missed. */
    private record Missed(AtomicInteger times) implements Hints<byte[]> {
        @Override
        public void changed(Key key) {}

        @Override
        public void handled(Key key, Handled<byte[]> record) {}

        @Override
        public void missed() {
            times.incrementAndGet();
        }
    }

    private final class FakeTopology implements Topology {

        @Override
        public CompletionStage<Commands> connect() {
            throw new UnsupportedOperationException("no commands here");
        }

        @Override
        @SuppressWarnings("unchecked")
        public CompletionStage<? extends StatefulRedisPubSubConnection<byte[], byte[]>> connectInbox() {
            return CompletableFuture.completedFuture((StatefulRedisPubSubConnection<byte[], byte[]>)
                    Proxy.newProxyInstance(
                            getClass().getClassLoader(),
                            new Class<?>[] {StatefulRedisPubSubConnection.class},
                            (proxy, method, args) -> switch (method.getName()) {
                                case "equals" -> proxy == args[0];
                                case "hashCode" -> System.identityHashCode(proxy);
                                case "isOpen" -> isOpen;
                                case "addListener" ->
                                    args[0] instanceof RedisPubSubListener<?, ?>
                                            && listeners.add((RedisPubSubListener<byte[], byte[]>) args[0]);
                                case "async" -> commands();
                                case "closeAsync" -> {
                                    closed.incrementAndGet();
                                    yield CompletableFuture.completedFuture(null);
                                }
                                default -> throw new UnsupportedOperationException(method.getName());
                            }));
        }

        private Object commands() {
            return Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {RedisPubSubAsyncCommands.class},
                    (proxy, method, args) -> completed());
        }

        private RedisFuture<String> completed() {
            AsyncCommand<byte[], byte[], String> reply =
                    new AsyncCommand<>(new Command<>(CommandType.PING, new StatusOutput<>(ByteArrayCodec.INSTANCE)));
            reply.complete();
            return reply;
        }

        @Override
        public boolean connectsWhenNeeded() {
            return false;
        }

        @Override
        public ClientResources resources() {
            throw new UnsupportedOperationException("no timers here");
        }

        @Override
        public void close() {}
    }
}
