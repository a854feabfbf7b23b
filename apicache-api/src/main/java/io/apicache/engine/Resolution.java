package io.apicache.engine;

import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The result of one call of receive. A step of the key decides it; the door turns it into a receipt or an exception on the caller's own thread.
 *
 * @param <R> the response type
 */
public sealed interface Resolution<R> {

    /** The caller may run: with a claim, or without protection. */
    record Run<R>(Ownership<R> ownership) implements Resolution<R> {}

    /** The request has been handled. */
    record Replay<R>(Handled<R> handled) implements Resolution<R> {}

    /** Another owner is at work. The caller's time is up, or there is no space for one more waiter. */
    record GiveUp<R>(long leaseLeft) implements Resolution<R> {}

    /** The id belongs to another request. */
    record Mismatch<R>() implements Resolution<R> {}

    /** The store or the cache cannot answer. */
    record Fail<R>(RuntimeException cause) implements Resolution<R> {}

    /** {@return what a handled record with that fingerprint means for a caller} */
    static <R> Resolution<R> onHandled(
            Handled<R> handled, @Nullable Digest storedFingerprint, @Nullable Digest givenFingerprint) {
        return Timing.mismatch(storedFingerprint, givenFingerprint) ? new Mismatch<>() : new Replay<>(handled);
    }
}
