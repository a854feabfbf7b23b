package io.apicache.examples.grpc;

import io.apicache.ApiCache;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** One instance of the service: a server on a free port of this machine, and its cache on the store that all instances share. */
final class PaymentServer implements AutoCloseable {

    private static final int DRAIN_SECONDS = 2;

    private final ApiCache<Answer> cache;
    private final ExecutorService threads = Executors.newFixedThreadPool(32);
    private final Server server;

    /**
     * Starts a server.
     *
     * @param cache closed with the server
     * @param service what is protected
     * @param longestWait how long a duplicate waits
     * @param network sees every call before all else
     */
    PaymentServer(
            ApiCache<Answer> cache, ServerServiceDefinition service, Duration longestWait, ServerInterceptor network) {
        this.cache = cache;
        // snippet grpc-server
        IdempotencyInterceptor idempotency = new IdempotencyInterceptor(cache, threads, Tenant.KEY, longestWait);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .executor(threads)
                .addService(idempotency.protect(service))
                .intercept(new Tenant())
                .intercept(network) // the last one is asked first
                .build();
        // end
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException("no port to listen on", e);
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
    }

    ApiCache<Answer> cache() {
        return cache;
    }

    /** Lets work in hand come to its end first: closing the cache gives open claims back, and the next try would do the work again. */
    // snippet grpc-close
    @Override
    public void close() {
        server.shutdown(); // no new calls
        try {
            if (!server.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow(); // who still waits may try another server
            }
            threads.shutdown();
            threads.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS); // work outlives its client
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cache.close();
        threads.shutdownNow();
    }
    // end
}
