package io.apicache.engine;

import io.apicache.StoreUnavailableException;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Marker;
import java.lang.invoke.MethodHandles;
import java.util.List;

/** The classes that are used first, perhaps, when something has failed: one whose initializer fails, for want of heap, cannot be used any more. */
final class PreparedClasses {

    private PreparedClasses() {}

    /** {@return those with an initializer} */
    static List<Class<?>> all() {
        return List.of(
                AttemptId.class,
                Incident.class,
                LeaseKeeper.class,
                Marker.class,
                Occasion.class,
                Ownership.class,
                Ownership.Closing.class,
                Ownership.State.class,
                Settings.class,
                StoreClient.class,
                StoreMoves.class,
                StoreUnavailableException.Outcome.class,
                Threads.class,
                Timing.class,
                Waiter.class);
    }

    /** {@return those that are only data, and may be made first when something has failed} */
    private static List<Class<?>> effects() {
        return List.of(
                Effect.Completed.class,
                Ownership.Lost.class,
                Ownership.Release.class,
                Ownership.Renewal.class,
                Ownership.Send.class,
                Query.Ask.class,
                RemoteRecord.GiveBack.class,
                RemoteRecord.StoreFailed.class);
    }

    /** Initializes them now. */
    static void initialize() {
        initialize(all());
        initialize(effects());
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
