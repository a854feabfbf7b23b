package io.apicache.redis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs what others wait for, whatever it throws: an Error in a callback would otherwise leave a stage open for ever, and one in a timer's
 * task would end the timer.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Safely {

    private static final Logger LOG = System.getLogger(RedisStore.class.getName());

    private Safely() {}

    /** Runs something, and goes on whatever it throws. */
    @SuppressWarnings("CatchAndPrintStackTrace")
    static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            log(e);
        }
    }

    /** {@return the stage, or one that has failed if there is none} */
    static <T> CompletionStage<T> call(Supplier<? extends CompletionStage<T>> call) {
        try {
            return call.get();
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Takes the next step when a stage has ended. What the step throws completes the answer. */
    static <T extends @Nullable Object> void then(
            CompletionStage<T> stage,
            CompletableFuture<?> answer,
            BiConsumer<? super @Nullable T, ? super @Nullable Throwable> step) {
        var unused = stage.whenComplete((value, failure) -> {
            try {
                step.accept(value, failure);
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
    }

    private static void log(Throwable failure) {
        try {
            LOG.log(
                    Level.WARNING,
                    "a task of the Redis store failed, and is done again later",
                    ClientFailure.of(failure));
        } catch (Throwable e) {
            // There is no memory to say so; the task comes again.
        }
    }
}
