package io.apicache.examples.grpc;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One call of a tenant, and what comes of it. */
final class Call {

    private static final long LONGEST_SECONDS = 300;

    private final CompletableFuture<String> answer = new CompletableFuture<>();
    private final AtomicReference<Metadata> headers = new AtomicReference<>();
    private final AtomicReference<Metadata> trailers = new AtomicReference<>();
    private final ClientCall<String, String> call;

    private Call(Channel channel, MethodDescriptor<String, String> method, CallOptions options, String tenant) {
        Metadata sent = new Metadata();
        sent.put(Tenant.HEADER, tenant);
        call = ClientInterceptors.intercept(
                        channel,
                        MetadataUtils.newAttachHeadersInterceptor(sent),
                        MetadataUtils.newCaptureMetadataInterceptor(headers, trailers))
                .newCall(method, options);
    }

    static Call pay(Channel channel, String key, String order) {
        return send(channel, PaymentService.PAY, key, order);
    }

    static Call payOf(String tenant, Channel channel, String key) {
        return new Call(channel, PaymentService.PAY, options(key), tenant).start("order of " + tenant);
    }

    static Call payWithin(long deadlineMillis, Channel channel, String key, String order) {
        CallOptions options = options(key).withDeadlineAfter(deadlineMillis, MILLISECONDS);
        return new Call(channel, PaymentService.PAY, options, "acme").start(order);
    }

    static Call send(Channel channel, MethodDescriptor<String, String> method, String key, String message) {
        return new Call(channel, method, options(key), "acme").start(message);
    }

    private static CallOptions options(String key) {
        return CallOptions.DEFAULT.withOption(IdempotencyKey.OPTION, key);
    }

    private Call start(String message) {
        ClientCalls.asyncUnaryCall(call, message, new StreamObserver<>() {
            private @Nullable String response;

            @Override
            public void onNext(String value) {
                response = value;
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                answer.complete(response);
            }
        });
        return this;
    }

    void cancel() {
        call.cancel("the client has gone away", null);
    }

    /** The message that the call is answered with. */
    String answer() throws Exception {
        return answer.get(LONGEST_SECONDS, SECONDS);
    }

    /** How the call ends, if not with a message. */
    Status failure() throws InterruptedException, TimeoutException {
        try {
            throw new AssertionError("was answered: " + answer.get(LONGEST_SECONDS, SECONDS));
        } catch (ExecutionException e) {
            return Status.fromThrowable(e.getCause());
        }
    }

    boolean isOver() {
        return answer.isDone();
    }

    /** Once the call is over. */
    <T> T trailer(Metadata.Key<T> name) {
        return trailers.get().get(name);
    }

    boolean isReplayed() {
        return "true".equals(trailer(Answer.REPLAYED));
    }
}
