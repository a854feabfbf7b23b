package io.apicache.examples.consumer;

import static io.apicache.examples.consumer.Bench.ID;
import static io.apicache.examples.consumer.Bench.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.Request;
import io.apicache.examples.consumer.Bench.Where;
import jakarta.jms.JMSContext;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages that nobody can work on: each delivery is an attempt, until the broker has had enough. */
@Timeout(900)
class DeadLettersTest {

    private static final int DELIVERIES = 3;

    private static Broker broker;

    @BeforeAll
    static void start() {
        broker = new Broker(Duration.ofMillis(20), DELIVERIES);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @ParameterizedTest(name = "W3 {0}")
    @EnumSource
    void poisonIsTriedAtEachDeliveryAndThenADeadLetter(Where where) throws Exception {
        try (Bench bench = new Bench(broker, where);
                ApiCache<Done> elsewhere = bench.cache();
                ConsumerProcess process = bench.consumer()) {
            bench.send(ID, "a lot", 1);

            for (int i = 1; i <= DELIVERIES; i++) {
                assertThat(next(process)).isEqualTo(Result.FAILED);
                assertThat(bench.tally.executionsOf(ID)).isEqualTo(i);
            }

            assertThat(bench.deadLetter().getStringProperty(PaymentConsumer.PAYMENT_ID))
                    .isEqualTo(ID);
            try (ConsumerProcess another = bench.impatientConsumer(bench.work)) {
                assertThat(another.next()).isEqualTo(Result.NOTHING);
            }
            assertThat(elsewhere.receiveAndWait(Request.idOf(bench.queue, ID), Duration.ZERO))
                    .isInstanceOf(FirstSeen.class);
            assertThat(bench.ledger.bookings()).isZero();
        }
    }

    @ParameterizedTest(name = "F1 {0}")
    @EnumSource
    void anIdThatIsUsedForAnotherAmountIsADeadLetter(Where where) throws Exception {
        try (Bench bench = new Bench(broker, where);
                ConsumerProcess process = bench.consumer()) {
            bench.send(ID, "100", 1);
            assertThat(next(process)).isEqualTo(Result.HANDLED);
            bench.send(ID, "999", 1);

            for (int i = 1; i <= DELIVERIES; i++) {
                assertThat(next(process)).isEqualTo(Result.FAILED);
            }

            assertThat(bench.deadLetter().getBody(String.class)).isEqualTo("999");
            assertThat(bench.tally.executionsOf(ID)).isEqualTo(1);
            assertThat(bench.ledger.cents()).isEqualTo(100);
        }
    }

    @ParameterizedTest(name = "B1 {0}")
    @EnumSource
    void aMessageWithoutAnIdIsADeadLetter(Where where) throws Exception {
        try (Bench bench = new Bench(broker, where);
                ConsumerProcess process = bench.consumer();
                JMSContext session = broker.connect()) {
            session.createProducer().send(session.createQueue(bench.queue), "100");
            session.commit();

            for (int i = 1; i <= DELIVERIES; i++) {
                assertThat(next(process)).isEqualTo(Result.FAILED);
            }

            assertThat(bench.deadLetter().getBody(String.class)).isEqualTo("100");
            assertThat(bench.tally.executions()).isZero();
        }
    }
}
