package io.apicache;

import io.apicache.spi.Digest;
import java.util.Collections;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The undecided callers of one room, by deadline, within the limits of the cache. Guarded by the room's lock. */
final class Waiters<R> {

    private final Engine<R> engine;
    private NavigableSet<Waiter<R>> patient = Collections.emptyNavigableSet(); // may wait
    private NavigableSet<Waiter<R>> hasty = Collections.emptyNavigableSet(); // came for an answer, not for a time
    private @Nullable PriorityQueue<Waiter<R>>
            shortWaits; // those with a last look of their own, and some that have left
    private int counted;
    private int unsettled; // of the patient ones, those that have not been left to wait yet
    private boolean compared; // the settled ones have, with this fingerprint
    private @Nullable Digest comparedWith;

    Waiters(Engine<R> engine) {
        this.engine = engine;
    }

    boolean isEmpty() {
        return patient.isEmpty() && hasty.isEmpty();
    }

    void add(Waiter<R> waiter) {
        if (!waiter.mayWait()) {
            hasty = hasty.isEmpty() ? new TreeSet<>(Waiter.BY_DEADLINE) : hasty;
            hasty.add(waiter);
            return;
        }
        patient = patient.isEmpty() ? new TreeSet<>(Waiter.BY_DEADLINE) : patient;
        patient.add(waiter);
        unsettled += waiter.waits ? 0 : 1;
        if (waiter.deadline - waiter.lastLook() < Decision.LAST_LOOK) {
            addShortWait(waiter);
        }
    }

    private void addShortWait(Waiter<R> waiter) {
        PriorityQueue<Waiter<R>> queue = shortWaits;
        if (queue == null) {
            queue = new PriorityQueue<>((a, b) -> Long.signum(a.lastLook() - b.lastLook()));
            shortWaits = queue;
        }
        for (Waiter<R> head = queue.peek(); head != null && !contains(head); head = queue.peek()) {
            queue.remove(); // nobody looks on its behalf any more, perhaps since the claim is held here
        }
        queue.add(waiter);
    }

    /** {@return whether one more may wait here; if so it must be added, for it has been counted} */
    boolean hasSpace(Waiter<R> waiter) {
        waiter.counted = counted < engine.limits().waitersPerId() && engine.countWaiter();
        counted += waiter.counted ? 1 : 0;
        return waiter.counted;
    }

    boolean contains(Waiter<R> waiter) {
        NavigableSet<Waiter<R>> set = waiter.mayWait() ? patient : hasty;
        return !set.isEmpty() && set.contains(waiter);
    }

    boolean remove(Waiter<R> waiter) {
        NavigableSet<Waiter<R>> set = waiter.mayWait() ? patient : hasty;
        boolean removed = !set.isEmpty() && set.remove(waiter);
        if (removed) {
            gone(waiter);
        }
        return removed;
    }

    /** {@return the one with the most time left} */
    Waiter<R> last() {
        return patient.isEmpty() ? hasty.last() : patient.last();
    }

    /**
     * {@return who gets a claim: the one it was asked for, or else one with the same fingerprint, which is in the record by now} Not
     * one who arrived after it was asked for: others may have come, handled and gone since it was granted.
     */
    @Nullable
    Waiter<R> winner(Look<R> look, long covers) {
        if (contains(look.candidate)) {
            return look.candidate;
        }
        Waiter<R> found = winner(patient, look, covers);
        return found != null ? found : winner(hasty, look, covers);
    }

    private static <R> @Nullable Waiter<R> winner(NavigableSet<Waiter<R>> set, Look<R> look, long covers) {
        for (Waiter<R> waiter : set) {
            if (waiter.ticket <= covers && Objects.equals(waiter.fingerprint(), look.attempt.fingerprint())) {
                return waiter;
            }
        }
        return null;
    }

    /** {@return the first deadline after a reading of the clock, or null} */
    @Nullable
    Long firstDeadlineAfter(long time) {
        if (patient.isEmpty()) {
            return null;
        }
        Waiter<R> first = patient.first();
        Waiter<R> next = first.deadline - time > 0 ? first : patient.higher(Waiter.probe(first.request, time));
        return next == null ? null : next.deadline;
    }

    /** {@return when a caller must be told something, come what may, or null if nobody is here} */
    @Nullable
    Long firstEnd() {
        Long end = patient.isEmpty() ? null : engine.end(patient.first());
        if (!hasty.isEmpty()) {
            long hastyEnd = engine.end(hasty.first());
            end = end == null ? hastyEnd : Decision.earlier(end, hastyEnd);
        }
        return end;
    }

    /** {@return the first last look after a reading of the clock that a caller with a short wait needs, or null} */
    @Nullable
    Long firstShortLookAfter(long time) {
        PriorityQueue<Waiter<R>> queue = shortWaits;
        if (queue == null) {
            return null;
        }
        for (Waiter<R> next = queue.peek(); next != null; next = queue.peek()) {
            if (next.lastLook() - time > 0 && contains(next)) {
                return next.lastLook();
            }
            queue.remove();
        }
        return null;
    }

    /** Decides those who had arrived by then and for whom there is a verdict. */
    void decide(long arrived, Function<Waiter<R>, @Nullable Verdict<R>> settlement, Outbox<R> out) {
        decide(waiter -> waiter.ticket > arrived ? null : settlement.apply(waiter), out);
    }

