package io.apicache.examples.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.memory.MemoryStore;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a transport may bring that no client of gRPC sends. */
class ReceivedCallTest {

    /** A call without a network, which keeps how it was closed. */
    private static final class LocalCall extends ServerCall<String, String> {

        final List<Status> closed = new ArrayList<>();
        int requested;

        @Override
        public void request(int messages) {
            requested += messages;
        }

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(String message) {}

        @Override
        public void close(Status status, Metadata trailers) {
            closed.add(status);
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<String, String> getMethodDescriptor() {
            return PaymentService.PAY;
        }
    }

    private static final class Deaf extends ServerCall.Listener<String> {}

    @Test
    @DisplayName("B1 a unary call with a second message is refused, and its handler not started")
    void aSecondMessageIsRefused() throws Exception {
        try (ApiCache<Answer> cache = ApiCache.over(new MemoryStore<Answer>()).build()) {
            IdempotencyInterceptor interceptor =
                    new IdempotencyInterceptor(cache, Runnable::run, Tenant.KEY, Duration.ZERO);
            LocalCall call = new LocalCall();
            Metadata headers = new Metadata();
            headers.put(IdempotencyKey.HEADER, "key");
            List<String> started = new ArrayList<>();

            ServerCallHandler<String, String> handler = (claimed, sent) -> {
                started.add("handler");
                return new Deaf();
            };
            Context acme = Context.ROOT.withValue(Tenant.KEY, "acme");

            ServerCall.Listener<String> listener = acme.call(() -> interceptor.interceptCall(call, headers, handler));
            listener.onMessage("order");
            listener.onMessage("order");
            listener.onHalfClose();

            assertThat(call.requested).isEqualTo(2);
            assertThat(call.closed).extracting(Status::getCode).containsExactly(Code.INTERNAL);
            assertThat(started).isEmpty();
        }
    }
}
