package io.apicache.redis;

import io.apicache.ApiCacheException;
import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.WaitInterruptedException;
import io.apicache.redis.Topology.Commands;
import io.apicache.spi.Time;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens a store: makes the client, greets the server, reads its clock, subscribes, and tries everything once. Used by one thread. */
final class Connector {

    private static final Logger LOG = System.getLogger(RedisStore.class.getName());
    private static final long PATIENCE_SECONDS = 15;
    private static final int CLOCK_READINGS = 3;

    /** A connection that breaks while the store is opened is made again, all of it: nothing was done on it that counts. */
    private static final int ATTEMPTS = 3;

    private static final long AGAIN_WITHIN_SECONDS = 5;

    private static final long UPKEEP_SECONDS = 15;

    private final RedisStore.Builder settings;

    Connector(RedisStore.Builder settings) {
        this.settings = settings;
    }

    /**
     * The parts of a store that is open.
     *
     * @param topology how connections are made
     * @param link the connection for commands
     * @param inbox the connection for messages
     * @param moves the moves that do not wait
     * @param asking claim and join
     * @param upkeep what is done from time to time
     */
    record Opened(Topology topology, Link link, Inbox inbox, Moves moves, Asking asking, ScheduledFuture<?> upkeep) {

        /** Closes the two connections, and the client if it is the store's own. */
        void close() {
            try {
                upkeep.cancel(false);
                // Awaited, or the client would close them once more, and complain of it.
                awaitQuietly(CompletableFuture.allOf(closing(inbox::close), closing(link::close)));
            } finally {
                topology.close();
            }
        }

        private static CompletableFuture<Void> closing(Supplier<CompletableFuture<Void>> close) {
            return Safely.call(close).toCompletableFuture();
        }
    }

