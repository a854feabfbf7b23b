package io.apicache;

import io.apicache.spi.Claimed;
import io.apicache.spi.Hints;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands at every place where the library calls code that is not its own: counts the calls, and spoils one of them.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads; which call is the n-th is then up to them.
 */
final class CallSites {

    /** The response that the codec refuses. */
    static final String TOO_LARGE = "too large";

    /** What goes wrong with a call. */
    enum Kind {
        /** Not executed; an error is thrown. */
        ERROR,
        /** Not executed; an exception is thrown. */
        EXCEPTION,
        /** Executed, and then an error is thrown. */
        LATE_ERROR,
        /** Not executed; refused as a pool does. */
        REFUSAL,
        /** Not executed, and no sign of it. */
        DISCARD,
        /** Executed; null is returned. */
        NULL,
        /** Not executed; a stage that has failed with an error is returned. */
        FAILED_STAGE,
        /** Executed; a stage is returned every method of which throws. */
        BROKEN_STAGE,
        /** Executed; a stage with null is returned. */
        NULL_STAGE
    }

    /** One call, and what goes wrong with it. */
    record Fault(String site, int call, Kind kind) {}

    // Guards counts, planted and hits.
    private final Object lock = new Object();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final Map<String, Set<Kind>> kinds = new TreeMap<>();
    private boolean counting;
    private @Nullable Fault planted;

    /** Counts from now on, and spoils one call unless there is none to spoil. */
    void arm(@Nullable Fault fault) {
        synchronized (lock) {
            planted = fault;
            counting = true;
        }
    }

    /** Spoils nothing any more. */
    void disarm() {
        synchronized (lock) {
            counting = false;
        }
    }

    /** {@return how often each place was called} */
    Map<String, Integer> counts() {
        synchronized (lock) {
            return new TreeMap<>(counts);
        }
    }

    /** {@return what may go wrong at a place that was called} */
    Set<Kind> kinds(String site) {
        synchronized (lock) {
            return kinds.get(site);
        }
    }

    private @Nullable Kind faultOf(String site, Method method) {
        synchronized (lock) {
            if (!counting) {
                return null;
            }
            int call = counts.merge(site, 1, Integer::sum);
            kinds.computeIfAbsent(site, absent -> kindsOf(site, method));
            Fault fault = planted;
            return fault != null && fault.site().equals(site) && fault.call() == call ? fault.kind() : null;
        }
    }

    private static Set<Kind> kindsOf(String site, Method method) {
        Set<Kind> kinds = EnumSet.of(Kind.ERROR, Kind.EXCEPTION);
        if (method.getReturnType() == CompletionStage.class || site.equals("Supplier.get")) {
            kinds.addAll(List.of(Kind.LATE_ERROR, Kind.NULL, Kind.FAILED_STAGE, Kind.BROKEN_STAGE, Kind.NULL_STAGE));
        }
        switch (site) {
            case "Executor.execute" -> kinds.addAll(List.of(Kind.REFUSAL, Kind.DISCARD));
            case "ScheduledExecutorService.schedule" -> kinds.addAll(List.of(Kind.REFUSAL, Kind.LATE_ERROR, Kind.NULL));
            case "Handled.value", "BiFunction.apply", "Store.prepare" -> kinds.add(Kind.NULL);
            default -> {}
        }
        return kinds;
    }

    // ---- standing in between

    /** {@return the same, with every call of it counted} */
    <T> T watch(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(
                CallSites.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return invoke(real, method, arguments);
                    }
                    return call(type.getSimpleName() + "." + method.getName(), real, method, arguments);
                }));
    }

    private @Nullable Object call(String site, Object real, Method method, Object @Nullable [] arguments)
            throws Throwable {
        Kind kind = faultOf(site, method);
        if (kind == null) {
            return watched(invoke(real, method, watched(arguments)));
        }
        return switch (kind) {
            case ERROR -> throw new NoClassDefFoundError("planted in " + site);
            case EXCEPTION -> throw new IllegalStateException("planted in " + site);
            case REFUSAL -> throw new RejectedExecutionException("planted in " + site);
            case LATE_ERROR -> {
                Object lost = invoke(real, method, watched(arguments));
                throw new StackOverflowError("planted in " + site + ", and not returned: " + (lost != null));
            }
            case DISCARD -> null;
            case FAILED_STAGE -> CompletableFuture.failedStage(new NoClassDefFoundError("planted in " + site));
            case NULL, BROKEN_STAGE, NULL_STAGE -> {
                Object lost = invoke(real, method, watched(arguments));
                yield lost == null || kind == Kind.NULL
                        ? null
                        : kind == Kind.NULL_STAGE ? CompletableFuture.completedStage(null) : brokenStage(site);
            }
        };
    }

    private static Object brokenStage(String site) {
        return Proxy.newProxyInstance(
                CallSites.class.getClassLoader(),
                new Class<?>[] {CompletionStage.class},
                (proxy, method, arguments) -> {
                    throw new IllegalStateException("planted in a stage of " + site);
                });
    }

    private static @Nullable Object invoke(Object real, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** What the library brings along: a listener for hints, whose records are foreign code again. */
    private Object @Nullable [] watched(Object @Nullable [] arguments) {
        if (arguments == null || arguments.length == 0 || !(arguments[0] instanceof Hints<?> hints)) {
            return arguments;
        }
        Object watched = Proxy.newProxyInstance(
                CallSites.class.getClassLoader(), new Class<?>[] {Hints.class}, (proxy, method, brought) -> {
                    List<Object> passed = new ArrayList<>();
                    for (Object each : brought == null ? new Object[0] : brought) {
                        passed.add(watched(each));
                    }
                    return invoke(hints, method, passed.toArray());
                });
        return new Object[] {watched};
    }

    /** What foreign code returns: much of it is foreign code again. */
    private @Nullable Object watched(@Nullable Object result) {
        if (result instanceof CompletionStage<?> stage) {
            return stage.thenApply(this::watched);
        }
        if (result instanceof Claimed.Handled<?> handled) {
            return watch(Claimed.Handled.class, handled);
        }
        if (result instanceof Stored.Accepted<?> accepted) {
            return accepted(accepted);
        }
        if (result instanceof Optional<?> found) {
            return found.map(this::watched);
        }
        if (result instanceof Supplier<?> supplier) {
            return watch(Supplier.class, supplier);
        }
        if (result instanceof ScheduledFuture<?> timer) {
            Object watched = watch(ScheduledFuture.class, timer);
            return watched;
        }
        return result instanceof Store.Registration registration
                ? watch(Store.Registration.class, registration)
                : result;
    }

    @SuppressWarnings("unchecked")
    private <V> Stored.Accepted<V> accepted(Stored.Accepted<V> accepted) {
        return new Stored.Accepted<>((Claimed.Handled<V>) watch(Claimed.Handled.class, accepted.record()));
    }

    // ---- with the types that a builder takes

    @SuppressWarnings("unchecked")
    Store<String> store(Store<String> real) {
        BiFunction<Object, String, String> codec =
                watch(BiFunction.class, (BiFunction<Object, String, String>) (key, text) -> {
                    if (text.equals(TOO_LARGE)) {
                        throw new ResponseTooLargeException("refused for its size");
                    }
                    return text;
                });
        return watch(Store.class, real.as(codec::apply, codec::apply));
    }

    ScheduledExecutorService scheduler(ScheduledExecutorService real) {
        return watch(ScheduledExecutorService.class, real);
    }

    Executor executor(Executor real) {
        return watch(Executor.class, real);
    }
}
