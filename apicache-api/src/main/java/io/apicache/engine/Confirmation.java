package io.apicache.engine;

import org.jspecify.annotations.Nullable;

/**
 * Which callers may be answered from a claim that is held here: those who arrived before the store was last asked whether the claim still
 * stands, and confirmed it. A later caller needs another confirmation before it gets "in flight": the record may have been invalidated,
 * claimed anew and handled elsewhere before that caller came. Guarded by the key's lock.
 */
final class Confirmation {

    private long confirmedUpTo;
    private boolean inFlight;
    private long lastSent;
    private boolean needed;
    private long neededAt;

    /**
     * Creates what is known from the grant.
     *
     * @param confirmedUpTo the arrivals before the claim was asked for
     * @param sent when it was
     */
    Confirmation(long confirmedUpTo, long sent) {
        this.confirmedUpTo = confirmedUpTo;
        lastSent = sent;
    }

    /** {@return the last arrival that may be answered} */
    long upTo() {
        return confirmedUpTo;
    }

    /**
     * A caller has come. Callers that wait need to know before their time is up, and cause one question in 20 ms at most.
     *
     * @param entered when the caller came
     * @param lastLook when the caller needs to know at the latest
     * @param atOnce whether the caller needs to know now
     */
    void request(long entered, long lastLook, boolean atOnce) {
        long at = atOnce ? entered : Timing.earlier(Timing.later(entered, lastSent + Timing.LAST_LOOK), lastLook);
        neededAt = needed ? Timing.earlier(neededAt, at) : at;
        needed = true;
    }

    /** The store is asked on behalf of all callers that are here. */
    void sent(long now) {
        needed = false;
        inFlight = true;
        lastSent = now;
    }

    void answered(long sent, long answersUpTo) {
        inFlight &= sent != lastSent;
        confirmedUpTo = Math.max(confirmedUpTo, answersUpTo);
    }

    /** A question that is not answered in time holds up no other. */
    void expire(long now, long timeout) {
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
