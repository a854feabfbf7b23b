package io.apicache.examples.grpc;

import io.apicache.Cached;
import io.apicache.CorruptRecordException;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.Receipt;
import io.apicache.Request;
import io.apicache.RequestMismatchException;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call until it is known who answers it. What gRPC tells is kept back from the handler until then, since the handler starts only if
 * the work is this call's; there is nothing to keep but the message. gRPC tells one thing at a time, so these fields need no lock.
 */
final class ReceivedCall<Q, S> extends ServerCall.Listener<Q> {

    private static final Metadata.Key<String> PUSHBACK =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

    private final IdempotencyInterceptor interceptor;
    private final ServerCall<Q, S> call;
    private final String id;
    private final Function<ServerCall<Q, S>, ServerCall.Listener<Q>> handler;
    private final Context context = Context.current();

    private @Nullable Q message;
    private @Nullable CompletableFuture<Receipt<Answer>> receiving;
    private boolean refused;

    ReceivedCall(
            IdempotencyInterceptor interceptor,
            ServerCall<Q, S> call,
            String id,
            Function<ServerCall<Q, S>, ServerCall.Listener<Q>> handler) {
        this.interceptor = interceptor;
        this.call = call;
        this.id = id;
        this.handler = handler;
    }

    @Override
    public void onMessage(Q received) {
        if (message != null) {
            refuse(Status.INTERNAL, "a unary call with a second message");
        }
        message = received;
    }

    @Override
    public void onHalfClose() {
        Q complete = message;
        if (complete == null) {
            refuse(Status.INTERNAL, "a unary call without a message");
        } else if (!refused) {
            receive(complete);
        }
    }

    private void receive(Q request) {
        try {
            Request identified = Request.of(id)
                    .withFingerprint(IdempotencyInterceptor.fingerprint(call.getMethodDescriptor(), request));
            receiving = interceptor.cache.receiveAsync(identified, interceptor.maxWait());
        } catch (IllegalArgumentException e) { // the key is too long, or holds what a key must not
            refuse(Status.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
            return;
        } catch (IllegalStateException e) { // the cache is closed
            fail(e);
            return;
        }
        // snippet grpc-receive
        var unused = receiving.whenComplete((receipt, failure) -> {
            if (receipt instanceof Cached<Answer> hit) {
                hit.response().sendTo(call, true);
            } else if (receipt instanceof InFlight<Answer> busy) {
                refuse(Status.UNAVAILABLE, "still being worked on: try again", pushback(busy.retryAfter()));
            } else if (receipt instanceof FirstSeen<Answer> claim) {
                work(claim, request);
            } else {
                fail(failure);
            }
        });
        // end
    }

    /** The client is gone: a wait ends here, and leaves no trace. Work that has begun goes on, since its answer is good for a retry. */
    @Override
    public void onCancel() {
        if (receiving != null) {
            receiving.cancel(false);
        }
    }

    private void work(FirstSeen<Answer> claim, Q request) {
        try {
            interceptor.executor.execute(() -> {
                if (call.isCancelled()) {
                    claim.close(); // nothing is done yet, and nobody is there for whom to do it
                } else {
                    new ClaimedCall<>(call, claim, context, interceptor.executor).work(handler, request);
                }
            });
        } catch (RejectedExecutionException e) {
            claim.close();
            refuse(Status.UNAVAILABLE, "the server is stopping");
        }
    }

    private void fail(@Nullable Throwable failure) {
        if (failure instanceof RequestMismatchException) {
            refuse(Status.INVALID_ARGUMENT, "this idempotency-key was used for another request");
        } else if (failure instanceof CorruptRecordException) {
            refuse(Status.DATA_LOSS, "the record of this idempotency-key cannot be read");
        } else { // the store is away, the cache is closed, or the wait was ended, and then nobody reads this
            refuse(Status.UNAVAILABLE, "nobody can tell whether this call was worked on before: try again");
        }
    }

    /** What gRPC's retry policy takes for the time to wait; its own back-off is used where there is none. */
    private static Metadata pushback(Duration retryAfter) {
        Metadata trailers = new Metadata();
        trailers.put(PUSHBACK, String.valueOf(1 + retryAfter.toMillis()));
        return trailers;
    }

    private void refuse(Status status, String why) {
        refuse(status, why, new Metadata());
    }

    private void refuse(Status status, String why, Metadata trailers) {
        if (!refused) {
            refused = true;
            call.close(status.withDescription(why), trailers);
        }
    }
}
