package io.apicache;

import io.apicache.spi.Claimed.Handled;

/**
 * What one caller's call comes to. Decided under the room's lock, turned into a receipt or an exception on the caller's own thread.
 */
sealed interface Verdict<R> {

    /** The work is the caller's. */
    record Run<R>(Claim<R> claim) implements Verdict<R> {}

    /** It has been done. */
    record Replay<R>(Handled<R> handled) implements Verdict<R> {}

    /** Somebody is at it, and the caller's time is up. */
    record GiveUp<R>(long leaseLeft) implements Verdict<R> {}

    /** The id belongs to another request. */
    record Mismatch<R>() implements Verdict<R> {}

    /** The store or the cache cannot answer. */
    record Fail<R>(RuntimeException cause) implements Verdict<R> {}
}
