package io.apicache;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
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
            each(parked, moreParked, Outbox::deliver, engine.threads()::wake);
        }
        if (act != null) {
            run(act);
        }
        if (moreActs != null) {
            moreActs.forEach(Outbox::run);
        }
        if (threadless != null) {
            each(threadless, moreThreadless, Outbox::deliver, engine.threads()::callBack);
        }
    }

    /**
     * Delivers a few on this thread, so that the common case pays for no hand-over. A herd is woken by several threads, so that the owner
     * who handled it does not wake thousands before it may go on.
     */
    private static <T> void each(T first, @Nullable List<T> more, Consumer<T> each, Consumer<Runnable> elsewhere) {
        each.accept(first);
        if (more == null) {
            return;
        }
        int atOnce = Math.min(more.size(), AT_ONCE);
        for (int i = 0; i < atOnce; i++) {
            each.accept(more.get(i));
        }
        for (int from = atOnce; from < more.size(); from += PER_TASK) {
            List<T> some = more.subList(from, Math.min(more.size(), from + PER_TASK));
            elsewhere.accept(() -> some.forEach(each));
        }
    }

    private static void deliver(Waiter<?> waiter) {
        try {
            waiter.deliver();
        } catch (Throwable e) {
            Failures.log("an outcome could not be delivered, and is tried again", e);
        }
    }

    private static void run(Runnable act) {
        try {
            act.run();
        } catch (Throwable e) {
            Failures.log("an effect failed, and is tried again", e);
        }
    }
}
