package io.apicache;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One timer for all open claims of a cache: renews their leases, notices losses and questions that the store does not answer. Runs
 * only while there is something to keep.
 */
final class LeaseKeeper<R> {

    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

    private final Engine<R> engine;
    private final AtomicBoolean running = new AtomicBoolean();

    LeaseKeeper(Engine<R> engine) {
        this.engine = engine;
    }

    /**
     * There is something to keep. A claim that was asked for again begins with two thirds of its lease at the least, and a question with
     * all of its time, so a keeper that runs already is in time for them; a claim that was long in coming may be lost, which is noticed.
     */
    void watch() {
        if (!running.get() && running.compareAndSet(false, true)) {
            var unused =
                    engine.schedule(this::sweep, engine.now() + engine.limits().sweepNanos());
        }
    }

    private void sweep() {
        boolean any = false;
        long now = engine.now();
        long due = now + engine.limits().sweepNanos();
        for (Room<R> room : engine.rooms()) {
            any = true;
            due = Decision.earlier(due, room.sweep());
        }
        if (any) {
            var unused = engine.schedule(this::sweep, Decision.later(due, now + SHORTEST_PAUSE));
            return;
        }
        running.set(false);
        if (!engine.rooms().isEmpty()) { // a room that opened after the sweep saw the keeper still running
            watch();
        }
    }
}
