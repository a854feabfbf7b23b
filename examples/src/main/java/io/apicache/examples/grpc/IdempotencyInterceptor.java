package io.apicache.examples.grpc;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.apicache.ApiCache;
import io.apicache.Fingerprint;
import io.apicache.Request;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Lets the handler of a unary call run once per idempotency key, and gives everybody else its answer. No thread waits: a duplicate is
 * ended by a callback, when the answer is there, when its time is up, or when its client is gone.
 *
 * <p>A method that is declared safe passes through. A streaming call passes through without a key, and is refused with one.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class IdempotencyInterceptor implements ServerInterceptor {

    /** The fencing token of the call that is being worked on, for systems that refuse a smaller one than they have seen. */
    static final Context.Key<Long> TOKEN = Context.key("fencing-token");

    final ApiCache<Answer> cache;
    final Executor executor;
    final Duration longestWait;
    private final Context.Key<String> tenant;

    /**
     * Makes an interceptor for any number of services.
     *
     * @param executor where handlers run
     * @param tenant whose call it is, put into the context by an interceptor before this one
     * @param longestWait how long a duplicate waits if its deadline lets it; less than what proxies on the way allow
     */
    IdempotencyInterceptor(
            ApiCache<Answer> cache, Executor executor, Context.Key<String> tenant, Duration longestWait) {
        this.cache = cache;
        this.executor = executor;
        this.tenant = tenant;
        this.longestWait = longestWait;
    }

    // snippet grpc-protect
    /** Puts this before the handlers of a service, with the bytes of the wire as messages. */
    ServerServiceDefinition protect(ServerServiceDefinition service) {
        return ServerInterceptors.intercept(ServerInterceptors.useMarshalledMessages(service, new Bytes()), this);
    }
    // end

    @Override
    public <Q, S> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
        MethodDescriptor<Q, S> method = call.getMethodDescriptor();
        String key = headers.get(IdempotencyKey.HEADER);
        boolean unary = method.getType() == MethodType.UNARY;
        if (method.isSafe() || (!unary && key == null)) {
            return next.startCall(call, headers);
        }
        if (!unary) {
            return refuse(call, Status.UNIMPLEMENTED, "an idempotency-key is kept for unary calls only");
        }
        if (key == null || key.isBlank()) {
            return refuse(call, Status.INVALID_ARGUMENT, "the idempotency-key is missing");
        }
        String owner = tenant.get();
        if (owner == null) {
            return refuse(call, Status.UNAUTHENTICATED, "nobody knows whose call this is");
        }
        call.request(2); // the message, and a second one that must not come: asking for one would never show it
        String id = Request.idOf(method.getFullMethodName(), owner, key);
        return new ReceivedCall<>(this, call, id, request -> next.startCall(request, headers));
    }

    /** {@return what must not differ between attempts: the method and the bytes of the message} */
    static <Q> Fingerprint fingerprint(MethodDescriptor<Q, ?> method, Q message) {
        byte[] name = method.getFullMethodName().getBytes(StandardCharsets.UTF_8);
        return Fingerprint.of(name, Bytes.read(method.streamRequest(message)));
    }

    /** {@return how long this call may wait: until its deadline, but not longer than anybody may} */
    Duration maxWait() {
        Deadline deadline = Context.current().getDeadline();
        if (deadline == null) {
            return longestWait;
        }
        Duration left = Duration.ofNanos(Math.max(0, deadline.timeRemaining(NANOSECONDS)));
        return left.compareTo(longestWait) < 0 ? left : longestWait;
    }

    private static <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, Status status, String why) {
        call.close(status.withDescription(why), new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
