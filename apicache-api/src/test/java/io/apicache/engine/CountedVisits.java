package io.apicache.engine;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.Set;

/** Counts the waiters that an engine visits one by one: the steps of every iterator over a set of waiters, and over its subsets. */
public final class CountedVisits {

    private static final Set<String> UNCOUNTED =
            Set.of("forEach", "removeIf", "stream", "parallelStream", "spliterator", "toArray", "descendingIterator");

    private int visits;

    private CountedVisits() {}

    /** {@return a counter of the waiters with time to wait, which must not be empty} */
    static CountedVisits of(WaitQueue<String> waiters) {
        CountedVisits counter = new CountedVisits();
        try {
            Field patient = WaitQueue.class.getDeclaredField("patient");
            patient.setAccessible(true);
            patient.set(waiters, counter.counted((NavigableSet<?>) patient.get(waiters)));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
        return counter;
    }

    /** {@return the visits since the last call of this method} */
    public int take() {
        int taken = visits;
        visits = 0;
        return taken;
    }

    private Object counted(NavigableSet<?> real) {
        return Proxy.newProxyInstance(
                NavigableSet.class.getClassLoader(),
                new Class<?>[] {NavigableSet.class},
                (proxy, method, arguments) -> {
                    if (UNCOUNTED.contains(method.getName())) {
                        throw new AssertionError("visits by " + method.getName() + " are not counted");
                    }
                    try {
                        return watched(method.invoke(real, arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private Object watched(Object result) {
        if (result instanceof NavigableSet<?> subset) {
            return counted(subset);
        }
        return result instanceof Iterator<?> iterator ? counted(iterator) : result;
    }

    private <T> Iterator<T> counted(Iterator<T> real) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return real.hasNext();
            }

            @Override
            public T next() {
                visits++;
                return real.next();
            }

            @Override
            public void remove() {
                real.remove();
            }
        };
    }
}
