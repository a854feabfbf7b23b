package io.apicache.examples.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Stands for authentication: whose call it is comes from there, never from what a client may choose freely. */
final class Tenant implements ServerInterceptor {

    static final Context.Key<String> KEY = Context.key("tenant");
    static final Metadata.Key<String> HEADER = Metadata.Key.of("tenant", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, S> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
        String tenant = headers.get(HEADER);
        Context context = Context.current();
        return Contexts.interceptCall(tenant == null ? context : context.withValue(KEY, tenant), call, headers, next);
    }
}
