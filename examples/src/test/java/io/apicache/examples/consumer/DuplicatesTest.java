package io.apicache.examples.consumer;

import static io.apicache.examples.consumer.Bench.ID;
import static io.apicache.examples.consumer.Bench.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.Request;
import io.apicache.examples.consumer.Bench.Where;
import jakarta.jms.JMSContext;
import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several messages with the same payment, and several consumers at once. */
@Timeout(900)
class DuplicatesTest {

    private static Broker broker;

    @BeforeAll
    static void start() {
        broker = new Broker(Duration.ofMillis(20), 1_000);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @ParameterizedTest(name = "H1 {0}")
    @EnumSource
    void aRetryOfTheProducerIsAnotherMessageAndTheSamePayment(Where where) throws Exception {
        try (Bench bench = new Bench(broker, where, Ledger.unguarded());
                ConsumerProcess process = bench.consumer()) {
            bench.send(ID, "100", 3);
            try (JMSContext session = broker.connect();
                    QueueBrowser browser = session.createBrowser(session.createQueue(bench.queue))) {
                Set<String> messageIds = new HashSet<>();
                for (Enumeration<?> messages = browser.getEnumeration(); messages.hasMoreElements(); ) {
                    messageIds.add(((Message) messages.nextElement()).getJMSMessageID());
                }
                assertThat(messageIds).hasSize(3);
            }

            assertThat(List.of(next(process), next(process), next(process)))
                    .containsExactly(Result.HANDLED, Result.REPLAYED, Result.REPLAYED);

            assertThat(bench.ledger.bookingsOf(ID)).isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "C1 {0}")
    @EnumSource
    void consumersThatMeetOverAPaymentBookItOnce(Where where) throws Exception {
        int consumers = 3;
        CountDownLatch met = new CountDownLatch(consumers - 1);
        AtomicInteger left = new AtomicInteger(consumers);
        try (Bench bench = new Bench(broker, where, Ledger.unguarded())) {
            Work slow = (payment, token) -> {
                met.await(); // until the others have met its claim
                return bench.work.apply(payment, token);
            };
            bench.send(ID, "100", consumers);
            Callable<List<Result>> consumer = () -> {
                List<Result> results = new ArrayList<>();
                try (ConsumerProcess process = bench.impatientConsumer(slow)) {
                    while (left.get() > 0) {
                        Result result = process.next();
                        results.add(result);
                        if (result == Result.IN_FLIGHT) {
                            met.countDown();
                        } else if (result.acknowledged()) {
                            left.decrementAndGet();
                        }
                    }
                }
                return results;
            };

            List<Result> results = all(Collections.nCopies(consumers, consumer));

            assertThat(results).filteredOn(Result.HANDLED::equals).hasSize(1);
            assertThat(results).filteredOn(Result.REPLAYED::equals).hasSize(consumers - 1);
            assertThat(results).filteredOn(Result.IN_FLIGHT::equals).hasSizeGreaterThanOrEqualTo(consumers - 1);
            assertThat(bench.ledger.bookingsOf(ID)).isEqualTo(1);
        }
    }

    private static List<Result> all(List<Callable<List<Result>>> consumers) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Result> results = new ArrayList<>();
            for (Future<List<Result>> future : threads.invokeAll(consumers)) {
                results.addAll(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest(name = "H1 {0}")
    @EnumSource
    void whatIsInFlightComesBackAndIsReplayed(Where where) {
        try (Bench bench = new Bench(broker, where);
                ApiCache<Done> elsewhere = bench.cache();
                ConsumerProcess process = bench.consumer()) {
            Request same = Request.of(Request.idOf(bench.queue, ID));
            FirstSeen<Done> owner = (FirstSeen<Done>) elsewhere.receiveAndWait(same, Duration.ZERO);
            bench.send(ID, "100", 1);

            assertThat(next(process)).isEqualTo(Result.IN_FLIGHT);
            owner.handle(new Done(ID));
            assertThat(next(process)).isEqualTo(Result.REPLAYED);

            assertThat(bench.tally.executionsOf(ID)).isZero();
        }
    }
}
