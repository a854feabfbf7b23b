package io.apicache;

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
        if (waiter.deadline - waiter.lastLook() < Decision.LAST_LOOK) {
            if (shortWaits == null) {
                shortWaits = new PriorityQueue<>((a, b) -> Long.signum(a.lastLook() - b.lastLook()));
            }
            shortWaits.add(waiter);
        }
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
            uncount(waiter);
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
                uncount(waiter);
            }
        }
    }

    /**
     * Decides waiters whose time is up.
     *
     * @param timeIsUp for those whose deadline has passed: null leaves them, since nothing is known yet that they could be told
     * @param end for those who must be told something now
     */
    void expire(
            long now,
            Function<Waiter<R>, @Nullable Verdict<R>> timeIsUp,
            Function<Waiter<R>, Verdict<R>> end,
            Outbox<R> out) {
        decide(
                patient,
                waiter -> waiter.deadline - now <= 0,
                waiter -> engine.end(waiter) - now <= 0 ? end.apply(waiter) : timeIsUp.apply(waiter),
                out);
        decide(hasty, waiter -> engine.end(waiter) - now <= 0, end, out);
    }

    /** Those still undecided are left to wait, as far as there is space; {@code refusal} is for those beyond the limit. */
    void leftToWait(Verdict<R> refusal, Outbox<R> out) {
        if (patient.isEmpty()) {
            return;
        }
        for (Iterator<Waiter<R>> i = patient.iterator(); i.hasNext(); ) {
            Waiter<R> waiter = i.next();
            waiter.waits = waiter.counted || hasSpace(waiter);
            if (!waiter.waits) {
                out.decide(waiter, refusal);
                i.remove();
            }
        }
    }

    /** {@return whether everybody has time, so that nobody will go away before a join is answered} */
    boolean allMayWait() {
        return hasty.isEmpty();
    }

    /** {@return whether somebody is left for whom there would be a verdict} */
    boolean any(Function<Waiter<R>, @Nullable Verdict<R>> settlement) {
        for (Waiter<R> waiter : patient) {
            if (settlement.apply(waiter) != null) {
                return true;
            }
        }
        for (Waiter<R> waiter : hasty) {
            if (settlement.apply(waiter) != null) {
                return true;
            }
        }
        return false;
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

    private void uncount(Waiter<R> waiter) {
        if (waiter.counted) {
            waiter.counted = false;
            counted--;
            engine.uncountWaiter();
        }
    }
}
