package io.apicache.redis;

import io.apicache.redis.Topology.Commands;
import io.apicache.spi.Time;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The connection that commands go out on. Lettuce reconnects one that was closed; one that is silently dead, or that leads to a
 * server which has become a replica, is replaced here.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Link {

    private static final int TIMEOUTS_IN_A_ROW = 3;

    /** So long do time-outs in a cluster count, in which other nodes go on answering. */
    private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** A server that has only just been connected to and takes no writes is left alone for so long. */
    private static final long READ_ONLY_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A node of a cluster that is new to the client refuses commands until its connection stands. */
    private static final long AGAIN_AFTER_MILLIS = 10;

    /** Lettuce reconnects within half a second, once the server is there. */
    private static final long DISCONNECTED_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Topology topology;
    private final Time time;
    private final long patienceNanos;
    private final AtomicInteger timeouts = new AtomicInteger();
    private volatile long firstTimeout;
    private final AtomicBoolean replacing = new AtomicBoolean();
    private volatile Commands current;
    private volatile long replacedAt;
    private volatile ServerInfo server;
    private volatile boolean disconnected;
    private volatile long disconnectedSince;
    private volatile boolean closed;

    /** Fails commands that wait to be sent once more. */
    private final Set<Runnable> givenUpAtTheEnd = ConcurrentHashMap.newKeySet();

    /**
     * How time goes by.
     *
     * @param time the clocks
     * @param patience how long a command may take
     */
    record Pace(Time time, Duration patience) {}

    Link(Topology topology, Commands first, ServerInfo server, Pace pace) {
        this.topology = topology;
        this.time = pace.time();
        this.patienceNanos = pace.patience().toNanos();
        this.current = first;
        this.replacedAt = time.nanoTime() - READ_ONLY_PATIENCE_NANOS;
        this.server = server;
    }

    /** {@return what is known of the server} */
    ServerInfo server() {
        return server;
    }

    /** Sends a command. {@return its reply, which comes on a thread of the client's} */
    <T> CompletionStage<T> send(Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
        CompletableFuture<T> reply = dispatch(command);
        if (topology.connectsWhenNeeded()) { // at once, or after a redirection
            CompletableFuture<T> result = new CompletableFuture<>();
            again(command, reply, time.nanoTime() + patienceNanos, result);
            return result;
        }
        return reply;
    }

    private <T> CompletableFuture<T> dispatch(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
        Commands used = current;
        RedisFuture<T> reply;
        try {
            reply = command.apply(used.async());
        } catch (Throwable e) { // a queue that is full, a slot without a node, no memory
            Safely.run(() -> observe(used, e));
            return CompletableFuture.failedFuture(explained(e));
        }
        return reply.handle((said, failure) -> {
                    Safely.run(() -> observe(used, failure));
                    if (failure != null) {
                        throw new CompletionException(explained(failure));
                    }
                    return said;
                })
                .toCompletableFuture();
    }

    /** {@return the failure; if there is no connection, with the reason why the client does not get one} */
    private Throwable explained(Throwable failure) {
        try {
            Throwable reason = RedisFailures.isNotConnected(failure) ? topology.lastFailure() : null;
            return reason == null ? failure : new NotConnectedException(RedisFailures.unwrap(failure), reason);
        } catch (Throwable e) { // no memory for it: the caller still gets an answer
            return failure;
        }
    }

    /** Sends a command once more that was refused, not executed, because its node was just being connected to. */
    private <T> void again(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command,
            CompletableFuture<T> refused,
            long deadline,
            CompletableFuture<T> result) {
        Safely.then(refused, result, (said, failure) -> {
            if (failure == null) {
                result.complete(said);
            } else if (deadline - time.nanoTime() < 0
                    || !RedisFailures.isNotConnected(failure)
                    || !isSentAgainLater(command, failure, deadline, result)) {
                result.completeExceptionally(failure);
            }
        });
    }

    private <T> boolean isSentAgainLater(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command,
            Throwable refusal,
            long deadline,
            CompletableFuture<T> result) {
        AtomicBoolean decided = new AtomicBoolean(); // a command whose caller was told that it is not sent is not sent
        Runnable giveUp = () -> {
            if (decided.compareAndSet(false, true)) {
                result.completeExceptionally(refusal);
            }
        };
        givenUpAtTheEnd.add(giveUp); // before the look: either this sees that it is closed, or close sees this
        boolean later = !closed
                && later(AGAIN_AFTER_MILLIS, () -> {
                    givenUpAtTheEnd.remove(giveUp);
                    if (decided.compareAndSet(false, true)) {
                        again(command, dispatch(command), deadline, result);
                    }
                });
        if (!later) {
            givenUpAtTheEnd.remove(giveUp);
        }
        return later;
    }

    /** {@return false if it will not run: the client was shut down, or there is no memory} */
    private boolean later(long millis, Runnable task) {
        try {
            var unused = topology.resources().eventExecutorGroup().schedule(task, millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (Throwable e) {
            return false;
        }
    }

    private void observe(Commands used, @Nullable Throwable failure) {
        if (failure == null) {
            disconnected = false;
            // In a cluster this may be another node than the one that is silent.
            if (timeouts.get() != 0 && !topology.connectsWhenNeeded()) {
                timeouts.set(0);
            }
        } else if (RedisFailures.isTimeout(failure)) {
            if (current.equals(used) && countTimeout(time.nanoTime()) >= TIMEOUTS_IN_A_ROW) {
                replace(used);
            }
        } else if (RedisFailures.isNotConnected(failure)) {
            observeDisconnected(used, time.nanoTime());
        } else if ("READONLY".equals(RedisFailures.code(failure))
                && time.nanoTime() - replacedAt > READ_ONLY_PATIENCE_NANOS) {
            replace(used); // the master is elsewhere by now, perhaps
        }
    }

    /** Lettuce reconnects by itself, unless what does it has died. */
    private void observeDisconnected(Commands used, long now) {
        if (!disconnected) {
            disconnectedSince = now;
            disconnected = true;
        } else if (now - disconnectedSince > DISCONNECTED_PATIENCE_NANOS) {
            disconnectedSince = now;
            replace(used);
        }
    }

    private int countTimeout(long now) {
        if (timeouts.get() == 0 || (topology.connectsWhenNeeded() && now - firstTimeout > REMEMBERED_NANOS)) {
            firstTimeout = now;
            timeouts.set(0);
        }
        return timeouts.incrementAndGet();
    }

    private void replace(Commands broken) {
        if (closed || !current.equals(broken) || !replacing.compareAndSet(false, true)) {
            return;
        }
        try {
            var unused =
                    Safely.call(topology::connect).whenComplete((fresh, failure) -> replaced(broken, fresh, failure));
        } catch (Throwable e) { // no memory for it now: the next failure tries again
            replacing.set(false);
            throw e;
        }
    }

    private void replaced(Commands broken, @Nullable Commands fresh, @Nullable Throwable failure) {
        try {
            if (fresh != null && failure == null) {
                timeouts.set(0);
                replacedAt = time.nanoTime();
                current = fresh;
                retire(broken);
                if (closed) {
                    var ignored = fresh.connection().closeAsync();
                }
            }
        } finally {
            replacing.set(false);
        }
    }

    /** Closes a connection when what is under way on it has been answered, or has timed out. */
    private void retire(Commands old) {
        Runnable close = () -> {
            var unused = old.connection().closeAsync();
        };
        if (!later(TimeUnit.NANOSECONDS.toMillis(patienceNanos), close)) {
            close.run();
        }
    }

    /** {@return when it is closed} */
    CompletableFuture<Void> close() {
        closed = true;
        givenUpAtTheEnd.forEach(Runnable::run); // the client's threads end, and may not send them
        givenUpAtTheEnd.clear();
        return current.connection().closeAsync();
    }
}
