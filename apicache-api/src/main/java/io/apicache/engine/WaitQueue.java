package io.apicache.engine;

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

/** The undecided callers of one key, by deadline, within the limits of the cache. Guarded by the key's lock. */
final class WaitQueue<R> {

    private final KeyContext context;
    private NavigableSet<Waiter<R>> patient = Collections.emptyNavigableSet(); // may wait
    private NavigableSet<Waiter<R>> hasty = Collections.emptyNavigableSet(); // came for an answer, not for a time

    /** Those with a last look of their own, and some that have left. */
    private @Nullable PriorityQueue<Waiter<R>> shortWaits;

    private long arrivals;
    private int counted;
    private int unsettled; // of the patient ones, those that have not been left to wait yet
    private boolean compared; // the settled ones have, with this fingerprint
    private @Nullable Digest comparedWith;

    WaitQueue(KeyContext context) {
        this.context = context;
    }

    /** A caller has come: gives it its place among the arrivals. */
    void arrive(Waiter<R> waiter) {
        waiter.arrival = ++arrivals;
    }

    /** {@return the last arrival: a query that is sent now can answer it and all before it} */
    long arrivals() {
        return arrivals;
    }

    boolean isEmpty() {
        return patient.isEmpty() && hasty.isEmpty();
    }

    void add(Waiter<R> waiter) {
        if (!waiter.canWait()) {
            hasty = hasty.isEmpty() ? new TreeSet<>(Waiter.BY_DEADLINE) : hasty;
            hasty.add(waiter);
            return;
        }
        patient = patient.isEmpty() ? new TreeSet<>(Waiter.BY_DEADLINE) : patient;
        patient.add(waiter);
        unsettled += waiter.waits ? 0 : 1;
        if (waiter.deadline - waiter.lastLook() < Timing.LAST_LOOK) {
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
    boolean tryReserve(Waiter<R> waiter) {
        waiter.counted = counted < context.settings.waitersPerId() && context.capacity.tryReserve();
        counted += waiter.counted ? 1 : 0;
        return waiter.counted;
    }

    boolean contains(Waiter<R> waiter) {
        NavigableSet<Waiter<R>> set = waiter.canWait() ? patient : hasty;
        return !set.isEmpty() && set.contains(waiter);
    }

    boolean remove(Waiter<R> waiter) {
        NavigableSet<Waiter<R>> set = waiter.canWait() ? patient : hasty;
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
    Waiter<R> winner(Query<R> query, long answersUpTo) {
        if (contains(query.candidate)) {
            return query.candidate;
        }
        Waiter<R> found = winner(patient, query, answersUpTo);
        return found != null ? found : winner(hasty, query, answersUpTo);
    }

    private static <R> @Nullable Waiter<R> winner(NavigableSet<Waiter<R>> set, Query<R> query, long answersUpTo) {
        for (Waiter<R> waiter : set) {
            if (waiter.arrival <= answersUpTo && Objects.equals(waiter.fingerprint, query.attempt.fingerprint())) {
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
        Waiter<R> next = first.deadline - time > 0 ? first : patient.higher(Waiter.probe(first.key, time));
        return next == null ? null : next.deadline;
    }

    /** {@return when a caller must be told something, come what may, or null if nobody is here} */
    @Nullable
    Long firstEnd() {
        Long end = patient.isEmpty() ? null : context.end(patient.first().deadline);
        if (!hasty.isEmpty()) {
            long hastyEnd = context.end(hasty.first().deadline);
            end = end == null ? hastyEnd : Timing.earlier(end, hastyEnd);
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

    /** Decides those who had arrived by then and for whom there is a resolution. */
    void decide(long arrived, Function<Waiter<R>, @Nullable Resolution<R>> rule, Effects<R> effects) {
        decide(waiter -> waiter.arrival > arrived ? null : rule.apply(waiter), effects);
    }

    /** Decides every waiter for whom there is a resolution. */
    void decide(Function<Waiter<R>, @Nullable Resolution<R>> rule, Effects<R> effects) {
        decide(patient, waiter -> true, rule, effects);
        decide(hasty, waiter -> true, rule, effects);
    }

    private void decide(
            NavigableSet<Waiter<R>> set,
            Predicate<Waiter<R>> reached,
            Function<Waiter<R>, @Nullable Resolution<R>> rule,
            Effects<R> effects) {
        if (set.isEmpty()) {
            return; // spares an iterator
        }
        for (Iterator<Waiter<R>> i = set.iterator(); i.hasNext(); ) {
            Waiter<R> waiter = i.next();
            if (!reached.test(waiter)) {
                return;
            }
            Resolution<R> resolution = rule.apply(waiter);
            if (resolution != null) {
                // First of all: for want of heap a waiter stays rather than being forgotten.
                effects.resolve(waiter, resolution);
                i.remove();
                gone(waiter);
            }
        }
    }

    private void gone(Waiter<R> waiter) {
        unsettled -= waiter.canWait() && !waiter.waits ? 1 : 0;
        uncount(waiter);
    }

    /**
     * Tells those who had arrived by then of an open claim, and leaves the others to wait. Callers who have been left to wait before are
     * visited only if the claim's fingerprint is another one.
     *
     * @return whether a caller is left who needs another look at once
     */
    boolean onPending(@Nullable Digest storedFingerprint, long arrived, long leaseLeft, Effects<R> effects) {
        decide(hasty, waiter -> true, waiter -> pending(storedFingerprint, waiter, arrived, leaseLeft), effects);
        boolean visits = unsettled > 0 || !compared || !Objects.equals(storedFingerprint, comparedWith);
        if (visits) {
            if (storedFingerprint != null) {
                decide(
                        patient,
                        waiter -> true,
                        waiter -> pending(storedFingerprint, waiter, arrived, leaseLeft),
                        effects);
            }
            park(storedFingerprint, new Resolution.GiveUp<>(leaseLeft), effects);
            compared = true;
            comparedWith = storedFingerprint;
        }
        return !hasty.isEmpty() || (storedFingerprint != null && visits && any(patient, storedFingerprint));
    }

    /** {@return whether an open claim leaves a caller that does not hold it to wait} */
    static boolean leavesToWait(@Nullable Digest storedFingerprint, Waiter<?> waiter) {
        return waiter.canWait() && !Timing.mismatch(storedFingerprint, waiter.fingerprint);
    }

    /** {@return what an open claim means for a caller that does not hold it, or null if the caller waits} */
    static <R> @Nullable Resolution<R> onPending(@Nullable Digest storedFingerprint, Waiter<R> waiter, long leaseLeft) {
        if (Timing.mismatch(storedFingerprint, waiter.fingerprint)) {
            return new Resolution.Mismatch<>(); // at once, not at the end of a wait that could only end so
        }
        return waiter.canWait() ? null : new Resolution.GiveUp<>(leaseLeft);
    }

    private static <R> @Nullable Resolution<R> pending(
            @Nullable Digest storedFingerprint, Waiter<R> waiter, long arrived, long leaseLeft) {
        return waiter.arrival > arrived ? null : onPending(storedFingerprint, waiter, leaseLeft);
    }

    private static <R> boolean any(NavigableSet<Waiter<R>> set, Digest storedFingerprint) {
        for (Waiter<R> waiter : set) {
            if (Timing.mismatch(storedFingerprint, waiter.fingerprint)) {
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
            Function<Waiter<R>, @Nullable Resolution<R>> timeIsUp,
            Function<Waiter<R>, @Nullable Resolution<R>> end,
            Effects<R> effects) {
        decide(hasty, waiter -> context.end(waiter.deadline) - now <= 0, end, effects);
        decide(patient, waiter -> context.end(waiter.deadline) - now <= 0, end, effects);
        if (!patient.isEmpty()) {
            NavigableSet<Waiter<R>> rest =
                    visited == null ? patient : patient.tailSet(Waiter.probe(patient.first().key, visited), false);
            decide(rest, waiter -> waiter.deadline - now <= 0, timeIsUp, effects);
        }
    }

    /** Those still undecided are left to wait for a store that fails, as far as there is space; {@code refusal} is for those beyond the limit. */
    void park(Resolution<R> refusal, Effects<R> effects) {
        park(null, refusal, effects);
    }

    /** The same, but for those whom another fingerprint than that of the record sends back to ask. */
    private void park(@Nullable Digest storedFingerprint, Resolution<R> refusal, Effects<R> effects) {
        if (unsettled == 0) {
            return;
        }
        for (Iterator<Waiter<R>> i = patient.iterator(); i.hasNext(); ) {
            Waiter<R> waiter = i.next();
            if (waiter.waits || Timing.mismatch(storedFingerprint, waiter.fingerprint)) {
                continue;
            }
            if (waiter.counted || tryReserve(waiter)) {
                waiter.waits = true;
            } else {
                effects.resolve(waiter, refusal);
                i.remove();
            }
            unsettled--;
        }
    }

    /** {@return whether everybody has time, so that nobody will go away before a join is answered} */
    boolean allCanWait() {
        return hasty.isEmpty();
    }

    /** Visits those who arrived after that. */
    void after(long arrived, Consumer<Waiter<R>> visitor) {
        visit(patient, arrived, visitor);
        visit(hasty, arrived, visitor);
    }

    private static <R> void visit(NavigableSet<Waiter<R>> set, long arrived, Consumer<Waiter<R>> visitor) {
        for (Waiter<R> waiter : set) {
            if (waiter.arrival > arrived) {
                visitor.accept(waiter);
            }
        }
    }

    void uncount(Waiter<R> waiter) {
        if (waiter.counted) {
            waiter.counted = false;
            counted--;
            context.capacity.free();
        }
    }
}
