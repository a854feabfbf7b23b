package io.apicache.engine;

import io.apicache.spi.Key;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The place of one key in a cache: its state, the lock that guards the state, and its timer. */
final class KeySlot<R> {

    final Key key;

    // Guards the state and the timer. Never held while the store or the user's code runs, but for the clock and the
    // scheduler, which may be the user's.
    final ReentrantLock lock = new ReentrantLock();
    final KeyState<R> state;

    @Nullable
    ScheduledFuture<?> timer;

    long timerDue;

    /** Answers that a store gives at once, one within the other. */
    volatile int nested;

    KeySlot(KeyContext context, Key key) {
        this.key = key;
        this.state = new KeyState<>(context, key);
    }
}
