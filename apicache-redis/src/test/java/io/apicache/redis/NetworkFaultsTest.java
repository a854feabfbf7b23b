package io.apicache.redis;

import static io.apicache.redis.Expect.LONG;
import static io.apicache.redis.Expect.eventually;
import static io.apicache.redis.Expect.firstSeen;
import static io.apicache.redis.Expect.replayed;
import static io.apicache.redis.Expect.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.LeaseLostException;
import io.apicache.Receipt;
import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.redis.server.Cut;
import io.apicache.redis.server.Fault;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.TcpProxy;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers get when connections to Redis break, stall, or lose what was sent. */
@Execution(ExecutionMode.CONCURRENT)
class NetworkFaultsTest {

    private static final Predicate<String> CLAIM = TcpProxy.command("SET");
    private static final Predicate<String> SCRIPT = TcpProxy.command("EVALSHA");

    private static final Duration COMMAND_TIMEOUT = Duration.ofMillis(400);

    private static RedisProcess redis;
    private final Caches caches = new Caches().lease(Duration.ofSeconds(10)).commandTimeout(COMMAND_TIMEOUT);
    private final String id = "id-" + UUID.randomUUID();
    private TcpProxy network;
    private ApiCache<String> far;
    private ApiCache<String> near;

    @BeforeAll
    static void startServer() {
        redis = RedisProcess.start();
    }

    @AfterAll
    static void stopServer() {
        assertThat(redis.keysWithoutTtl()).isEmpty();
        redis.close();
    }

    @BeforeEach
    void open() {
        network = TcpProxy.to(redis);
        far = caches.at(network.uri());
        near = caches.at(redis.uri());
    }

    @AfterEach
    void close() {
        network.heal();
        caches.close();
        network.close();
    }

    /** A caller that has joined: its inbox is in the record. */
    private CompletableFuture<Receipt<String>> waiter(ApiCache<String> cache) {
        CompletableFuture<Receipt<String>> waiter = cache.receiveAsync(id, LONG);
        eventually("joined", () -> hasJoined(id));
        return waiter;
    }

    /** Behind the header of the record stands an inbox. */
    private static boolean hasJoined(String id) {
        return (Long) redis.command("STRLEN", record(id)) > StoredRecord.HEADER;
    }

    private static String record(String id) {
        return "ac:{faults:" + id + "}";
    }

    /** The replies are 3 and 40 bytes long. */
    @Test
    @DisplayName("C2 H3 wherever the reply is cut, a claim is had once, and a response is stored once")
    void everyReplyIsCutAtEveryByte() {
        for (int bytes = 0; bytes <= 41; bytes++) {
            cutBoth(bytes, Cut.RST);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 20, 39, 40})
    @DisplayName("C2 H3 a connection that ends in good order in the middle of a reply is no other case")
    void theConnectionEndsInGoodOrder(int bytes) {
        cutBoth(bytes, Cut.FIN);
    }

    private void cutBoth(int bytes, Cut how) {
        String each = id + "-" + bytes;
        int before = network.connections();
        if (bytes <= 5) {
            network.once(CLAIM, Fault.cutReply(bytes, how));
        }
        FirstSeen<String> owner = firstSeen(far, each);
        network.once(SCRIPT, Fault.cutReply(bytes, how));
        owner.handle("response " + bytes);

        assertThat(replayed(near, each)).isEqualTo("response " + bytes);
        eventually("a cut at " + bytes, () -> network.connections() > before);
    }

    @Test
    @DisplayName("H1 wherever a replay is cut, it is the whole response in the end")
    void everyReplayIsCutAtEveryByte() {
        firstSeen(near, id).handle("the response");
        for (int bytes = 0; bytes <= 110; bytes++) {
            int before = network.connections();
            network.once(CLAIM, Fault.cutReply(bytes, Cut.RST));

            Receipt<String> receipt = far.receiveAndWait(id, LONG);

            assertThat(((Cached<String>) receipt).response()).isEqualTo("the response");
            eventually("a cut at " + bytes, () -> network.connections() > before);
        }
    }

    @Test
    @DisplayName("H3 wherever a long handle is cut, the response is stored once and whole")
    void everyLongHandleIsCut() {
        String response = "x".repeat(20_000);
        for (int bytes = 0; bytes <= 38; bytes++) {
            String each = id + "-" + bytes;
            FirstSeen<String> owner = firstSeen(far, each);
            // The SET that puts the response beside the record, then the script that renames it.
            network.once(bytes % 2 == 0 ? CLAIM : SCRIPT, Fault.cutReply(bytes / 2, Cut.RST));
            owner.handle(response);

            assertThat(replayed(near, each)).isEqualTo(response);
        }
    }

    @Test
    @DisplayName("W1 wherever the answer to a join is cut, the waiter gets the response")
    void everyJoinIsCutAtEveryByte() throws Exception {
        for (int bytes = 0; bytes <= 120; bytes += 3) {
            String each = id + "-" + bytes;
            FirstSeen<String> owner = firstSeen(near, each);
            network.once(SCRIPT, Fault.cutReply(bytes, Cut.RST));
            CompletableFuture<Receipt<String>> waiter = far.receiveAsync(each, LONG);
            owner.handle("response " + bytes);

            assertThat(response(waiter)).isEqualTo("response " + bytes);
        }
    }

