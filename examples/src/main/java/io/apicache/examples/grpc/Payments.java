package io.apicache.examples.grpc;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/** The clients: send each payment twice at once, by a channel that hedges and by one that retries, and keep what they were answered. */
final class Payments {

    private static final int MOST_CALLS = 10;
    private static final int PATIENT_MILLIS = 60_000;
    private static final int IMPATIENT_MILLIS = 40;
    private static final int HEDGING_DELAY_MILLIS = 20;

    private final Collection<InetSocketAddress> servers;
    private final int size;
    private final Map<String, Set<String>> outcomes = new ConcurrentHashMap<>();
    private final LongAdder calls = new LongAdder();
    private final LongAdder timeouts = new LongAdder();

    Payments(Collection<InetSocketAddress> servers, int size) {
        this.servers = servers;
        this.size = size;
    }

    /** Sends them all, and comes back when each has its answer or has given up. */
    void run() throws InterruptedException {
        ManagedChannel hedging = Channels.hedging(servers, HEDGING_DELAY_MILLIS);
        ManagedChannel retrying = Channels.retrying(servers);
        ExecutorService threads = Executors.newFixedThreadPool(32);
        try {
            for (int i = 0; i < size; i++) {
                String order = "order " + i;
                String key = UUID.randomUUID().toString(); // once per intention, whatever happens to its calls
                threads.execute(() -> pay(hedging, key, order));
                threads.execute(() -> pay(retrying, key, order));
            }
        } finally {
            threads.shutdown();
            while (!threads.awaitTermination(1, SECONDS)) {
                // calls end by themselves, at the latest with their deadline
            }
            hedging.shutdownNow();
            retrying.shutdownNow();
        }
    }

    private void pay(Channel channel, String key, String order) {
        String outcome = "no answer";
        for (int call = 0; call < MOST_CALLS && outcome.equals("no answer"); call++) {
            calls.increment();
            boolean impatient = call == 0 && Math.floorMod(order.hashCode(), 5) == 0;
            outcome = call(channel, key, order, impatient ? IMPATIENT_MILLIS : PATIENT_MILLIS);
        }
        outcomes.computeIfAbsent(order, first -> ConcurrentHashMap.newKeySet()).add(outcome);
    }

    private String call(Channel channel, String key, String order, long deadlineMillis) {
        Metadata tenant = new Metadata();
        tenant.put(Tenant.HEADER, "acme");
        Channel authenticated =
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(tenant));
        // snippet grpc-call
        CallOptions options = CallOptions.DEFAULT
                .withOption(IdempotencyKey.OPTION, key)
                .withDeadlineAfter(deadlineMillis, MILLISECONDS);
        // end
        try {
            return ClientCalls.blockingUnaryCall(authenticated, PaymentService.PAY, options, order);
        } catch (StatusRuntimeException e) {
            Status status = e.getStatus();
            if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
                timeouts.increment();
            }
            return Answer.isAnswer(status) ? status.getCode() + ": " + status.getDescription() : "no answer";
        }
    }

    int size() {
        return size;
    }

    long calls() {
        return calls.sum();
    }

    long timeouts() {
        return timeouts.sum();
    }

    long refused() {
        return outcomes.values().stream()
                .flatMap(Set::stream)
                .filter(outcome -> outcome.startsWith(Status.Code.FAILED_PRECONDITION.name()))
                .count();
    }

    /** {@return one line for each payment that was not executed once, or not answered alike} */
    List<String> violations(Ledger ledger) {
        List<String> violations = new ArrayList<>();
        for (String order : new TreeSet<>(outcomes.keySet())) {
            int executions = ledger.executionsOf(order);
            if (executions != 1) {
                violations.add(order + " was executed " + executions + " times");
            }
            Set<String> answers = outcomes.getOrDefault(order, Set.of());
            if (answers.size() != 1 || answers.contains("no answer")) {
                violations.add(order + " was answered " + answers);
            }
        }
        if (outcomes.size() != size) {
            violations.add("only " + outcomes.size() + " of " + size + " payments were sent");
        }
        return violations;
    }
}
