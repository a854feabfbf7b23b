package io.apicache.examples.consumer;

import jakarta.jms.JMSContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** A message broker in this JVM that keeps its messages in memory, and delivers each until it is acknowledged. */
final class Broker implements AutoCloseable {

    /** Where a message goes that was delivered too often. */
    static final String DEAD_LETTERS = "dead-letters";

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final EmbeddedActiveMQ server = new EmbeddedActiveMQ();
    private final ActiveMQConnectionFactory connections;

    /**
     * Starts a broker.
     *
     * @param delay from a rollback, or a crash, to the next delivery of the message
     * @param deliveries how often a message is delivered before it is a dead letter
     */
    Broker(Duration delay, int deliveries) {
        String address = "vm://" + NUMBERS.getAndIncrement();
        try {
            server.setConfiguration(configuration(address, settings(delay, deliveries)));
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException("the broker does not start: " + e, e);
        }
        // A consumer is sent no message before it asks for one: a crash then costs no delivery of those it never saw.
        connections = new ActiveMQConnectionFactory(address + "?consumerWindowSize=0");
    }

    private static AddressSettings settings(Duration delay, int deliveries) {
        // snippet consumer-broker
        return new AddressSettings()
                .setRedeliveryDelay(delay.toMillis())
                .setMaxDeliveryAttempts(deliveries)
                .setDeadLetterAddress(SimpleString.of(DEAD_LETTERS));
        // end
    }

    private static Configuration configuration(String address, AddressSettings settings) throws Exception {
        return new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setJournalType(JournalType.NIO) // no look for a native library, for a journal that is not kept
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .setCriticalAnalyzer(false)
                .addAcceptorConfiguration("in-vm", address)
                .addAddressSetting("#", settings)
                // It must be there: a dead letter that no queue takes is dropped.
                .addQueueConfiguration(QueueConfiguration.of(DEAD_LETTERS).setRoutingType(RoutingType.ANYCAST));
    }

    /** {@return a connection with one transacted session, to be closed by the caller} */
    JMSContext connect() {
        return connections.createContext(JMSContext.SESSION_TRANSACTED);
    }

    @Override
    public void close() {
        connections.close();
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the broker does not stop: " + e, e);
        }
    }
}
