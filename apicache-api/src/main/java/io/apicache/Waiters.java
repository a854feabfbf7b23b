package io.apicache;

import java.util.Iterator;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The undecided callers of one room, by deadline, within the limits of the cache. Guarded by the room's lock. */
final class Waiters<R> {

    private final Engine<R> engine;
    private final TreeSet<Waiter<R>> set = new TreeSet<>(Waiter.BY_DEADLINE);
    private int counted;

    Waiters(Engine<R> engine) {
        this.engine = engine;
    }

    boolean isEmpty() {
        return set.isEmpty();
    }

    void add(Waiter<R> waiter) {
        set.add(waiter);
    }

    /** {@return whether one more may wait here; if so it must be added, for it has been counted} */
    boolean hasSpace(Waiter<R> waiter) {
        waiter.counted = counted < engine.limits().waitersPerId() && engine.countWaiter();
        counted += waiter.counted ? 1 : 0;
        return waiter.counted;
    }

    boolean remove(Waiter<R> waiter) {
        boolean removed = set.remove(waiter);
        if (removed) {
            uncount(waiter);
        }
        return removed;
    }

    /** {@return the one with the most time left} */
    Waiter<R> last() {
        return set.last();
    }

    /** {@return who gets a claim: the one it was asked for, or else one with the same fingerprint, which is in the record by now} */
    @Nullable
    Waiter<R> winner(Look<R> look) {
        if (set.contains(look.candidate)) {
            return look.candidate;
        }
        for (Waiter<R> waiter : set) {
            if (Objects.equals(waiter.fingerprint(), look.attempt.fingerprint())) {
                return waiter;
            }
        }
        return null;
    }

    /** {@return the first time at which a waiter must be told to give up, or null if nobody's wait ends by itself} */
    @Nullable
    Long firstDeadline() {
        for (Waiter<R> waiter : set) {
            if (waiter.mayWait()) {
                return waiter.deadline;
            }
        }
        return null;
    }

    /** {@return the first deadline after a reading of the clock, or null} */
    @Nullable
    Long firstDeadlineAfter(long time) {
        Waiter<R> next = set.isEmpty() ? null : set.higher(Waiter.probe(set.first().request, time));
        return next == null ? null : next.deadline;
    }

    /** Decides those who had arrived by then and for whom there is a verdict. */
    void decide(long arrived, Function<Waiter<R>, @Nullable Verdict<R>> settlement, Outbox<R> out) {
        decide(waiter -> waiter.ticket > arrived ? null : settlement.apply(waiter), out);
    }

    /** Decides every waiter for whom there is a verdict. */
    void decide(Function<Waiter<R>, @Nullable Verdict<R>> settlement, Outbox<R> out) {
        for (Iterator<Waiter<R>> i = set.iterator(); i.hasNext(); ) {
            Waiter<R> waiter = i.next();
            Verdict<R> verdict = settlement.apply(waiter);
            if (verdict != null) {
                i.remove();
                uncount(waiter);
                out.decide(waiter, verdict);
            }
        }
    }

    /** Whoever is still undecided is left to wait for somebody's work, as far as there is space. */
    void leftToWait(long leaseLeft, Outbox<R> out) {
        for (Iterator<Waiter<R>> i = set.iterator(); i.hasNext(); ) {
            Waiter<R> waiter = i.next();
            if (waiter.mayWait()) { // the others came for an answer, and get it with the next look
                waiter.waits = waiter.counted || hasSpace(waiter);
                if (!waiter.waits) {
                    i.remove();
                    out.decide(waiter, new Verdict.GiveUp<>(leaseLeft));
                }
            }
        }
    }

    /** Whoever is still undecided is left to wait for a store that has failed. */
    void leftToWait() {
        for (Waiter<R> waiter : set) {
            waiter.waits = waiter.mayWait();
        }
    }

    /** Decides waiters whose time is up; a null verdict leaves them, since nothing is known yet that they could be told. */
    void expire(long now, @Nullable Verdict<R> verdict, Outbox<R> out) {
        if (verdict == null) {
            return;
        }
        for (Iterator<Waiter<R>> i = set.iterator(); i.hasNext(); ) {
            Waiter<R> waiter = i.next();
            if (waiter.deadline - now > 0) {
                return;
            }
            if (waiter.mayWait()) { // the others came for an answer, not for a time
                i.remove();
                uncount(waiter);
                out.decide(waiter, verdict);
            }
        }
    }

    /** {@return whether everybody has time, so that nobody will go away before a join is answered} */
    boolean allMayWait() {
        for (Waiter<R> waiter : set) {
            if (!waiter.mayWait()) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether somebody is left for whom there would be a verdict} */
    boolean any(Function<Waiter<R>, @Nullable Verdict<R>> settlement) {
        for (Waiter<R> waiter : set) {
            if (settlement.apply(waiter) != null) {
                return true;
            }
        }
        return false;
    }

    private void uncount(Waiter<R> waiter) {
        if (waiter.counted) {
            waiter.counted = false;
            counted--;
            engine.uncountWaiter();
        }
    }
}
