package io.apicache;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a room has decided to do, carried out after its lock is given back: the store may answer at once and call back into the room,
 * and a completed future runs foreign code. Used by one thread.
 */
final class Outbox<R> {

    private @Nullable Waiter<R> decided;
    private @Nullable List<Waiter<R>> moreDecided;
    private @Nullable Runnable act;
    private @Nullable List<Runnable> moreActs;

    /** Whoever took the waiter out of the set tells what it came to. */
    void decide(Waiter<R> waiter, Verdict<R> verdict) {
        waiter.decide(verdict);
        if (decided == null) {
            decided = waiter;
        } else {
            if (moreDecided == null) {
                moreDecided = new ArrayList<>();
            }
            moreDecided.add(waiter);
        }
    }

    /** Something to be done with the store or the listener, in the order in which it was decided. */
    void act(Runnable next) {
        if (act == null) {
            act = next;
        } else {
            if (moreActs == null) {
                moreActs = new ArrayList<>(2);
            }
            moreActs.add(next);
        }
    }

    void carryOut(Engine<R> engine) {
        if (decided != null) {
            engine.wakeUp(decided, moreDecided == null ? List.of() : moreDecided);
        }
        if (act != null) {
            act.run();
        }
        if (moreActs != null) {
            moreActs.forEach(Runnable::run);
        }
    }
}
