package io.apicache.examples.consumer;

import static io.apicache.examples.consumer.Bench.ID;
import static io.apicache.examples.consumer.Bench.LONG;
import static io.apicache.examples.consumer.Bench.SHORT;
import static io.apicache.examples.consumer.Bench.next;
import static io.apicache.examples.consumer.Bench.settle;
import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.examples.StandstillTimer;
import io.apicache.examples.consumer.Bench.Where;
import io.apicache.examples.consumer.Ledger.Booking;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A consumer dies, or loses the store, at each gap between two steps: the tables of the page, row by row. */
@Timeout(900)
class CrashTest {

    private static Broker broker;

    @BeforeAll
    static void start() {
        broker = new Broker(Duration.ofMillis(50), 1_000);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @ParameterizedTest(name = "C1 {0}")
    @EnumSource
    void beforeReceiveThereIsNothingToTakeOver(Where where) {
        try (Bench bench = new Bench(broker, where)) {
            bench.send(ID, "100", 1);
            bench.crash(Step.RECEIVE, LONG);

            assertThat(bench.takeOver()).containsExactly(Result.HANDLED);

            assertThat(bench.tally.executionsOf(ID)).isEqualTo(1);
            assertThat(bench.ledger.bookingsOf(ID)).isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "L1 {0}")
    @EnumSource
    void beforeWorkTheClaimIsInFlightUntilItsLeaseEnds(Where where) {
        try (Bench bench = new Bench(broker, where)) {
            bench.send(ID, "100", 1);
            bench.crash(Step.WORK, SHORT);

            List<Result> results = bench.takeOver();

            assertThat(results).last().isEqualTo(Result.HANDLED);
            assertThat(results.subList(0, results.size() - 1)).allMatch(Result.IN_FLIGHT::equals);
            assertThat(bench.tally.executionsOf(ID)).isEqualTo(1);
            assertThat(bench.ledger.bookingsOf(ID)).isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "L1 {0}")
    @EnumSource
    void aDeadOwnerGivesNothingBack(Where where) {
        try (Bench bench = new Bench(broker, where)) {
            bench.send(ID, "100", 1);
            bench.crash(Step.WORK, LONG);

            try (ConsumerProcess other = bench.consumer()) {
                assertThat(next(other)).isEqualTo(Result.IN_FLIGHT);
                assertThat(next(other)).isEqualTo(Result.IN_FLIGHT);
            }
            assertThat(bench.tally.executionsOf(ID)).isZero();
        }
    }

    @ParameterizedTest(name = "L1 {0}")
    @EnumSource
    void beforeHandleTheWorkIsRepeatedAndTheLedgerRefusesTheRepeat(Where where) {
        try (Bench bench = new Bench(broker, where)) {
            bench.send(ID, "100", 1);
            bench.crash(Step.HANDLE, SHORT);

            List<Result> results = bench.takeOver();

            assertThat(results).last().isEqualTo(Result.HANDLED);
            assertThat(results.subList(0, results.size() - 1)).allMatch(Result.IN_FLIGHT::equals);
            assertThat(bench.tally.executionsOf(ID)).isEqualTo(2);
            assertThat(bench.tally.of(Booking.BOOKED_BEFORE)).isEqualTo(1);
            assertThat(bench.ledger.bookingsOf(ID)).isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void beforeHandleAnEffectThatIsNotGuardedHappensTwice(Where where) {
        try (Bench bench = new Bench(broker, where, Ledger.unguarded())) {
            bench.send(ID, "100", 1);
            bench.crash(Step.HANDLE, SHORT);

            assertThat(bench.takeOver()).last().isEqualTo(Result.HANDLED);

            assertThat(bench.ledger.bookingsOf(ID)).isEqualTo(2);
        }
    }

    @ParameterizedTest(name = "H1 {0}")
    @EnumSource
    void beforeAcknowledgeTheResponseIsReplayed(Where where) {
        try (Bench bench = new Bench(broker, where, Ledger.unguarded())) {
            bench.send(ID, "100", 1);
            bench.crash(Step.ACKNOWLEDGE, LONG);

            assertThat(bench.takeOver()).containsExactly(Result.REPLAYED);

            assertThat(bench.tally.executionsOf(ID)).isEqualTo(1);
            assertThat(bench.ledger.bookingsOf(ID)).isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "C4 C5 {0}")
    @EnumSource
    void anOwnerThatWasPausedPastItsLeaseIsRefusedByTheLedger(Where where) {
        ScheduledExecutorService paused = new StandstillTimer(); // it renews nothing
        try (Bench bench = new Bench(broker, where);
                ConsumerProcess newer = bench.consumer()) {
            bench.send(ID, "100", 2);
            List<Step> steps = new ArrayList<>();
            Step.Probe pause = (step, paymentId) -> {
                steps.add(step);
                if (step == Step.WORK) {
                    assertThat(settle(newer)).last().isEqualTo(Result.HANDLED);
                }
            };

            try (ConsumerProcess older = bench.consumer(
                    bench.work, pause, cache -> cache.lease(SHORT).scheduler(paused))) {
                assertThat(next(older)).isEqualTo(Result.FAILED);
                assertThat(next(older)).isEqualTo(Result.REPLAYED);
            }

            assertThat(bench.tally.executionsOf(ID)).isEqualTo(2);
            assertThat(steps).containsExactly(Step.RECEIVE, Step.WORK, Step.RECEIVE, Step.ACKNOWLEDGE);
            assertThat(bench.tally.of(Booking.STALE)).isEqualTo(1);
            assertThat(bench.ledger.bookingsOf(ID)).isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void whileTheStoreIsAwayNothingRuns(Where where) {
        try (Bench bench = new Bench(broker, where)) {
            bench.send(ID, "100", 1);
            try (ConsumerProcess cutOff =
                    bench.consumer(bench.work, Step.Probe.NONE, cache -> cache.storeTimeout(Duration.ofSeconds(1)))) {
                cutOff.cutOff();
                assertThat(next(cutOff)).isEqualTo(Result.FAILED);
            }
            assertThat(bench.tally.executionsOf(ID)).isZero();

            assertThat(bench.takeOver()).containsExactly(Result.HANDLED);

            assertThat(bench.ledger.bookingsOf(ID)).isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "H3 {0}")
    @EnumSource
    void aResponseThatCannotBeStoredIsAsGoodAsACrashBeforeHandle(Where where) {
        try (Bench bench = new Bench(broker, where)) {
            bench.send(ID, "100", 1);
            AtomicReference<ConsumerProcess> self = new AtomicReference<>();
            Step.Probe cutOff = (step, paymentId) -> {
                if (step == Step.HANDLE) {
                    self.get().cutOff();
                }
            };
            try (ConsumerProcess process = bench.consumer(
                    bench.work, cutOff, cache -> cache.lease(SHORT).storeTimeout(Duration.ofSeconds(1)))) {
                self.set(process);
                do { // one that was too slow to claim in time fails as well: then once more
                    assertThat(next(process)).isEqualTo(Result.FAILED);
                } while (bench.tally.executionsOf(ID) == 0);
            }

            assertThat(bench.takeOver()).last().isEqualTo(Result.HANDLED);

            assertThat(bench.tally.of(Booking.BOOKED_BEFORE)).isEqualTo(1);
            assertThat(bench.ledger.bookingsOf(ID)).isEqualTo(1);
        }
    }
}
