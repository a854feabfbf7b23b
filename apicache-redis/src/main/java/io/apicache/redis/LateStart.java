package io.apicache.redis;

import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.WaitInterruptedException;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Store.Registration;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens a store whose server was away when the application started. Tries from time to time, on a thread that ends with the first
 * success; the first connection is checked as any store's is. Until then every move fails, with the reason of the last attempt.
 *
 * <p><b>Thread-safety:</b> safe; {@code this} guards what is registered and what becomes of it.
 */
final class LateStart {

    private static final Logger LOG = System.getLogger(RedisStore.class.getName());
    private static final long LEAST_PAUSE_MILLIS = 250;
    private static final long MOST_PAUSE_MILLIS = 1_000;

    private final Connector connector;
    private final Consumer<Connector.Opened> whenOpen;
    private final Thread thread;
    private final List<Waiting> waiting = new ArrayList<>();
    private volatile RuntimeException fault;
    private Connector.@Nullable Opened opened;
    private volatile boolean closed;

    /**
     * Starts trying.
     *
     * @param fault why the first attempt has failed
     * @param whenOpen is given the parts of the store, once
     */
    LateStart(Connector connector, RuntimeException fault, Consumer<Connector.Opened> whenOpen) {
        this.connector = connector;
        this.fault = fault;
        this.whenOpen = whenOpen;
        thread = new Thread(this::run, "apicache-redis-start");
        thread.setDaemon(true);
        // Not that of the caller: it would be kept for as long as the server stays away.
        thread.setContextClassLoader(RedisStore.class.getClassLoader());
    }

    void start() {
        log(fault);
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                TimeUnit.MILLISECONDS.sleep(
                        ThreadLocalRandom.current().nextLong(LEAST_PAUSE_MILLIS, MOST_PAUSE_MILLIS));
                Connector.Opened parts = connector.open();
                if (adopt(parts)) {
                    Safely.run(() -> LOG.log(Level.INFO, "The Redis store is connected and works from here on"));
                }
                return;
            } catch (InterruptedException | WaitInterruptedException e) {
                return; // closed
            } catch (Throwable e) {
                Safely.run(() -> failed(e));
            }
        }
    }

    private void failed(Throwable failure) {
        RuntimeException now = failure instanceof RuntimeException known
                ? known
                : new IllegalStateException("the Redis store could not be started", ClientFailure.of(failure));
        boolean changed = !String.valueOf(now.getMessage()).equals(fault.getMessage());
        fault = now;
        if (changed) {
            log(now);
        }
    }

    private static void log(RuntimeException fault) {
        LOG.log(
                Level.WARNING,
                "The Redis store has not started: {0}. It goes on trying, and calls fail until then.",
                fault.getMessage());
    }

    private boolean adopt(Connector.Opened parts) {
        boolean adopted = false;
        try {
            synchronized (this) {
                if (!closed) {
                    for (Waiting hints : waiting) {
                        hints.registered = parts.inbox().hints(hints.to);
                    }
                    opened = parts;
                    whenOpen.accept(parts);
                    adopted = true;
                    waiting.clear();
                }
            }
        } finally {
            if (!adopted) {
                parts.close();
            }
        }
        return adopted;
    }

    /** {@return the registration, which moves to the inbox once there is one} */
    synchronized Registration hints(Hints<byte[]> hints) {
        if (opened != null) {
            return opened.inbox().hints(hints);
        }
        Waiting entry = new Waiting(hints);
        waiting.add(entry);
        return entry;
    }

    /** {@return what a move answers before there is a connection} */
    <T> CompletionStage<T> refuse(String verb, Key key) {
        RuntimeException reason = fault;
        return CompletableFuture.failedFuture(new StoreUnavailableException(
                verb + " of " + key + " was not executed: the store has not started yet: " + reason.getMessage(),
                Outcome.NOT_EXECUTED,
                reason));
    }

    /** Stops trying. What is being tried is given up, and its connections are closed. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        thread.interrupt();
        boolean interrupted = false;
        try {
            thread.join(2 * OwnClient.SHUTDOWN_MILLIS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Waiting implements Registration {
        private final Hints<byte[]> to;
        private @Nullable Registration registered;

        Waiting(Hints<byte[]> to) {
            this.to = to;
        }

        @Override
        public void close() {
            synchronized (LateStart.this) {
                if (registered == null) {
                    waiting.remove(this);
                } else {
                    registered.close();
                }
            }
        }
    }
}
