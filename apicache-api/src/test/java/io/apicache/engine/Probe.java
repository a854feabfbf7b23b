package io.apicache.engine;

import io.apicache.spi.AttemptId;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Looks into the engine of a cache, for tests of what no caller sees. */
public final class Probe<R> {

    private final Engine<R> engine;
    private final Coordinator<R> coordinator;

    private Probe(Engine<R> engine, Coordinator<R> coordinator) {
        this.engine = engine;
        this.coordinator = coordinator;
    }

    /** {@return a probe of the engine behind this door} */
    @SuppressWarnings("unchecked")
    public static <R> Probe<R> of(Object cache) {
        Engine<R> engine = (Engine<R>) field(field(cache, "calls"), "engine");
        return new Probe<>(engine, (Coordinator<R>) field(engine, "coordinator"));
    }

    /** {@return the value of a private field} */
    public static Object field(Object of, String name) {
        try {
            Field field = of.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(of);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** {@return the classes that building a cache loads and initializes, besides those of the door} */
    public static List<Class<?>> preparedClasses() {
        List<Class<?>> all = new ArrayList<>(PreparedClasses.others());
        all.addAll(PreparedClasses.ofTheEngine());
        all.add(PreparedClasses.class);
        return all;
    }

    private KeySlot<R> slot() {
        return coordinator.steps().all().iterator().next();
    }

    /** {@return the keys that have something going on} */
    public Collection<?> keys() {
        return coordinator.steps().all();
    }

    /** {@return the keys whose lock the calling thread holds} */
    public List<String> locked() {
        List<String> locked = new ArrayList<>();
        for (KeySlot<R> slot : coordinator.steps().all()) {
            if (slot.lock.isHeldByCurrentThread()) {
                locked.add(slot.key.toString());
            }
        }
        return locked;
    }

    /** Lets time pass at the only key, as a blocked caller does whose time is up. */
    public void overdue() {
        coordinator.steps().overdue(slot());
    }

    /** Brings a message to the only key. */
    public void changed() {
        coordinator.changed(slot());
    }

    private Object queue() {
        return field(slot().state, "waiters");
    }

    /** {@return the callers at the only key that need a last look of their own} */
    public Collection<?> shortWaits() {
        return (Collection<?>) field(queue(), "shortWaits");
    }

    /** {@return counts visits to the callers that wait at the only key} */
    @SuppressWarnings("unchecked")
    public CountedVisits visits() {
        return CountedVisits.of((WaitQueue<String>) queue());
    }

    /** {@return the threads of the cache} */
    public Object threads() {
        return field(engine, "threads");
    }

    /** Opens a hand-over whose outcome is there. {@return says that it is there} */
    public <T> Runnable handOver(Supplier<T> outcome, CompletableFuture<T> result) {
        HandOvers.HandOver<T> handOver = coordinator
                .handOvers()
                .create(
                        new HandOvers.Source<>() {
                            @Override
                            public boolean isReady() {
                                return true;
                            }

                            @Override
                            public @Nullable T get() {
                                return outcome.get();
                            }
                        },
                        result);
        coordinator.open(handOver);
        return handOver::ready;
    }

    /** {@return whether the lease keeper has nothing to keep} */
    public boolean isIdle() {
        return coordinator.steps().all().isEmpty() && coordinator.handOvers().isEmpty();
    }

    /** A call on the only key that ends with an exception, beside a claim on it. */
    public final class EndedCall {

        private final Waiter<R> waiter = new Waiter<>(new Key("default", "id"), null, 0, 1, 0, Thread.currentThread());
        private final KeySlot<R> slot = slot();

        /** The call ends. */
        public void end() {
            coordinator.withdraw(slot, waiter);
        }

        /** The claim is decided on for the call. */
        @SuppressWarnings("unchecked")
        public void isGranted(Claim<R> claim) {
            try (Steps<R>.Step step = coordinator.steps().begin(slot, Occasion.NEWS)) {
                step.resolve(waiter, new Resolution.Run<>((Ownership<R>) field(claim, "ownership")));
            }
        }
    }

    /** The owner has closed the claim, and ending it has failed. */
    public static void leaveToKeeper(Claim<?> claim) {
        claim.leaveToKeeper();
    }

    static Waiter<String> waiter(@Nullable Digest fingerprint, long entered, long maxWait) {
        return new Waiter<>(new Key("default", "id"), fingerprint, entered, maxWait, entered, null);
    }

    static KeyContext context(Settings settings) {
        return new KeyContext(settings, AttemptId::next, () -> 0.5);
    }

    static Settings settings() {
        return new Settings(
                Duration.ofDays(1),
                null,
                Duration.ofSeconds(6),
                Duration.ofMinutes(15),
                Duration.ofSeconds(2),
                20_000,
                100_000);
    }
}
