package io.apicache.redis;

import static io.apicache.redis.Expect.eventually;

import io.apicache.redis.server.Cut;
import io.apicache.redis.server.Fault;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.TcpProxy;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Store.Registration;
import io.lettuce.core.RedisURI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The connection for messages, on a network that breaks at the worst moment. */
class InboxTest {

    private static final byte[] PREFIX = "ac:in:".getBytes(StandardCharsets.US_ASCII);

    @Test
    @DisplayName("W1 an inbox whose new subscription was lost on the way subscribes again, and tells that it was deaf")
    void aLostSubscriptionIsMadeAgain() throws Exception {
        try (RedisProcess redis = RedisProcess.start();
                TcpProxy network = TcpProxy.to(redis)) {
            Topology topology = OwnClient.single(RedisURI.create(network.uri()), Duration.ofSeconds(1), 1_000_000);
            Inbox inbox = new Inbox(topology, PREFIX, System::nanoTime, record -> {
                throw new AssertionError("no messages here");
            });
            AtomicInteger missed = new AtomicInteger();
            Registration unused = inbox.hints(new Missed(missed));
            inbox.open().toCompletableFuture().get(Expect.LONG.toSeconds(), TimeUnit.SECONDS);

            int connections = network.connections();
            network.once(TcpProxy.command("SUBSCRIBE"), Fault.cutBeforeRequest(Cut.RST));
            network.replies().stall();
            eventually("another connection", () -> {
                inbox.check();
                return network.connections() > connections;
            });
            network.replies().heal();
            eventually("subscribed again", () -> {
                inbox.check();
                return subscriptions(redis) == 1 && missed.get() > 0;
            });

            inbox.close().get(Expect.LONG.toSeconds(), TimeUnit.SECONDS);
            topology.close();
        }
    }

    @Test
    @DisplayName("W1 an inbox whose new subscription the server refused subscribes again")
    void aRefusedSubscriptionIsMadeAgain() throws Exception {
        try (RedisProcess redis = RedisProcess.start()) {
            Topology topology = OwnClient.single(RedisURI.create(redis.uri()), Expect.LONG.dividedBy(4), 1_000_000);
            Inbox inbox = new Inbox(topology, PREFIX, System::nanoTime, record -> {
                throw new AssertionError("no messages here");
            });
            inbox.open().toCompletableFuture().get(Expect.LONG.toSeconds(), TimeUnit.SECONDS);

            redis.command("ACL", "SETUSER", "default", "resetchannels");
            redis.command("CLIENT", "KILL", "TYPE", "pubsub"); // which Redis 7 has done by itself
            redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            eventually("the new subscription is refused", () -> !((List<?>) redis.command("ACL", "LOG")).isEmpty());
            redis.command("ACL", "SETUSER", "default", "allchannels");

            eventually("subscribed again", () -> {
                inbox.check();
                return subscriptions(redis) == 1;
            });
            inbox.close().get(Expect.LONG.toSeconds(), TimeUnit.SECONDS);
            topology.close();
        }
    }

    private static int subscriptions(RedisProcess redis) {
        return ((List<?>) redis.command("PUBSUB", "CHANNELS", "ac:in:*")).size();
    }

    /** Counts how often it is told that messages may have been missed. */
    private record Missed(AtomicInteger times) implements Hints<byte[]> {
        @Override
        public void changed(Key key) {}

        @Override
        public void handled(Key key, Handled<byte[]> record) {}

        @Override
        public void missed() {
            times.incrementAndGet();
        }
    }
}
