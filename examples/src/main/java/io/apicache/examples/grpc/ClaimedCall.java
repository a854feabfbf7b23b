package io.apicache.examples.grpc;

import io.apicache.FirstSeen;
import io.apicache.LeaseLostException;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The call as the handler sees it that has the claim. What the handler says is stored before it is sent. The handler hears nothing of
 * its client: neither that it is gone nor its deadline, for others may be waiting for this answer. It is cancelled if the claim is lost.
 */
final class ClaimedCall<Q, S> extends SimpleForwardingServerCall<Q, S> {

    private static final byte[] NOTHING = {};
    private static final Status OTHER_COUNTS =
            Status.UNAVAILABLE.withDescription("another answer counts for this call: try again");

    private final FirstSeen<Answer> claim;
    private final CancellableContext context;
    private final Executor executor;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Listener<Q>> returned = new CompletableFuture<>();
    private byte @Nullable [] message;

    ClaimedCall(ServerCall<Q, S> call, FirstSeen<Answer> claim, Context received, Executor executor) {
        super(call);
        this.claim = claim;
        this.context = received.fork()
                .withValue(IdempotencyInterceptor.TOKEN, claim.token())
                .withCancellation();
        this.executor = executor;
    }

    /** Runs the handler, in a context of its own that is cancelled if the claim is lost. */
    void work(Function<ServerCall<Q, S>, Listener<Q>> handler, Q request) {
        var unused = claim.lost().thenRun(() -> context.cancel(new LeaseLostException("another owner may be at work")));
        context.run(() -> {
            try {
                Listener<Q> listener = handler.apply(this);
                listener.onMessage(request);
                listener.onHalfClose();
                returned.complete(listener);
            } catch (Throwable e) {
                fail();
                throw e;
            }
        });
    }

    @Override
    public void close(Status status, Metadata trailers) {
        if (!closed.compareAndSet(false, true)) {
            throw new IllegalStateException("call already closed");
        }
        byte[] said = message;
        if (status.isOk() && said == null) {
            end(Status.INTERNAL.withDescription("the handler has no response"), new Metadata(), Listener::onCancel);
        } else if (Answer.isAnswer(status)) {
            store(Answer.of(status, status.isOk() && said != null ? said : NOTHING, trailers));
        } else {
            end(status, trailers, Listener::onComplete);
        }
    }

    // snippet grpc-store
    private void store(Answer answer) {
        var unused = claim.handleAsync(answer).whenComplete((done, failure) -> {
            if (failure instanceof LeaseLostException) {
                end(OTHER_COUNTS, new Metadata(), Listener::onCancel);
            } else {
                answer.sendTo(delegate(), false); // if it could not be stored: the truth, since the work is done
                end(Listener::onComplete);
            }
        });
    }
    // end

    /** Gives the claim back first, so that a retry finds the id free. */
    private void end(Status status, Metadata trailers, Consumer<Listener<Q>> event) {
        claim.close();
        delegate().close(status, trailers);
        end(event);
    }

    /** Tells the handler how it ended, once it has returned: it is told one thing at a time, as by gRPC itself. */
    private void end(Consumer<Listener<Q>> event) {
        claim.close();
        context.cancel(null);
        var unused = returned.thenAcceptAsync(event, executor);
    }

    private void fail() {
        if (closed.compareAndSet(false, true)) {
            end(Status.UNKNOWN.withDescription("the handler failed"), new Metadata(), Listener::onCancel);
        }
    }

    @Override
    public void request(int messages) {
        // its message is here already
    }

    @Override
    public void sendHeaders(Metadata headers) {
        // sent with the answer: a call whose headers are out is not retried
    }

    @Override
    public void sendMessage(S response) {
        if (message != null) {
            throw new IllegalStateException("a unary call has one response");
        }
        message = Bytes.read(getMethodDescriptor().streamResponse(response));
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public boolean isCancelled() {
        return claim.isLost();
    }
}
