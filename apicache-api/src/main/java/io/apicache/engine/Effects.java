package io.apicache.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one step of a key has decided to do. The {@link Coordinator} carries it out after the key's lock has been given back: the store may
 * answer at once and call back, and a completed future runs foreign code. Used by one thread.
 */
class Effects<R> implements EffectSink {

    @Nullable
    Waiter<R> blocked;

    @Nullable
    List<Waiter<R>> moreBlocked;

    @Nullable
    Waiter<R> threadless;

    @Nullable
    List<Waiter<R>> moreThreadless;

    @Nullable
    Effect effect;

    @Nullable
    List<Effect> moreEffects;

    private boolean watched;

    /** The step that takes a waiter out of the queue says what the call came to. */
    void resolve(Waiter<R> waiter, Resolution<R> resolution) {
        if (waiter.blocked() != null) {
            moreBlocked = blocked == null ? null : with(moreBlocked, waiter);
            blocked = blocked == null ? waiter : blocked;
        } else {
            moreThreadless = threadless == null ? null : with(moreThreadless, waiter);
            threadless = threadless == null ? waiter : threadless;
        }
        waiter.resolve(resolution);
    }

    @Override
    public void add(Effect next) {
        moreEffects = effect == null ? null : with(moreEffects, next);
        effect = effect == null ? next : effect;
    }

    private static <T> List<T> with(@Nullable List<T> list, T next) {
        List<T> longer = list == null ? new ArrayList<>() : list;
        longer.add(next);
        return longer;
    }

    @Override
    public void watch() {
        watched = true;
    }

    boolean isWatched() {
        return watched;
    }
}
