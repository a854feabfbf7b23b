package io.apicache.examples.consumer;

import io.apicache.ApiCache;
import io.apicache.codec.KryoCodec;
import io.apicache.examples.CommandLine;
import io.apicache.examples.Stores;
import io.apicache.spi.Store;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Sends payments through a broker that delivers at least once, by a producer that retries, to three consumers of which one dies again
 * and again, and checks that every payment took effect once.
 */
public final class Consumer {

    private static final String QUEUE = "payments";
    private static final int DELIVERIES = 10;
    private static final long PATIENCE_SECONDS = 600;

    private final Arguments arguments;
    private final PrintStream out;
    private final Tally tally = new Tally();
    private final Ledger ledger;

    private Consumer(Arguments arguments, PrintStream out) {
        this.arguments = arguments;
        this.out = out;
        this.ledger = arguments.breaks() ? Ledger.unguarded() : Ledger.guarded();
    }

    /**
     * Runs the program. Exits with 0 if every payment took effect once, 1 if not, 2 if it could not start: bad arguments, no Redis.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        CommandLine.keepLibrariesQuiet();
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream out, PrintStream err, String... arguments) {
        try {
            Arguments parsed = Arguments.parse(arguments);
            if (parsed.help()) {
                out.print(Arguments.HELP);
                return 0;
            }
            return new Consumer(parsed, out).run() ? 0 : 1;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return 2;
        }
    }

    private boolean run() {
        List<Payment> payments = payments();
        out.printf("Sending %,d payments to three consumers, of which one dies again and again%n%n", payments.size());
        int sent;
        // All deliveries together take three leases: a message that meets a dead owner's claim has some left when it
        // ends.
        try (Store<Done> store = store();
                Broker broker = new Broker(arguments.lease().dividedBy(3), DELIVERIES)) {
            try (Consumers consumers = new Consumers(broker, QUEUE, store, cacheOver(), tally)) {
                Work work = new BookPayment(ledger, tally);
                consumers.start(work, Step.Probe.NONE);
                consumers.start(work, Step.Probe.NONE);
                consumers.start(work, new Deaths(tally));
                sent = send(broker, payments);
                awaitSettled(broker, sent);
            }
        }
        return new Report(out, tally, ledger).print(payments, sent);
    }

    /** One in fifty is poison: its amount is no number. */
    private List<Payment> payments() {
        return IntStream.rangeClosed(1, arguments.payments())
                .mapToObj(i -> new Payment("payment-" + i, i % 50 == 0 ? "a lot" : String.valueOf(i)))
                .toList();
    }

    private Store<Done> store() {
        return arguments.breaks() ? Store.passThrough() : Stores.open(arguments.redis(), KryoCodec.of(Done.class));
    }

    private Function<Store<Done>, ApiCache<Done>> cacheOver() {
        String namespace = "consumer-" + UUID.randomUUID(); // another run on the same Redis is none of our business
        return store -> ApiCache.over(store)
                .namespace(namespace)
                .keepFor(Duration.ofHours(1))
                .lease(arguments.lease())
                .listener(tally)
                .build();
    }

    /** Sends each payment one to three times, and every tenth once more when all are sent. {@return how many messages that were} */
    private static int send(Broker broker, List<Payment> payments) {
        int sent = 0;
        try (JMSContext session = broker.connect()) {
            Producer producer = new Producer(session, QUEUE);
            for (int i = 0; i < payments.size(); i++) {
                producer.send(payments.get(i), i % 3);
                sent += 1 + i % 3;
            }
            for (int i = 0; i < payments.size(); i += 10) {
                producer.send(payments.get(i), 0);
                sent++;
            }
        }
        return sent;
    }

    /** Collects dead letters until the broker is rid of every message, or it takes too long. */
    private void awaitSettled(Broker broker, int sent) {
        long start = System.nanoTime();
        try (JMSContext session = broker.connect();
                JMSConsumer deadLetters = session.createConsumer(session.createQueue(Broker.DEAD_LETTERS))) {
            while (tally.settled() < sent
                    && tally.violations.isEmpty()
                    && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
                Message letter = deadLetters.receive(100);
                if (letter != null) {
                    tally.deadLetter(letter.getStringProperty(PaymentConsumer.PAYMENT_ID));
                    session.commit();
                }
            }
        } catch (JMSException e) {
            throw new IllegalStateException("a dead letter cannot be read", e);
        }
    }
}
