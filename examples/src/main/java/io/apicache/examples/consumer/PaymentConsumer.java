package io.apicache.examples.consumer;

import static io.apicache.examples.consumer.Step.ACKNOWLEDGE;
import static io.apicache.examples.consumer.Step.HANDLE;
import static io.apicache.examples.consumer.Step.RECEIVE;
import static io.apicache.examples.consumer.Step.WORK;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.Fingerprint;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.Receipt;
import io.apicache.Request;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.lang.System.Logger.Level;
import java.time.Duration;

/** Takes messages from a queue, one at a time, and asks the cache before it works. For one thread. */
final class PaymentConsumer {

    /** The property of a message that carries the payment's id. */
    static final String PAYMENT_ID = "PaymentId";

    private static final System.Logger LOG = System.getLogger(PaymentConsumer.class.getName());
    private final JMSContext session;
    private final JMSConsumer messages;
    private final String queue;
    private final Duration patience;
    private final ApiCache<Done> cache;
    private final Work work;
    private final Step.Probe probe;

    /**
     * Starts to take messages.
     *
     * @param patience how long it waits for a delivery
     * @param session transacted: a commit acknowledges, a rollback gives the message back to the broker
     */
    PaymentConsumer(
            JMSContext session, String queue, Duration patience, ApiCache<Done> cache, Work work, Step.Probe probe) {
        this.session = session;
        this.messages = session.createConsumer(session.createQueue(queue));
        this.queue = queue;
        this.patience = patience;
        this.cache = cache;
        this.work = work;
        this.probe = probe;
    }

    /** Takes the next delivery, if one comes soon, and tells the broker what came of it: last of all, whatever that was. */
    // snippet consumer-next
    Result next() {
        Message message = messages.receive(patience.toMillis());
        if (message == null) {
            return Result.NOTHING;
        }
        Result result = seeTo(message);
        if (result.acknowledged()) {
            session.commit();
        } else {
            session.rollback(); // the broker delivers it again, after its delay
        }
        return result;
    }
    // end

    private Result seeTo(Message message) {
        try {
            Payment payment = paymentIn(message);
            probe.before(RECEIVE, payment.id());
            Result result = pay(payment);
            if (result.acknowledged()) {
                probe.before(ACKNOWLEDGE, payment.id());
            }
            return result;
        } catch (Exception e) { // of the message, the cache or the work: whichever, the broker keeps the message
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            LOG.log(Level.DEBUG, "a delivery failed", e);
            return Result.FAILED;
        }
    }

    private static Payment paymentIn(Message message) throws JMSException {
        String id = message.getStringProperty(PAYMENT_ID);
        if (id == null) {
            throw new IllegalArgumentException("the message has no " + PAYMENT_ID);
        }
        return new Payment(id, message.getBody(String.class));
    }

    // snippet consumer-pay
    private Result pay(Payment payment) throws Exception {
        Request request =
                Request.of(Request.idOf(queue, payment.id())).withFingerprint(Fingerprint.of(payment.amount()));
        Receipt<Done> receipt = cache.receiveAndWait(request, Duration.ZERO);
        if (receipt instanceof Cached<Done>) {
            return Result.REPLAYED;
        }
        if (receipt instanceof InFlight<Done>) {
            return Result.IN_FLIGHT;
        }
        try (FirstSeen<Done> claim = (FirstSeen<Done>) receipt) {
            // pause
            probe.before(WORK, payment.id());
            // resume consumer-pay
            Done done = work.apply(payment, claim.token());
            // pause
            probe.before(HANDLE, payment.id());
            // resume consumer-pay
            claim.handle(done);
        }
        return Result.HANDLED;
    }
    // end
}
