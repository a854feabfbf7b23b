package io.apicache.examples.grpc;

import io.grpc.Status;
import io.grpc.StatusException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A bank that takes its time, refuses every seventh order, and counts how often it executed each. */
final class Ledger implements Bank {

    private final Map<String, AtomicInteger> executions = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();

    @Override
    public String pay(String order) throws StatusException {
        int hash = Math.floorMod(order.hashCode(), 84);
        pause(hash);
        int number = numbers.incrementAndGet(); // two executions of an order give two answers
        executions.computeIfAbsent(order, first -> new AtomicInteger()).incrementAndGet();
        if (hash % 7 == 0) {
            throw Status.FAILED_PRECONDITION
                    .withDescription("no cover, see note " + number)
                    .asException();
        }
        return "payment " + number;
    }

    int executionsOf(String order) {
        AtomicInteger count = executions.get(order);
        return count == null ? 0 : count.get();
    }

    int executions() {
        return numbers.get();
    }

    Set<String> orders() {
        return executions.keySet();
    }

    private static void pause(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
