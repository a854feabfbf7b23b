package io.apicache.examples.grpc;

import io.apicache.ApiCache;
import io.apicache.spi.Store;
import io.grpc.ManagedChannel;
import io.grpc.ServerServiceDefinition;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Two servers that share their answers and nothing else, and channels to them. */
final class TwoServers implements AutoCloseable {

    /** How the servers are set. */
    record Setup(Duration longestWait, UnaryOperator<ApiCache.Builder<Answer>> cache, Predicate<String> loses) {

        /** Waits longer than the tests do: a wait that should have ended is noticed. */
        static final Setup USUAL = new Setup(Duration.ofMinutes(20), builder -> builder, key -> false);

        Setup longestWait(Duration wait) {
            return new Setup(wait, cache, loses);
        }

        Setup cache(UnaryOperator<ApiCache.Builder<Answer>> settings) {
            return new Setup(longestWait, settings, loses);
        }

        Setup losing() {
            return new Setup(longestWait, cache, key -> true);
        }
    }

    final Counts counts = new Counts();
    private final String namespace = "grpc-test-" + UUID.randomUUID();
    private final List<Store<Answer>> stores;
    private final List<PaymentServer> servers = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();

    TwoServers(List<Store<Answer>> stores, ServerServiceDefinition service, Setup setup) {
        this.stores = stores;
        LossyNetwork network = new LossyNetwork(counts, setup.loses());
        for (Store<Answer> store : stores) {
            ApiCache<Answer> cache = setup.cache()
                    .apply(ApiCache.over(store)
                            .namespace(namespace)
                            .keepFor(Duration.ofHours(1))
                            .lease(Duration.ofMinutes(5))
                            .storeTimeout(Duration.ofMinutes(1))
                            .listener(counts))
                    .build();
            servers.add(new PaymentServer(cache, service, setup.longestWait(), network));
        }
    }

    TwoServers(Place place, Bank bank) {
        this(place.twoStores(), PaymentService.of(bank), Setup.USUAL);
    }

    List<InetSocketAddress> addresses() {
        return servers.stream().map(PaymentServer::address).toList();
    }

    /** One attempt for each call, to the first server. */
    ManagedChannel first() {
        return open(Channels.plain(addresses().get(0)));
    }

    /** One attempt for each call, to the second server. */
    ManagedChannel second() {
        return open(Channels.plain(addresses().get(1)));
    }

    ManagedChannel open(ManagedChannel channel) {
        channels.add(channel);
        return channel;
    }

    /** How many calls wait at a server for others, as its cache tells it. */
    int waiters(int server) {
        return told(server, "(\\d+) waiters");
    }

    /** Whether a server has anything to do with an id: works on it, asks for it, or waits. */
    boolean isBusy(int server) {
        return told(server, "(\\d+) ids") > 0;
    }

    private int told(int server, String what) {
        String state = servers.get(server).cache().toString();
        Matcher number = Pattern.compile(what).matcher(state);
        if (!number.find()) {
            throw new AssertionError(state);
        }
        return Integer.parseInt(number.group(1));
    }

    /** Comes back as soon as the condition holds. */
    static void until(BooleanSupplier condition) throws InterruptedException {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > TimeUnit.MINUTES.toNanos(5)) {
                throw new AssertionError("in vain after 5 min");
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        servers.forEach(PaymentServer::close);
        stores.forEach(Store::close);
    }
}
