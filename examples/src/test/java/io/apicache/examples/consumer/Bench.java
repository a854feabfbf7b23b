package io.apicache.examples.consumer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.codec.KryoCodec;
import io.apicache.examples.Stores;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Store;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One test's queue, store, ledger and counts. */
final class Bench implements AutoCloseable {

    /** Where the answers are kept. */
    enum Where {
        MEMORY,
        REDIS;

        @Nullable
        String uri() {
            return this == REDIS ? RedisShared.uri() : null;
        }
    }

    /** Of an owner that dies, so that others need not wait for long. */
    static final Duration SHORT = Duration.ofMillis(300);

    /** Of an owner that lives, however slow the machine is. */
    static final Duration LONG = Duration.ofMinutes(10);

    /** How long a consumer waits for a delivery that will come. One that gives up may be left with a message that others wait for. */
    private static final Duration PATIENT = Duration.ofMinutes(15);

    /** The same, where it shall be seen that none comes. */
    private static final Duration BRIEF = Duration.ofMillis(100);

    static final String ID = "payment-7";

    final String queue = "payments-" + UUID.randomUUID();
    final Tally tally = new Tally();
    final Ledger ledger;
    final Work work;
    private final Broker broker;
    private final Store<Done> store;

    Bench(Broker broker, Where where, Ledger ledger) {
        this.broker = broker;
        this.ledger = ledger;
        this.work = new BookPayment(ledger, tally);
        this.store = Stores.open(where.uri(), KryoCodec.of(Done.class));
    }

    Bench(Broker broker, Where where) {
        this(broker, where, Ledger.guarded());
    }

    /** {@return another process's cache, to be closed} */
    ApiCache<Done> cache() {
        return cacheOver(store, UnaryOperator.identity());
    }

    private ApiCache<Done> cacheOver(Store<Done> store, UnaryOperator<ApiCache.Builder<Done>> settings) {
        return settings.apply(ApiCache.over(store).namespace(queue).lease(LONG).storeTimeout(Duration.ofSeconds(20)))
                .build();
    }

    /** Sends messages with the same id, as a producer that retries. */
    void send(String paymentId, String amount, int messages) {
        try (JMSContext session = broker.connect()) {
            new Producer(session, queue).send(new Payment(paymentId, amount), messages - 1);
        }
    }

    ConsumerProcess consumer(Work work, Step.Probe probe, UnaryOperator<ApiCache.Builder<Done>> settings) {
        return new ConsumerProcess(broker, queue, store, own -> cacheOver(own, settings), PATIENT, work, probe);
    }

    /** {@return one that looks for a delivery, and is told soon if there is none} */
    ConsumerProcess impatientConsumer(Work work) {
        return new ConsumerProcess(
                broker, queue, store, own -> cacheOver(own, UnaryOperator.identity()), BRIEF, work, Step.Probe.NONE);
    }

    ConsumerProcess consumer() {
        return consumer(work, Step.Probe.NONE, UnaryOperator.identity());
    }

    /** One consumer dies over its first delivery. */
    void crash(Step where, Duration lease) {
        Step.Probe probe = (step, paymentId) -> {
            if (step == where) {
                throw new Crash(step);
            }
        };
        try (ConsumerProcess process = consumer(work, probe, cache -> cache.lease(lease))) {
            assertThatThrownBy(() -> next(process)).isInstanceOf(Crash.class);
        }
    }

    /** Waits for a delivery. {@return what came of it} */
    static Result next(ConsumerProcess process) {
        Result result = process.next();
        while (result == Result.NOTHING) {
            result = process.next();
        }
        return result;
    }

    /** {@return what came of each delivery until one was acknowledged} */
    static List<Result> settle(ConsumerProcess process) {
        List<Result> results = new ArrayList<>();
        do {
            results.add(next(process));
        } while (!results.get(results.size() - 1).acknowledged());
        return results;
    }

    /** {@return what another consumer makes of the message, delivery by delivery, until it is acknowledged} */
    List<Result> takeOver() {
        try (ConsumerProcess process = consumer()) {
            return settle(process);
        }
    }

    /** Waits for a dead letter. {@return its message} */
    Message deadLetter() throws JMSException {
        try (JMSContext session = broker.connect();
                JMSConsumer letters = session.createConsumer(session.createQueue(Broker.DEAD_LETTERS))) {
            Message letter = letters.receive();
            letter.getBody(String.class);
            session.commit();
            return letter;
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
