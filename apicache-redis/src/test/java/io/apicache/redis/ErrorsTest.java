package io.apicache.redis;

import static io.apicache.redis.Expect.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.apicache.redis.server.RedisProcess;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Store.Registration;
import io.apicache.spi.Stored;
import io.apicache.spi.Time;
import io.apicache.spi.Token;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.api.async.RedisPubSubAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import io.netty.util.concurrent.EventExecutorGroup;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every call out of the store throws in turn: into the client, the clock, the client's timers, and listeners. A real server answers. */
@SuppressWarnings("ReferenceEquality") // a proxy equals itself
class ErrorsTest {

    private static final int CALLS = 60;
    private static RedisProcess redis;

    private final Faults faults = new Faults();
    private final Set<Key> notified = ConcurrentHashMap.newKeySet();
    private final AtomicInteger missed = new AtomicInteger();
    private Runnable upkeep;
    private RedisStore store;
    private RedisStore other;
    private final String unique = "id-" + UUID.randomUUID();
    private int keys;

    @BeforeAll
    static void startServer() {
        redis = RedisProcess.start();
    }

    @AfterAll
    static void stopServer() {
        redis.close();
    }

    @BeforeEach
    void open() {
        Topology real = OwnClient.single(RedisURI.create(redis.uri()), Duration.ofSeconds(4), 20_000_000);
        store = new RedisStore.Builder((settings, cluster) -> new FaultyTopology(real))
                .time(faults)
                .commandTimeout(Duration.ofSeconds(4))
                .connect();
        Registration broken = store.hints(new Listener(true));
        Registration whole = store.hints(new Listener(false));
        assertThat(List.of(broken, whole)).doesNotContainNull();
        other = RedisStore.builder(redis.uri())
                .commandTimeout(Duration.ofSeconds(4))
                .connect();
    }

    @AfterEach
    void close() {
        store.close();
        other.close();
    }

    static List<Supplier<Throwable>> errors() {
        return List.of(
                () -> new OutOfMemoryError("planted"),
                () -> new StackOverflowError("planted"),
                () -> new NoClassDefFoundError("planted"),
                () -> new RejectedExecutionException("planted"),
                () -> new IllegalStateException("planted"));
    }

    private Key nextKey() {
        return new Key("errors", unique + "-" + ++keys);
    }

    private static Attempt attempt() {
        return new Attempt(AttemptId.next(), null, Duration.ofMinutes(1));
    }

    /** {@return what the stage was completed with, or null if that was a failure; one that is not completed fails the test} */
    private static <T> T ended(Supplier<CompletionStage<T>> call) {
        CompletableFuture<T> stage;
        try {
            stage = call.get().toCompletableFuture();
        } catch (Throwable planted) {
            return null;
        }
        try {
            return stage.get(Expect.LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("a stage was never completed", e);
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            return null;
        }
    }

    /** Every move, with an Error somewhere. Each stage ends. */
    private void everyMove() {
        Key key = nextKey();
        Claimed<byte[]> claimed = ended(() -> store.claim(key, attempt()));
        Token token = claimed instanceof Granted<byte[]> granted ? granted.token() : new Token(1, AttemptId.next());
        ended(() -> store.join(key, attempt()));
        ended(() -> store.renew(key, token, Duration.ofMinutes(1)));
        ended(() -> store.handle(key, token, new byte[keys % 2 == 0 ? 10 : 10_000], Duration.ofMinutes(1)));
        ended(() -> store.claim(key, attempt()));
        ended(() -> store.peek(key));
        ended(() -> store.invalidate(key));
        ended(() -> store.release(key, token.owner()));
        assertThatCode(upkeep::run).as("a timer's task").doesNotThrowAnyException();
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(Expect.LONG.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** Claims, stores, replays, and is notified, as if nothing had been. */
    private void assertWorks() {
        eventually("claims again", () -> {
            try {
                return await(store.claim(nextKey(), attempt())) instanceof Granted;
            } catch (CompletionException e) {
                return false;
            }
        });
        Key key = nextKey();
        Granted<byte[]> owner = (Granted<byte[]>) await(store.claim(key, attempt()));
        assertThat(await(store.handle(key, owner.token(), new byte[1], Duration.ofMinutes(1))))
                .isInstanceOf(Stored.Accepted.class);
        assertThat(await(store.claim(key, attempt()))).isInstanceOf(Handled.class);
        eventually("notified again", () -> {
            upkeep.run();
            Key joined = nextKey();
            Granted<byte[]> elsewhere = (Granted<byte[]>) await(other.claim(joined, attempt()));
            await(store.join(joined, attempt()));
            await(other.handle(joined, elsewhere.token(), new byte[1], Duration.ofMinutes(1)));
            await(store.peek(joined)); // a round trip, in which the message comes
            return notified.contains(joined);
        });
    }

    @ParameterizedTest
    @MethodSource("errors")
    @DisplayName("E1 whatever the client or the clock throws, and wherever: every stage ends, and the store works on")
    void everyCallThrows(Supplier<Throwable> error) {
        for (int call = 1; call <= CALLS; call++) {
            faults.arm(call, error);
            everyMove();
            faults.disarm();
            assertThat(await(store.claim(nextKey(), attempt()))).isInstanceOf(Granted.class);
        }
        assertWorks();
    }

    @ParameterizedTest
    @MethodSource("errors")
    @DisplayName("E1 whatever the client's replies fail with: every stage ends, and the store works on")
    void everyReplyFails(Supplier<Throwable> error) {
        for (int call = 1; call <= CALLS; call++) {
            faults.armReplies(call, error);
            everyMove();
            faults.disarm();
            assertThat(await(store.claim(nextKey(), attempt()))).isInstanceOf(Granted.class);
        }
        assertWorks();
    }

    @ParameterizedTest
    @MethodSource("errors")
    @DisplayName("E1 W1 a connection for messages that cannot be made, or not listened to, is made again")
    void theInboxIsMadeAgain(Supplier<Throwable> error) {
        for (int call = 1; call <= 6; call++) {
            redis.command("CLIENT", "KILL", "TYPE", "pubsub");
            faults.arm(call, error);
            for (int i = 0; i < 3; i++) {
                assertThatCode(upkeep::run).doesNotThrowAnyException();
            }
            faults.disarm();
        }
        assertWorks();
    }

    @Test
    @DisplayName("E1 W1 a listener that throws keeps nothing from the others")
    void listeners() {
        assertWorks();
        int before = missed.get();
        redis.command("CLIENT", "KILL", "TYPE", "pubsub");
        eventually("subscribed again", () -> missed.get() > before);
        assertWorks();
    }

    /** Notes what it is notified of, or throws. */
    private final class Listener implements Hints<byte[]> {
        private final boolean broken;

        Listener(boolean broken) {
            this.broken = broken;
        }

        private void breaks() {
            if (broken) {
                throw new OutOfMemoryError("planted");
            }
        }

        @Override
        public void changed(Key key) {
            breaks();
        }

        @Override
        public void handled(Key key, Handled<byte[]> record) {
            breaks();
            notified.add(key);
        }

        @Override
        public void missed() {
            breaks();
            missed.incrementAndGet();
        }
    }

    /** Counts calls out of the store, and lets one of them throw. */
    private static final class Faults implements Time {
        private int callsLeft;
        private boolean replies;
        private Supplier<Throwable> error;

        synchronized void arm(int call, Supplier<Throwable> planted) {
            callsLeft = call;
            error = planted;
            replies = false;
        }

        synchronized void armReplies(int call, Supplier<Throwable> planted) {
            arm(call, planted);
            replies = true;
        }

        synchronized void disarm() {
            callsLeft = 0;
        }

        private synchronized Throwable due(boolean reply) {
            return reply == replies && callsLeft > 0 && --callsLeft == 0 ? error.get() : null;
        }

        void call() {
            Throwable due = due(false);
            if (due instanceof Error e) {
                throw e;
            } else if (due != null) {
                throw (RuntimeException) due;
            }
        }

        @Override
        public long nanoTime() {
            call();
            return Time.system().nanoTime();
        }

        @Override
        public Instant instant() {
            call();
            return Time.system().instant();
        }

        /** {@return the object, whose methods may throw or return what has failed} */
        <T> T around(Class<T> type, Object to) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
                        if (method.getDeclaringClass().equals(Object.class)) {
                            return method.getName().equals("equals") ? proxy == args[0] : method.invoke(to, args);
                        }
                        return invoke(to, method, args);
                    }));
        }

