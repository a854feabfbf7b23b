package io.apicache.redis;

import static io.apicache.redis.Expect.eventually;
import static io.apicache.redis.Expect.firstSeen;
import static io.apicache.redis.Expect.response;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.Codec;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.TcpProxy;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Key;
import io.apicache.spi.Token;
import io.apicache.tck.ManualTime;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Messages that are lost, old, or forged by another publisher. No time passes for those who wait: only messages move them. */
class MessagesTest {

    private static final Duration LONG = Duration.ofMinutes(10);

    private static RedisProcess redis;
    private final ManualTime time = new ManualTime();
    private final TcpProxy network = TcpProxy.to(redis);
    private final Caches caches = new Caches().lease(LONG).commandTimeout(Duration.ofSeconds(4));
    private final String id = "id-" + UUID.randomUUID();
    private final Key key = new Key("faults", id);
    private final RecordName record = new KeyLayout("ac").record(key);
    private RedisStore store;
    private ApiCache<String> here;
    private ApiCache<String> there;

    @BeforeAll
    static void startServer() {
        redis = RedisProcess.start();
    }

    @AfterAll
    static void stopServer() {
        redis.close();
    }

    @BeforeEach
    void open() {
        store = caches.store(network.uri());
        here = ApiCache.over(store.as(Codec.utf8()))
                .namespace("faults")
                .lease(LONG)
                .time(time)
                .scheduler(time.scheduler())
                .build();
        there = caches.at(redis.uri());
    }

    @AfterEach
    void close() {
        here.close();
        caches.close();
        network.close();
    }

    private CompletableFuture<Receipt<String>> waiter(String each) {
        CompletableFuture<Receipt<String>> waiter = here.receiveAsync(each, LONG);
        eventually("joined", () -> (Long) redis.command("STRLEN", "ac:{faults:" + each + "}") > StoredRecord.HEADER);
        store.peek(key).toCompletableFuture().join(); // the answer to the join came before this one
        return waiter;
    }

    /** Sends a message to every process that has joined, as any publisher can. */
    private void publish(byte[] message) {
        String inboxes = (String) redis.command("GETRANGE", "ac:{faults:" + id + "}", "84", "-1");
        assertThat(inboxes).hasSizeGreaterThanOrEqualTo(Inbox.ID_BYTES);
        for (int i = 0; i < inboxes.length(); i += Inbox.ID_BYTES) {
            redis.command(
                    "PUBLISH", "ac:in:" + inboxes.substring(i, i + Inbox.ID_BYTES), new String(message, ISO_8859_1));
        }
    }

    private byte[] handled(long number, String response) {
        return StoredRecord.handled(record, new Token(number, AttemptId.next()), (byte) 0, 1, response.getBytes(UTF_8));
    }

    @Test
    @DisplayName("H1 W1 a message about an earlier owner's response is not taken for that of the present one")
    void anOlderToken() throws Exception {
        FirstSeen<String> owner = firstSeen(there, id);
        CompletableFuture<Receipt<String>> waiter = waiter(id);

        publish(handled(owner.token() - 1, "old"));
        publish(handled(1, "very old"));
        owner.handle("new");

        assertThat(response(waiter)).isEqualTo("new");
    }

    @Test
    @DisplayName("S1 B1 a message with a field out of its range, of another key, or of any other bytes is dropped")
    void forgedMessages() throws Exception {
        FirstSeen<String> owner = firstSeen(there, id);
        CompletableFuture<Receipt<String>> waiter = waiter(id);
        byte[] whole = handled(owner.token() + 1, "forged");

        for (long number : new long[] {0, -1, (1L << 53) - 1, 1L << 53, Long.MAX_VALUE, Long.MIN_VALUE}) {
            publish(ByteBuffer.wrap(whole.clone()).putLong(4, number).array());
        }
        for (long millis : new long[] {0, -1, 253_402_300_800_000L, Long.MAX_VALUE, Long.MIN_VALUE}) {
            publish(ByteBuffer.wrap(whole.clone()).putLong(76, millis).array());
        }
        for (int field : new int[] {0, 1, 2, 3, 28, 43}) {
            byte other = (byte) (whole[field] == 77 ? 78 : 77); // some of them are bytes of a hash, and may be anything
            publish(ByteBuffer.wrap(whole.clone()).put(field, other).array());
        }
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            publish(bytes);
        }
        publish(new byte[StoredRecord.HEADER - 1]);
        publish(new byte[1_000_000]);
        store.peek(key).toCompletableFuture().join();
        assertThat(waiter).as("seed %s", seed).isNotDone();
        owner.handle("true");

        assertThat(response(waiter)).as("seed %s", seed).isEqualTo("true");
    }

    @Test
    @DisplayName("S1 a message that promises a response which is not there is a hint to look, and no more")
    void aFalseNotice() throws Exception {
        FirstSeen<String> owner = firstSeen(there, id);
        CompletableFuture<Receipt<String>> waiter = waiter(id);

        byte[] notice = handled(owner.token(), "");
        notice[2] = StoredRecord.NOTICE;
        publish(notice);
        publish(StoredRecord.tombstone(record, owner.token()));
        owner.handle("true".repeat(10_000)); // too long for the message: it is fetched

        assertThat(response(waiter)).isEqualTo("true".repeat(10_000));
    }

    @Test
    @DisplayName("W1 after a new subscription every waiter looks again, for every id")
    void allLookAgain() throws Exception {
        List<FirstSeen<String>> owners = new ArrayList<>();
        List<CompletableFuture<Receipt<String>>> waiters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            owners.add(firstSeen(there, id + i));
            waiters.add(waiter(id + i));
        }
        network.refuse();
        redis.command("CLIENT", "KILL", "TYPE", "pubsub");

        for (FirstSeen<String> owner : owners) {
            owner.handle("response");
        }
        network.heal();

        for (CompletableFuture<Receipt<String>> waiter : waiters) {
            assertThat(response(waiter)).isEqualTo("response");
        }
    }
}
