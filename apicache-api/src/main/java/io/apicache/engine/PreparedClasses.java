package io.apicache.engine;

import io.apicache.StoreUnavailableException;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Marker;
import java.lang.invoke.MethodHandles;
import java.util.List;

/**
 * The classes that are used first, perhaps, when something has failed. To load a class needs heap, and one whose initializer fails for want of
 * heap cannot be used any more: so all of them are loaded and initialized when a cache is built.
 */
public final class PreparedClasses {

    private PreparedClasses() {}

    /** {@return those of other packages} */
    static List<Class<?>> others() {
        return List.of(AttemptId.class, Marker.class, StoreUnavailableException.Outcome.class);
    }

    /** {@return those of the engine, all but this one} */
    static List<Class<?>> ofTheEngine() {
        return List.of(
                Capacity.class,
                Claim.class,
                Claim.Loss.class,
                Confirmation.class,
                Coordinator.class,
                Coordinator.After.class,
                Durations.class,
                Effect.class,
                Effect.Completed.class,
                EffectSink.class,
                Effects.class,
                Engine.class,
                Engine.AsyncCall.class,
                Engine.Receiver.class,
                EventSink.class,
                Failures.class,
                HandOvers.class,
                HandOvers.HandOver.class,
                HandOvers.Source.class,
                HandleAttempt.class,
                Incident.class,
                KeyContext.class,
                KeySlot.class,
                KeyState.class,
                Lease.class,
                LeaseKeeper.class,
                Messages.class,
                Occasion.class,
                Owners.class,
                Ownership.class,
                Ownership.Closing.class,
                Ownership.Lost.class,
                Ownership.Release.class,
                Ownership.Renewal.class,
                Ownership.Send.class,
                Ownership.State.class,
                Query.class,
                Query.Ask.class,
                Ready.class,
                RemoteRecord.class,
                RemoteRecord.GiveBack.class,
                RemoteRecord.StoreFailed.class,
                Resolution.class,
                Resolution.Fail.class,
                Resolution.GiveUp.class,
                Resolution.Mismatch.class,
                Resolution.Replay.class,
                Resolution.Run.class,
                Settings.class,
                Steps.class,
                Steps.Performer.class,
                Steps.Step.class,
                StoreClient.class,
                StoreClient.Bounded.class,
                StoreMoves.class,
                Threads.class,
                Timing.class,
                WaitQueue.class,
                Waiter.class);
    }

    /** Loads and initializes them now. */
    public static void initialize() {
        initialize(others());
        initialize(ofTheEngine());
    }

    private static void initialize(List<Class<?>> classes) {
        for (Class<?> each : classes) {
            try {
                MethodHandles.lookup().ensureInitialized(each);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e); // each can be named here, so it is accessible
            }
        }
    }
}