        @SuppressWarnings("FutureReturnValueIgnored") // it is returned
        private Object invoke(Object to, Method method, Object[] args) throws Throwable {
            call();
            if (CompletionStage.class.isAssignableFrom(method.getReturnType())
                    && !method.getName().startsWith("close")) {
                Throwable due = due(true);
                if (due != null) {
                    AsyncCommand<byte[], byte[], String> failed = new AsyncCommand<>(
                            new Command<>(CommandType.PING, new StatusOutput<>(ByteArrayCodec.INSTANCE)));
                    failed.completeExceptionally(due);
                    return failed;
                }
            }
            try {
                return method.invoke(to, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    /** Hands out connections and timers through which faults come in. */
    private final class FaultyTopology implements Topology {
        private final Topology real;

        FaultyTopology(Topology real) {
            this.real = real;
        }

        @Override
        @SuppressWarnings("unchecked")
        public CompletionStage<Commands> connect() {
            faults.call();
            return real.connect()
                    .thenApply(made -> new Commands(made.connection(), (RedisClusterAsyncCommands<byte[], byte[]>)
                            faults.around(RedisClusterAsyncCommands.class, made.async())));
        }

        @Override
        @SuppressWarnings("unchecked")
        public CompletionStage<? extends StatefulRedisPubSubConnection<byte[], byte[]>> connectInbox() {
            faults.call();
            return real.connectInbox()
                    .thenApply(made -> (StatefulRedisPubSubConnection<byte[], byte[]>) Proxy.newProxyInstance(
                            getClass().getClassLoader(),
                            new Class<?>[] {StatefulRedisPubSubConnection.class},
                            (proxy, method, args) -> switch (method.getName()) {
                                case "equals" -> proxy == args[0];
                                case "async" -> faults.around(RedisPubSubAsyncCommands.class, made.async());
                                default -> faults.invoke(made, method, args);
                            }));
        }

        @Override
        public boolean connectsWhenNeeded() {
            return real.connectsWhenNeeded();
        }

        @Override
        public ClientResources resources() {
            EventExecutorGroup timers = real.resources().eventExecutorGroup();
            EventExecutorGroup faulty = (EventExecutorGroup) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {EventExecutorGroup.class}, (proxy, method, args) -> {
                        if (method.getName().equals("scheduleWithFixedDelay")) {
                            upkeep = (Runnable) args[0];
                        }
                        return faults.invoke(timers, method, args);
                    });
            return (ClientResources) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {ClientResources.class},
                    (proxy, method, args) -> method.getName().equals("eventExecutorGroup")
                            ? faulty
                            : method.invoke(real.resources(), args));
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
