package io.apicache.engine;

import io.apicache.spi.Key;
import io.apicache.spi.Time;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one cache, and the steps that they take. A step locks its key, reads the clock for it and arms its timer. What only reads the
 * state, and the start of a handle, lock the slot directly.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class Steps<R> {

    /** Carries out what a step has decided. */
    interface Performer<R> {

        /** Carries it out, without the key's lock. Throws nothing. */
        void perform(KeySlot<R> slot, Effects<R> effects);
    }

    private final KeyContext context;
    private final Time time;
    private final Threads threads;
    private final Performer<R> performer;
    private final ConcurrentHashMap<Key, KeySlot<R>> slots = new ConcurrentHashMap<>();

    Steps(KeyContext context, Time time, Threads threads, Performer<R> performer) {
        this.context = context;
        this.time = time;
        this.threads = threads;
        this.performer = performer;
    }

    long now() {
        return time.nanoTime();
    }

    /** {@return the time, or {@code otherwise} if the clock fails: what ends must end all the same} */
    long nowOr(long otherwise) {
        try {
            return now();
        } catch (Throwable e) {
            threads.log(Incident.CLOCK_FAILED, e);
            return otherwise;
        }
    }

    // ---- the keys

    /** {@return those with something going on} */
    Collection<KeySlot<R>> all() {
        return slots.values();
    }

    @Nullable
    KeySlot<R> existing(Key key) {
        return slots.get(key);
    }

    KeySlot<R> slot(Key key) {
        KeySlot<R> slot = slots.get(key);
        return slot != null ? slot : slots.computeIfAbsent(key, absent -> new KeySlot<>(context, absent));
    }

    // ---- a step

    /** Locks the key for one step; closing the step unlocks it. */
    Step begin(KeySlot<R> slot, Occasion occasion) {
        Step step = new Step(slot);
        slot.lock.lock();
        slot.state.begin(occasion);
        return step;
    }

    /** One step of a key: while it is open its thread holds the key's lock, and passes events to the state. */
    final class Step extends Effects<R> implements AutoCloseable {

        private final KeySlot<R> slot;

        private Step(KeySlot<R> slot) {
            this.slot = slot;
        }

        KeyState<R> state() {
            return slot.state;
        }

        private void timerHasFired() {
            slot.timer = null;
        }

        Owners<R> owners() {
            return slot.state.owners;
        }

        /**
         * Draws the consequences of what has happened, unlocks the key, and carries out the effects, whatever fails meanwhile: what was
         * decided before an Error is carried out all the same. Throws nothing: a failure here concerns all callers of the key, not the one
         * whose thread this is. The timer, the lease keeper or a blocked caller makes up for it.
         */
        @Override
        public void close() {
            KeyState<R> state = slot.state;
            Throwable failure = null;
            try {
                if (state.needsTime()) {
                    state.advance(now(), this);
                }
            } catch (Throwable e) {
                failure = e;
            }
            try {
                state.conclude(this);
                if (state.isEnded()) {
                    slots.remove(slot.key, slot);
                }
                if (failure == null) { // a deadline that could not be visited would be due again at once
                    rearm(slot, state.nextDeadline());
                }
            } catch (Throwable e) {
                failure = failure == null ? e : failure;
            } finally {
                slot.lock.unlock();
            }
            performer.perform(slot, this);
            if (failure != null) {
                Failures.log(Incident.STEP_NOT_CONCLUDED, slot.key, failure);
            }
        }
    }

    /** One timer for the key: for whatever comes first. A timer that has run or was dropped without a trace is replaced by the next step. */
    private void rearm(KeySlot<R> slot, @Nullable Long due) {
        if (slot.timer != null && (due == null || due != slot.timerDue || slot.timer.isDone())) {
            threads.cancel(slot.timer);
            slot.timer = null;
        }
        if (slot.timer == null && due != null) {
            slot.timerDue = due;
            slot.timer = threads.scheduleAt(() -> timerFired(slot), due, time);
        }
    }

    private void timerFired(KeySlot<R> slot) {
        try (Step step = begin(slot, Occasion.TIME)) {
            step.timerHasFired();
        }
    }

    /** Lets time pass at the key, in case its timer does not. */
    void overdue(KeySlot<R> slot) {
        try (Step step = begin(slot, Occasion.TIME)) {
            step.state().advance(now(), step);
        }
    }

    /** Does what is due for the lease keeper. {@return when there is something to do again} */
    long expire(KeySlot<R> slot) {
        try (Step step = begin(slot, Occasion.NEWS)) {
            return step.state().expire(now(), step);
        }
    }
}
