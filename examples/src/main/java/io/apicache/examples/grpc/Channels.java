package io.apicache.examples.grpc;

import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Channels to several servers at once that send a call again by themselves, each attempt to the next server. */
final class Channels {

    static {
        NameResolverRegistry.getDefaultRegistry().register(new ServersResolver.Provider());
    }

    private Channels() {}

    /** Sends another attempt every few milliseconds until one is answered, and at once when one fails. */
    static ManagedChannel hedging(Collection<InetSocketAddress> servers, int delayMillis) {
        // snippet grpc-clients
        Map<String, ?> policy = Map.of(
                "maxAttempts",
                5.0,
                "hedgingDelay",
                delayMillis / 1000.0 + "s",
                "nonFatalStatusCodes",
                List.of("UNAVAILABLE"));
        // end
        return channel(servers, Map.of("name", List.of(Map.of()), "hedgingPolicy", policy));
    }

    /** Sends another attempt after one has failed. */
    static ManagedChannel retrying(Collection<InetSocketAddress> servers) {
        Map<String, ?> policy = Map.of(
                "maxAttempts",
                5.0,
                "initialBackoff",
                "0.02s",
                "maxBackoff",
                "1s",
                "backoffMultiplier",
                2.0,
                "retryableStatusCodes",
                List.of("UNAVAILABLE"));
        return channel(servers, Map.of("name", List.of(Map.of()), "retryPolicy", policy));
    }

    /** Sends one attempt only. */
    static ManagedChannel plain(InetSocketAddress server) {
        return channel(List.of(server), Map.of("name", List.of(Map.of())));
    }

    private static ManagedChannel channel(Collection<InetSocketAddress> servers, Map<String, ?> method) {
        return NettyChannelBuilder.forTarget(ServersResolver.target(servers))
                .usePlaintext()
                .defaultLoadBalancingPolicy("round_robin")
                .defaultServiceConfig(Map.of("methodConfig", List.of(method)))
                .intercept(new IdempotencyKey())
                .build();
    }
}
