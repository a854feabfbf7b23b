package io.apicache;

import org.jspecify.annotations.Nullable;

/**
 * Up to which arrival callers may be answered from a claim that is held here: those who had come before the store was asked last whether it
 * still stands, and said so. A later caller cannot be told "in flight" from memory: the record may have been invalidated, claimed anew and
 * handled elsewhere before that caller came. Guarded by the room's lock.
 */
final class Confirmation<R> {

    private long confirmedUpTo;
    private boolean inFlight;
    private long lastSent;
    private boolean needed;
    private long neededAt;

    /**
     * Creates what is known from the grant.
     *
     * @param covers the arrivals before the claim was asked for
     * @param sent when it was
     */
    Confirmation(long covers, long sent) {
        confirmedUpTo = covers;
        lastSent = sent;
    }

    /** {@return the arrivals that may be answered} */
    long upTo() {
        return confirmedUpTo;
    }

    /** A caller has come. Those who wait need to know before their time is up, and cause one question in 20 ms at most. */
    void request(Waiter<R> waiter, boolean atOnce) {
        long at = atOnce
                ? waiter.entered
                : Decision.earlier(Decision.later(waiter.entered, lastSent + Decision.LAST_LOOK), waiter.lastLook());
        neededAt = needed ? Decision.earlier(neededAt, at) : at;
        needed = true;
    }

    /** The store is asked on behalf of all who are here. */
    void sent(long now) {
        needed = false;
        inFlight = true;
        lastSent = now;
    }

    void answered(long sent, long covers) {
        inFlight &= sent != lastSent;
        confirmedUpTo = Math.max(confirmedUpTo, covers);
    }

    /** A question that is not answered in time holds up no other. */
    void sweep(long now, long timeout) {
        inFlight &= now - lastSent < timeout;
    }

    boolean isDue(long now) {
        return needed && !inFlight && now - neededAt >= 0;
    }

    /** {@return when the store is to be asked, or null} */
    @Nullable
    Long due() {
        return needed && !inFlight ? neededAt : null;
    }
}
