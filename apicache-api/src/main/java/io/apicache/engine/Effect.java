package io.apicache.engine;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Something that a step of a key has decided and that is carried out without the key's lock. Its classes are where it is decided. */
interface Effect {

    /**
     * A future is completed that callers of the engine wait for.
     *
     * @param future completed outside every lock, since its dependents run in it
     * @param failure what it fails with, or null: it completes with true
     */
    record Completed(
            CompletableFuture<Boolean> future, @Nullable Throwable failure) implements Effect {

        void carryOut() {
            complete(future, failure);
        }
    }

    /** Completes a future with true, or with the failure if there is one. */
    static void complete(CompletableFuture<Boolean> future, @Nullable Throwable failure) {
        if (failure == null) {
            future.complete(true);
        } else {
            future.completeExceptionally(failure);
        }
    }
}
