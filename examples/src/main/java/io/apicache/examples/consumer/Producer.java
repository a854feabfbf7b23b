package io.apicache.examples.consumer;

import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import jakarta.jms.Queue;

/** Sends payments, and sends one again whenever it does not hear that the broker has it. For one thread. */
final class Producer {

    private final JMSContext session;
    private final JMSProducer messages;
    private final Queue queue;

    Producer(JMSContext session, String queue) {
        this.session = session;
        this.messages = session.createProducer();
        this.queue = session.createQueue(queue);
    }

    /**
     * Sends a payment. The broker has got every one of the messages, each with a message id of its own: only the payment's id tells
     * that they are the same.
     *
     * @param lostConfirmations how often it does not hear back
     */
    void send(Payment payment, int lostConfirmations) {
        for (int i = 0; i <= lostConfirmations; i++) {
            messages.setProperty(PaymentConsumer.PAYMENT_ID, payment.id()).send(queue, payment.amount());
            session.commit();
        }
    }
}
