package io.apicache;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a room has decided to do, carried out after its lock is given back: the store may answer at once and call back into the room,
 * and a completed future runs foreign code. Used by one thread.
 */
final class Outbox<R> {

    private static final int AT_ONCE = 64;
    private static final int PER_TASK = 64;

    private @Nullable Waiter<R> parked;
    private @Nullable List<Waiter<R>> moreParked;
    private @Nullable Waiter<R> threadless;
    private @Nullable List<Waiter<R>> moreThreadless;
    private @Nullable Runnable act;
    private @Nullable List<Runnable> moreActs;

    /** The step that takes a waiter out of the set tells what it came to. */
    void decide(Waiter<R> waiter, Verdict<R> verdict) {
        if (waiter.isParked()) {
            moreParked = parked == null ? null : with(moreParked, waiter);
            parked = parked == null ? waiter : parked;
        } else {
            moreThreadless = threadless == null ? null : with(moreThreadless, waiter);
            threadless = threadless == null ? waiter : threadless;
        }
        waiter.decide(verdict);
    }

    /** Something to be done with the store or the listener, in the order in which it was decided. */
    void act(Runnable next) {
        moreActs = act == null ? null : with(moreActs, next);
        act = act == null ? next : act;
    }

    private static <T> List<T> with(@Nullable List<T> list, T next) {
        List<T> longer = list == null ? new ArrayList<>() : list;
        longer.add(next);
        return longer;
    }

    /**
     * Wakes blocked callers first and those whose code follows last, so that no caller waits for another one's code. Throws nothing:
     * what fails here concerns other calls than the one whose thread this is. Blocked callers wake by themselves, and the lease keeper
     * finds what else was left undone.
     */
    void carryOut(Engine<R> engine) {
        if (parked != null) {
            deliver(parked, moreParked, engine, true);
        }
        if (act != null) {
            run(act);
        }
        if (moreActs != null) {
            for (int i = 0; i < moreActs.size(); i++) {
                run(moreActs.get(i));
            }
        }
        if (threadless != null) {
            deliver(threadless, moreThreadless, engine, false);
        }
    }

    /**
     * Delivers a few on this thread, so that the common case pays for no hand-over. A herd is woken by several threads, so that the owner
     * who handled it does not wake thousands before it may go on.
     */
    private static <R> void deliver(
            Waiter<R> first, @Nullable List<Waiter<R>> more, Engine<R> engine, boolean areParked) {
        deliver(first);
        int size = more == null ? 0 : more.size();
        for (int i = 0; i < Math.min(size, AT_ONCE); i++) {
            deliver(Objects.requireNonNull(more).get(i));
        }
        for (int from = AT_ONCE; from < size; from += PER_TASK) {
            int start = from;
            int end = Math.min(size, from + PER_TASK);
            List<Waiter<R>> herd = Objects.requireNonNull(more);
            try {
                Runnable some = () -> deliver(herd, start, end);
                if (areParked) {
                    engine.threads().wake(some);
                } else {
                    engine.threads().callBack(some);
                }
            } catch (Throwable e) { // no heap for a task
                deliver(herd, start, end);
            }
        }
    }

    private static <R> void deliver(List<Waiter<R>> herd, int start, int end) {
        for (int i = start; i < end; i++) {
            deliver(herd.get(i));
        }
    }

    private static void deliver(Waiter<?> waiter) {
        try {
            waiter.deliver();
        } catch (Throwable e) {
            Failures.log(Incident.OUTCOME_NOT_DELIVERED, e);
        }
    }

    private static void run(Runnable act) {
        try {
            act.run();
        } catch (Throwable e) {
            Failures.log(Incident.EFFECT_FAILED, e);
        }
    }
}
