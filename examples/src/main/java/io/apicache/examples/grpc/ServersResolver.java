package io.apicache.examples.grpc;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Resolves {@code servers:///host:port,host:port} to just these servers. */
final class ServersResolver extends NameResolver {

    private static final String SCHEME = "servers";

    private final List<EquivalentAddressGroup> servers;

    private ServersResolver(List<EquivalentAddressGroup> servers) {
        this.servers = servers;
    }

    static String target(Collection<InetSocketAddress> servers) {
        return servers.stream()
                .map(server -> server.getHostString() + ":" + server.getPort())
                .collect(Collectors.joining(",", SCHEME + ":///", ""));
    }

    @Override
    public String getServiceAuthority() {
        return "localhost";
    }

    @Override
    public void start(Listener2 listener) {
        listener.onResult(ResolutionResult.newBuilder()
                .setAddressesOrError(StatusOr.fromValue(servers))
                .build());
    }

    @Override
    public void shutdown() {
        // nothing is open
    }

    /** Makes resolvers; registered once. */
    static final class Provider extends NameResolverProvider {

        @Override
        public NameResolver newNameResolver(URI target, Args args) {
            return new ServersResolver(
                    Arrays.stream(target.getPath().substring(1).split(",", -1))
                            .map(Provider::address)
                            .toList());
        }

        private static EquivalentAddressGroup address(String server) {
            int colon = server.lastIndexOf(':');
            int port = Integer.parseInt(server.substring(colon + 1));
            return new EquivalentAddressGroup(new InetSocketAddress(server.substring(0, colon), port));
        }

        @Override
        public String getDefaultScheme() {
            return SCHEME;
        }

        @Override
        protected boolean isAvailable() {
            return true;
        }

        @Override
        protected int priority() {
            return 0;
        }
    }
}