    @Test
    @DisplayName("C3 wherever a release is cut, the claim is free, and its owner is not told that it is not")
    void everyReleaseIsCut() {
        for (int bytes = 0; bytes <= 4; bytes++) {
            String each = id + "-" + bytes;
            FirstSeen<String> owner = firstSeen(far, each);
            network.once(SCRIPT, Fault.cutReply(bytes, Cut.RST));
            try {
                owner.release();
            } catch (StoreUnavailableException e) {
                assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN);
            }

            firstSeen(near, each).handle("of the next");
        }
    }

    @Test
    @DisplayName(
            "L1 wherever the answer to a renewal, a look or an invalidation is cut, its outcome is known or unknown, never wrong")
    void everyOtherMoveIsCut() throws Exception {
        RedisStore store = caches.store(network.uri());
        Key key = new Key("faults", id);
        Attempt attempt = new Attempt(AttemptId.next(), null, Duration.ofSeconds(10));
        Token token = ((Granted<byte[]>)
                        store.claim(key, attempt).toCompletableFuture().get())
                .token();
        for (int bytes = 0; bytes <= 4; bytes++) {
            network.once(SCRIPT, Fault.cutReply(bytes, Cut.RST));
            assertThat(told(store.renew(key, token, Duration.ofSeconds(10)))).isIn(true, Outcome.UNKNOWN);
            eventually(
                    "renewed",
                    () -> told(store.renew(key, token, Duration.ofSeconds(10))).equals(true));
        }
        assertThat(store.handle(key, token, new byte[10], Duration.ofMinutes(1))
                        .toCompletableFuture()
                        .get())
                .isInstanceOf(Stored.Accepted.class);
        for (int bytes = 0; bytes <= 101; bytes++) {
            network.once(TcpProxy.command("GET"), Fault.cutReply(bytes, Cut.RST));
            assertThat(told(store.peek(key).thenApply(Optional::isPresent))).isIn(true, Outcome.UNKNOWN);
            eventually(
                    "seen",
                    () -> told(store.peek(key).thenApply(Optional::isPresent)).equals(true));
        }
        for (int bytes = 0; bytes <= 4; bytes++) {
            network.once(SCRIPT, Fault.cutReply(bytes, Cut.RST));
            assertThat(told(store.invalidate(key))).isIn(true, false, Outcome.UNKNOWN);
            eventually("invalidated", () -> told(store.invalidate(key)).equals(false));
        }
    }

    /** {@return the answer, or its outcome if there is none} */
    private static Object told(CompletionStage<?> answer) {
        try {
            return answer.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return ((StoreUnavailableException) e.getCause()).outcome();
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("C2 H3 what was cut off before it came to the server is sent again")
    void theConnectionEndsBeforeTheRequest() {
        network.once(CLAIM, Fault.cutBeforeRequest(Cut.RST));
        FirstSeen<String> owner = firstSeen(far, id);
        network.once(SCRIPT, Fault.cutBeforeRequest(Cut.RST));
        owner.handle("response");

        assertThat(replayed(near, id)).isEqualTo("response");
    }

    @Test
    @DisplayName("C2 H3 replies that come after their time-out are taken for no other command's")
    void repliesComeTooLate() throws Exception {
        for (int i = 0; i < 3; i++) {
            String each = id + i;
            network.replies().stall();
            CompletableFuture<Receipt<String>> claim = far.receiveAsync(each, LONG);
            eventually("the claim is at the server", () -> (Long) redis.command("EXISTS", record(each)) == 1);
            Thread.sleep(
                    COMMAND_TIMEOUT.plusMillis(100).toMillis()); // the time-out is the client's, and runs in real time
            network.heal();

            FirstSeen<String> owner = firstSeen(claim);
            owner.handle("response " + i);
            assertThat(replayed(near, each)).isEqualTo("response " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("W1 whose connection for messages was closed looks again when it is back")
    void connectionForMessagesIsClosed(boolean handledMeanwhile) throws Exception {
        FirstSeen<String> owner = firstSeen(near, id);
        CompletableFuture<Receipt<String>> waiter = waiter(far);

        AtomicInteger subscriptions = new AtomicInteger();
        network.watch(request -> subscriptions.addAndGet(request.contains("SUBSCRIBE") ? 1 : 0));
        network.replies().stall(); // it cannot come back yet
        redis.command("CLIENT", "KILL", "TYPE", "pubsub");
        if (handledMeanwhile) {
            owner.handle("response");
        }
        network.heal();
        if (!handledMeanwhile) {
            eventually("subscribed again", () -> subscriptions.get() > 0);
            owner.handle("response");
        }

        assertThat(response(waiter)).isEqualTo("response");
    }

    @Test
    @DisplayName("W1 who waits through a cut of everything gets the response")
    void everythingIsCutWhileWaiting() throws Exception {
        FirstSeen<String> owner = firstSeen(near, id);
        CompletableFuture<Receipt<String>> waiter = waiter(far);

        network.cutAll(Cut.RST);
        owner.handle("response");

        assertThat(response(waiter)).isEqualTo("response");
    }

    @Test
    @DisplayName("W2 nobody is held when the network swallows everything, and the outcome is unknown")
    void theNetworkSwallowsEverything() {
        FirstSeen<String> owner = firstSeen(far, id);
        String other = id + "-other";
        network.blackHole();

        assertThatThrownBy(() -> far.receiveAndWait(other, Duration.ofMillis(300)))
                .isInstanceOfSatisfying(
                        StoreUnavailableException.class,
                        e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN));
        assertThatThrownBy(() -> owner.handle("response"))
                .isInstanceOfSatisfying(
                        StoreUnavailableException.class,
                        e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN));

        network.heal();
        network.cutAll(Cut.RST); // what has lost bytes is beyond repair
        owner.handle("response");
        assertThat(replayed(near, id)).isEqualTo("response");
    }

    @Test
    @DisplayName("W2 a waiter that knows of an owner is told in time while the network swallows everything")
    void aWaiterIsToldInTime() throws Exception {
        firstSeen(near, id);
        CompletableFuture<Receipt<String>> waiter = far.receiveAsync(id, Duration.ofSeconds(2));
        eventually("joined", () -> hasJoined(id));
        far.peek(id + "-other"); // the answer to the join came before this one

        network.blackHole();

        assertThat(waiter.get(20, TimeUnit.SECONDS)).isInstanceOf(InFlight.class);
    }

    @Test
    @DisplayName("L2 an owner whose network is gone past its lease is told, and cannot handle what another took over")
    void anOwnerIsCutOffPastItsLease() throws Exception {
        try (Caches brief = new Caches().lease(Duration.ofMillis(500)).storeTimeout(Duration.ofMillis(500))) {
            ApiCache<String> cutOff = brief.at(network.uri());
            FirstSeen<String> lost = firstSeen(cutOff, id);
            CompletableFuture<Void> told = lost.lost().toCompletableFuture();
            network.blackHole();

            FirstSeen<String> next = firstSeen(near, id);
            told.get(20, TimeUnit.SECONDS);
            network.heal();

            assertThat(next.token()).isGreaterThan(lost.token());
            eventually("the old owner is refused", () -> {
                try {
                    lost.handle("stale");
                    throw new AssertionError("a stale owner was accepted");
                } catch (LeaseLostException e) {
                    return true;
                } catch (StoreUnavailableException e) {
                    return false;
                }
            });
            next.handle("of the next");
            assertThat(replayed(cutOff, id)).isEqualTo("of the next");
        }
    }

    @Test
    @DisplayName("C5 a claim that was under way while others came and went is not granted with its old token")
    void aClaimArrivesLate() throws Exception {
        try (RedisTime time = new RedisTime(List.of(redis), "ac");
                Caches together = new Caches().commandTimeout(COMMAND_TIMEOUT).serverTime(time)) {
            ApiCache<String> late = together.at(network.uri());
            ApiCache<String> others = together.at(redis.uri());
            network.requests().stall();
            CompletableFuture<Receipt<String>> claim = late.receiveAsync(id, LONG);
            FirstSeen<String> other = firstSeen(others, id);
            other.release();
            time.pass(Store.HAND_OVER.plusSeconds(1));
            assertThat(redis.command("EXISTS", record(id))).isEqualTo(0L);

            network.heal();

            assertThat(firstSeen(claim).token()).isGreaterThan(other.token());
        }
    }

    @Test
    @DisplayName("W2 a connection that is silently dead is replaced")
    void aSilentlyDeadConnectionIsReplaced() {
        int connections = network.connections();
        network.replies().stall(); // nothing comes back, and nothing says so

        for (int i = 0; i < 3; i++) {
            String each = id + i;
            assertThatThrownBy(() -> far.receiveAndWait(each, Duration.ofMillis(50)))
                    .isInstanceOf(StoreUnavailableException.class);
        }

        eventually("a new connection", () -> network.connections() > connections);
        network.heal();
        firstSeen(far, id).handle("response");
        assertThat(replayed(near, id)).isEqualTo("response");
    }

    @Test
    @DisplayName("C1 callers on both sides of a network that delays are granted once")
    void aSlowNetwork() throws Exception {
        network.replies().delay(Duration.ofMillis(100));
        network.requests().delay(Duration.ofMillis(100));
        for (int i = 0; i < 5; i++) {
            String each = id + i;
            CompletableFuture<Receipt<String>> slow = far.receiveAsync(each, LONG);
            CompletableFuture<Receipt<String>> fast = near.receiveAsync(each, LONG);

            Receipt<String> first = slow.applyToEither(fast, receipt -> receipt).get(20, TimeUnit.SECONDS);
            ((FirstSeen<String>) first).handle("response");

            CompletableFuture.allOf(slow, fast).get(20, TimeUnit.SECONDS);
            assertThat(slow.get() instanceof Cached ^ fast.get() instanceof Cached)
                    .isTrue();
        }
    }
}