    /** Connects and tries everything, again if a connection breaks meanwhile. {@return the parts of a store that works} */
    Opened open() {
        long began = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            try {
                return openOnce();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WaitInterruptedException("interrupted while connecting to Redis", e);
            } catch (ExecutionException | TimeoutException e) {
                boolean late = System.nanoTime() - began >= TimeUnit.SECONDS.toNanos(AGAIN_WITHIN_SECONDS);
                if (attempt == ATTEMPTS || late || !RedisFailures.isBroken(e)) {
                    throw unavailable(e);
                }
            }
        }
    }

    private Opened openOnce() throws InterruptedException, ExecutionException, TimeoutException {
        Topology topology = settings.topologies.create(settings, false);
        @Nullable Commands commands = null;
        boolean handedOver = false;
        try {
            commands = connect(topology);
            ServerInfo server = greet(commands.async());
            if (server.cluster() && topology instanceof Topology.Single) {
                topology.close();
                topology = settings.topologies.create(settings, true);
                commands = connect(topology);
            }
            SelfTest.requireFit(server);
            Opened opened = open(topology, commands, server);
            handedOver = true;
            return tried(opened, commands.async());
        } finally {
            if (!handedOver) {
                if (commands != null) {
                    awaitQuietly(commands.connection().closeAsync());
                }
                topology.close();
            }
        }
    }

    private Opened open(Topology topology, Commands commands, ServerInfo server)
            throws InterruptedException, ExecutionException, TimeoutException {
        Time time = settings.time;
        ServerClock clock = new ServerClock(time);
        for (int i = 0; i < CLOCK_READINGS; i++) {
            clock.heard(ServerClock.micros(await(commands.async().time())));
        }
        Link link = new Link(topology, commands, server, new Link.Pace(time, settings.commandTimeout));
        Oversized oversized = new Oversized(settings.longestRecord(), time::nanoTime);
        Moves moves = new Moves(link, settings.layout, clock, new Moves.Sizes(settings.inlineLimit, oversized));
        Inbox inbox = new Inbox(topology, settings.layout.inboxes(), time::nanoTime, moves::present);
        boolean opened = false;
        try {
            await(inbox.open());
            Asking asking = new Asking(link, settings.layout, clock, moves, inbox);
            ScheduledFuture<?> upkeep = topology.resources()
                    .eventExecutorGroup()
                    .scheduleWithFixedDelay(
                            () -> keepUp(link, clock, inbox), UPKEEP_SECONDS, UPKEEP_SECONDS, TimeUnit.SECONDS);
            opened = true;
            return new Opened(topology, link, inbox, moves, asking, upkeep);
        } finally {
            if (!opened) {
                awaitQuietly(inbox.close());
            }
        }
    }

    private static void keepUp(Link link, ServerClock clock, Inbox inbox) {
        try {
            Safely.run(inbox::check);
            Safely.run(() -> {
                var unused = clock.ask(link);
            });
        } catch (Throwable e) {
            // No memory even to begin: this comes again, as long as it does not throw.
        }
    }

    /** Asks the server what it is. A service may not offer one or both of the commands for that. */
    private static ServerInfo greet(RedisClusterAsyncCommands<byte[], byte[]> commands)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return ServerInfo.of(await(ServerInfo.ask(commands)));
        } catch (ExecutionException e) {
            requireRefused(e);
        }
        try {
            return ServerInfo.ofInfo(await(commands.info()));
        } catch (ExecutionException e) {
            requireRefused(e);
            return ServerInfo.NOT_KNOWN;
        }
    }

    /** Goes on if it was the command that was refused, and nothing else is wrong. */
    private static void requireRefused(ExecutionException failure) throws ExecutionException {
        Throwable cause = RedisFailures.unwrap(failure);
        if (RedisFailures.missingCommand(cause) == null && RedisFailures.lackingPermission(cause) == null) {
            throw failure;
        }
    }

    private Opened tried(Opened opened, RedisClusterAsyncCommands<byte[], byte[]> commands)
            throws InterruptedException, ExecutionException, TimeoutException {
        boolean tried = false;
        try {
            SelfTest.tryEveryMove(new RedisStore(opened), longResponse());
            opened.inbox().forget(); // messages about the self-test may still be on their way
            warnOfEviction(commands);
            tried = true;
            return opened;
        } finally {
            if (!tried) {
                opened.close();
            }
        }
    }

    /** {@return the length of a response that is put beside its record and not sent along, if there may be one} */
    private int longResponse() {
        int longest = settings.longestRecord() - StoredRecord.HEADER;
        return Math.min(longest, Math.max(settings.inlineLimit, HandleCommands.THROUGH_SCRIPT) + 1);
    }

    private static void warnOfEviction(RedisClusterAsyncCommands<byte[], byte[]> commands)
            throws InterruptedException, TimeoutException {
        try {
            SelfTest.warnOfEviction(await(commands.info("memory")));
        } catch (ExecutionException e) {
            LOG.log(Level.DEBUG, "the eviction policy is not known: INFO was refused", ClientFailure.of(e));
        }
    }

    private static RuntimeException unavailable(Exception failure) {
        Throwable cause = RedisFailures.unwrap(failure);
        String lacking = found(cause, RedisFailures::lackingPermission);
        if (lacking != null) {
            return new IllegalStateException(
                    "the Redis user lacks a permission that is needed" + lacking
                            + "; docs/redis.md has the line for ACL SETUSER",
                    ClientFailure.of(cause));
        }
        String missing = found(cause, RedisFailures::missingCommand);
        if (missing != null) {
            return new IllegalStateException(
                    "the server does not offer a command that is needed" + missing
                            + ": it was renamed, or the service leaves it out; docs/redis.md lists the commands",
                    ClientFailure.of(cause));
        }
        if (cause instanceof ApiCacheException known) {
            return known;
        }
        String reason = ClientFailure.reason(cause);
        return new StoreUnavailableException(
                (reason.startsWith("Redis answered") ? "Redis cannot be used: " : "Redis does not answer: ") + reason,
                Outcome.NOT_EXECUTED,
                ClientFailure.of(cause));
    }

    /** {@return what the failure or one of its causes has of this, or null: a handshake that was refused is a connection that failed} */
    private static @Nullable String found(Throwable failure, Function<Throwable, @Nullable String> what) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String found = what.apply(cause);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static Commands connect(Topology topology)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletionStage<Commands> connection;
        try {
            connection = topology.connect();
        } catch (RuntimeException e) { // an address that is none, a client that is shut down
            throw new ExecutionException(e);
        }
        return await(connection);
    }

    /**
     * Waits until connections are closed, but not for ever, nor less for an interruption, which is kept. Waits by itself: the JDK's timer for
     * futures is a thread that would stay, and keep the caller's class loader with it.
     */
    static void awaitQuietly(CompletableFuture<Void> connections) {
        boolean interrupted = false;
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(OwnClient.SHUTDOWN_MILLIS);
        while (true) {
            try {
                connections.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException | TimeoutException | CancellationException e) {
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T await(CompletionStage<T> answer)
            throws InterruptedException, ExecutionException, TimeoutException {
        return answer.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