    /** Decides every waiter for whom there is a verdict. */
    void decide(Function<Waiter<R>, @Nullable Verdict<R>> settlement, Outbox<R> out) {
        decide(patient, waiter -> true, settlement, out);
        decide(hasty, waiter -> true, settlement, out);
    }

    private void decide(
            NavigableSet<Waiter<R>> set,
            Predicate<Waiter<R>> reached,
            Function<Waiter<R>, @Nullable Verdict<R>> settlement,
            Outbox<R> out) {
        if (set.isEmpty()) {
            return; // spares an iterator
        }
        for (Iterator<Waiter<R>> i = set.iterator(); i.hasNext(); ) {
            Waiter<R> waiter = i.next();
            if (!reached.test(waiter)) {
                return;
            }
            Verdict<R> verdict = settlement.apply(waiter);
            if (verdict != null) {
                out.decide(
                        waiter, verdict); // first of all: for want of heap a waiter stays rather than being forgotten
                i.remove();
                gone(waiter);
            }
        }
    }

    private void gone(Waiter<R> waiter) {
        unsettled -= waiter.mayWait() && !waiter.waits ? 1 : 0;
        uncount(waiter);
    }

    /**
     * Tells those who had arrived by then of an open claim, and leaves the others to wait. Callers who have been left to wait before are
     * visited only if the claim's fingerprint is another one.
     *
     * @return whether a caller is left who needs another look at once
     */
    boolean onPending(@Nullable Digest recorded, long arrived, long leaseLeft, Outbox<R> out) {
        decide(hasty, waiter -> true, waiter -> pending(recorded, waiter, arrived, leaseLeft), out);
        boolean visits = unsettled > 0 || !compared || !Objects.equals(recorded, comparedWith);
        if (visits) {
            if (recorded != null) {
                decide(patient, waiter -> true, waiter -> pending(recorded, waiter, arrived, leaseLeft), out);
            }
            leftToWait(recorded, new Verdict.GiveUp<>(leaseLeft), out);
            compared = true;
            comparedWith = recorded;
        }
        return !hasty.isEmpty() || (recorded != null && visits && any(patient, recorded));
    }

    private static <R> @Nullable Verdict<R> pending(
            @Nullable Digest recorded, Waiter<R> waiter, long arrived, long leaseLeft) {
        return waiter.ticket > arrived ? null : Decision.onPending(recorded, waiter, leaseLeft);
    }

    private static <R> boolean any(NavigableSet<Waiter<R>> set, Digest recorded) {
        for (Waiter<R> waiter : set) {
            if (Decision.mismatch(recorded, waiter.fingerprint())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Decides waiters whose time is up.
     *
     * @param visited deadlines up to then have been visited, and nothing is known since that would decide their callers
     * @param timeIsUp for those whose deadline has passed: null leaves them, since nothing is known yet that they could be told
     * @param end for those who must be told something now
     */
    void expire(
            @Nullable Long visited,
            long now,
            Function<Waiter<R>, @Nullable Verdict<R>> timeIsUp,
            Function<Waiter<R>, @Nullable Verdict<R>> end,
            Outbox<R> out) {
        decide(hasty, waiter -> engine.end(waiter) - now <= 0, end, out);
        decide(patient, waiter -> engine.end(waiter) - now <= 0, end, out);
        if (!patient.isEmpty()) {
            NavigableSet<Waiter<R>> rest =
                    visited == null ? patient : patient.tailSet(Waiter.probe(patient.first().request, visited), false);
            decide(rest, waiter -> waiter.deadline - now <= 0, timeIsUp, out);
        }
    }

    /** Those still undecided are left to wait for a store that fails, as far as there is space; {@code refusal} is for those beyond the limit. */
    void leftToWait(Verdict<R> refusal, Outbox<R> out) {
        leftToWait(null, refusal, out);
    }

    /** The same, but for those whom another fingerprint than that of the record sends back to ask. */
    private void leftToWait(@Nullable Digest recorded, Verdict<R> refusal, Outbox<R> out) {
        if (unsettled == 0) {
            return;
        }
        for (Iterator<Waiter<R>> i = patient.iterator(); i.hasNext(); ) {
            Waiter<R> waiter = i.next();
            if (waiter.waits || Decision.mismatch(recorded, waiter.fingerprint())) {
                continue;
            }
            if (waiter.counted || hasSpace(waiter)) {
                waiter.waits = true;
            } else {
                out.decide(waiter, refusal);
                i.remove();
            }
            unsettled--;
        }
    }

    /** {@return whether everybody has time, so that nobody will go away before a join is answered} */
    boolean allMayWait() {
        return hasty.isEmpty();
    }

    /** Visits those who arrived after that. */
    void after(long arrived, Consumer<Waiter<R>> visitor) {
        visit(patient, arrived, visitor);
        visit(hasty, arrived, visitor);
    }

    private static <R> void visit(NavigableSet<Waiter<R>> set, long arrived, Consumer<Waiter<R>> visitor) {
        for (Waiter<R> waiter : set) {
            if (waiter.ticket > arrived) {
                visitor.accept(waiter);
            }
        }
    }

    void uncount(Waiter<R> waiter) {
        if (waiter.counted) {
            waiter.counted = false;
            counted--;
            engine.uncountWaiter();
        }
    }
}
