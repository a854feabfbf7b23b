package io.apicache.examples.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.UUID;

/**
 * The client's side: sends the key of an intention with each attempt. gRPC repeats calls below its interceptors, so retries and hedges
 * carry the same key; a caller who may repeat a call himself makes the key and gives it as an option.
 */
final class IdempotencyKey implements ClientInterceptor {

    static final Metadata.Key<String> HEADER = Metadata.Key.of("idempotency-key", Metadata.ASCII_STRING_MARSHALLER);
    static final CallOptions.Key<String> OPTION = CallOptions.Key.create("idempotency-key");

    @Override
    public <Q, S> ClientCall<Q, S> interceptCall(MethodDescriptor<Q, S> method, CallOptions options, Channel next) {
        String given = options.getOption(OPTION);
        String key = given != null ? given : UUID.randomUUID().toString();
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<S> listener, Metadata headers) {
                headers.put(HEADER, key);
                super.start(listener, headers);
            }
        };
    }
}
