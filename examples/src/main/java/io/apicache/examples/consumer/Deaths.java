package io.apicache.examples.consumer;

import static io.apicache.examples.consumer.Step.ACKNOWLEDGE;
import static io.apicache.examples.consumer.Step.HANDLE;
import static io.apicache.examples.consumer.Step.RECEIVE;
import static io.apicache.examples.consumer.Step.WORK;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Lets a consumer die again and again, before each step in turn, but never twice over one payment. For one thread. */
final class Deaths implements Step.Probe {

    private static final List<Step> TURNS = List.of(ACKNOWLEDGE, HANDLE, ACKNOWLEDGE, WORK, ACKNOWLEDGE, RECEIVE);
    private static final int DELIVERIES_PER_LIFE = 3;

    private final Set<String> victims = new HashSet<>();
    private final Tally tally;
    private int turn;
    private int deliveries;

    Deaths(Tally tally) {
        this.tally = tally;
    }

    @Override
    public void before(Step step, String paymentId) {
        if (step == RECEIVE) {
            deliveries++;
        }
        if (deliveries >= DELIVERIES_PER_LIFE && step == TURNS.get(turn) && victims.add(paymentId)) {
            turn = (turn + 1) % TURNS.size();
            deliveries = 0;
            tally.died(step, paymentId);
            throw new Crash(step);
        }
    }
}
