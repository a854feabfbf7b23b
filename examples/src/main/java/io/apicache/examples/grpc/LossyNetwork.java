package io.apicache.examples.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Counts the attempts, and loses answers that are stored already, as a server does that crashes between the work and the answer. */
final class LossyNetwork implements ServerInterceptor {

    private static final Metadata.Key<String> ATTEMPTS_BEFORE =
            Metadata.Key.of("grpc-previous-rpc-attempts", Metadata.ASCII_STRING_MARSHALLER);

    private final Counts counts;
    private final Predicate<String> loses;
    private final Set<String> lost = ConcurrentHashMap.newKeySet();

    /**
     * Makes a network.
     *
     * @param loses for which idempotency keys the first answer is lost
     */
    LossyNetwork(Counts counts, Predicate<String> loses) {
        this.counts = counts;
        this.loses = loses;
    }

    @Override
    public <Q, S> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
        counts.attempts.increment();
        if (headers.containsKey(ATTEMPTS_BEFORE)) {
            counts.repeated.increment();
        }
        String key = headers.get(IdempotencyKey.HEADER);
        boolean loses = key != null && this.loses.test(key) && lost.add(key);
        return next.startCall(loses ? new CutOff<>(call, counts) : call, headers);
    }

    /** Of a call whose connection breaks when the answer is to be sent. */
    private static final class CutOff<Q, S> extends SimpleForwardingServerCall<Q, S> {

        private final Counts counts;

        CutOff(ServerCall<Q, S> call, Counts counts) {
            super(call);
            this.counts = counts;
        }

        @Override
        public void sendHeaders(Metadata headers) {
            // a connection that broke has sent nothing
        }

        @Override
        public void sendMessage(S response) {
            // nor this
        }

        @Override
        public void close(Status status, Metadata trailers) {
            counts.lost.increment();
            delegate().close(Status.UNAVAILABLE.withDescription("the connection broke"), new Metadata());
        }
    }
}
