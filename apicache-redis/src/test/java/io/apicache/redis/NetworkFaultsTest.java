package io.apicache.redis;

import static io.apicache.redis.Expect.LONG;
import static io.apicache.redis.Expect.eventually;
import static io.apicache.redis.Expect.firstSeen;
import static io.apicache.redis.Expect.patient;
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
import io.apicache.tck.Sample;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
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
    private static final Duration PATIENT = Duration.ofSeconds(4);

    /** Of the places where a reply can be cut; the others are tried where everything is. */
    private static final int FEW = 10;

    /** Less than a store may take: a waiter that is told by then did not wait for that. */
    private static final long IN_TIME_SECONDS = 50;

    private static RedisProcess redis;
    private final Caches caches = new Caches().commandTimeout(COMMAND_TIMEOUT);

    /** Of processes that give a call up when the store is silent. */
    private final Caches hasty = new Caches().commandTimeout(COMMAND_TIMEOUT).storeTimeout(Duration.ofSeconds(1));

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
        hasty.close();
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
    @DisplayName("C2 H3 where the reply is cut, a claim is had once, and a response is stored once")
    void repliesAreCut() {
        Sample.upTo(41, FEW).forEach(bytes -> cutBoth(bytes, Cut.RST));
    }

    @Test
    @Tag("exhaustive")
    @DisplayName("C2 H3 wherever the reply is cut, a claim is had once, and a response is stored once")
    void everyReplyIsCutAtEveryByte() {
        upTo(41).forEach(bytes -> cutBoth(bytes, Cut.RST));
    }

    private static List<Integer> upTo(int last) {
        return IntStream.rangeClosed(0, last).boxed().toList();
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
    @DisplayName("H1 where a replay is cut, it is the whole response in the end")
    void replaysAreCut() {
        replaysAreCut(Sample.upTo(110, FEW));
    }

    @Test
    @Tag("exhaustive")
    @DisplayName("H1 wherever a replay is cut, it is the whole response in the end")
    void everyReplayIsCutAtEveryByte() {
        replaysAreCut(upTo(110));
    }

    private void replaysAreCut(List<Integer> after) {
        firstSeen(near, id).handle("the response");

        for (int bytes : after) {
            int before = network.connections();
            network.once(CLAIM, Fault.cutReply(bytes, Cut.RST));

            Receipt<String> receipt = far.receiveAndWait(id, LONG);

            assertThat(((Cached<String>) receipt).response()).isEqualTo("the response");
            eventually("a cut at " + bytes, () -> network.connections() > before);
        }
    }

    @Test
    @DisplayName("H3 where a long handle is cut, the response is stored once and whole")
    void longHandlesAreCut() {
        longHandlesAreCut(Sample.upTo(38, FEW));
    }

    @Test
    @Tag("exhaustive")
    @DisplayName("H3 wherever a long handle is cut, the response is stored once and whole")
    void everyLongHandleIsCut() {
        longHandlesAreCut(upTo(38));
    }

    private void longHandlesAreCut(List<Integer> after) {
        String response = "x".repeat(20_000);
        for (int bytes : after) {
            String each = id + "-" + bytes;
            FirstSeen<String> owner = firstSeen(far, each);
            // The SET that puts the response beside the record, then the script that renames it.
            network.once(bytes % 2 == 0 ? CLAIM : SCRIPT, Fault.cutReply(bytes / 2, Cut.RST));
            owner.handle(response);

            assertThat(replayed(near, each)).isEqualTo(response);
        }
    }

    @Test
    @DisplayName("W1 where the answer to a join is cut, the waiter gets the response")
    void joinsAreCut() throws Exception {
        joinsAreCut(Sample.upTo(120, FEW));
    }

    @Test
    @Tag("exhaustive")
    @DisplayName("W1 wherever the answer to a join is cut, the waiter gets the response")
    void everyJoinIsCutAtEveryByte() throws Exception {
        joinsAreCut(upTo(120));
    }

    private void joinsAreCut(List<Integer> after) throws Exception {
        for (int bytes : after) {
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
            "L1 where the answer to a renewal, a look or an invalidation is cut, its outcome is known or unknown, never wrong")
    void otherMovesAreCut() throws Exception {
        otherMovesAreCut(Sample.upTo(101, FEW));
    }

    @Test
    @Tag("exhaustive")
    @DisplayName(
            "L1 wherever the answer to a renewal, a look or an invalidation is cut, its outcome is known or unknown, never wrong")
    void everyOtherMoveIsCut() throws Exception {
        otherMovesAreCut(upTo(101));
    }

    private void otherMovesAreCut(List<Integer> looks) throws Exception {
        RedisStore store = caches.commandTimeout(PATIENT).store(network.uri());
        Key key = new Key("faults", id);
        Duration lease = Duration.ofMinutes(10);
        Attempt attempt = new Attempt(AttemptId.next(), null, lease);
        Token token = ((Granted<byte[]>)
                        store.claim(key, attempt).toCompletableFuture().get())
                .token();
        for (int bytes = 0; bytes <= 4; bytes++) {
            network.once(SCRIPT, Fault.cutReply(bytes, Cut.RST));
            assertThat(told(store.renew(key, token, lease))).isIn(true, Outcome.UNKNOWN);
            eventually("renewed", () -> told(store.renew(key, token, lease)).equals(true));
        }
        assertThat(store.handle(key, token, new byte[10], Duration.ofMinutes(1))
                        .toCompletableFuture()
                        .get())
                .isInstanceOf(Stored.Accepted.class);
        for (int bytes : looks) {
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
            return answer.toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
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
        Queue<String> claims = new ConcurrentLinkedQueue<>();
        network.watch(request -> {
            if (CLAIM.test(request)) {
                claims.add(request);
            }
        });
        for (int i = 0; i < 3; i++) {
            String each = id + i;
            network.replies().stall();
            CompletableFuture<Receipt<String>> claim = far.receiveAsync(each, LONG);
            eventually(
                    "the first claim timed out, for there is a second one",
                    () -> claims.stream()
                                    .filter(request -> request.contains(record(each)))
                                    .count()
                            > 1);
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
        ApiCache<String> cutOff = hasty.at(network.uri());
        FirstSeen<String> owner = patient(() -> firstSeen(cutOff, id));
        String other = id + "-other";

        network.blackHole();

        assertThatThrownBy(() -> cutOff.receiveAndWait(other, Duration.ofMillis(300)))
                .isInstanceOfSatisfying(
                        StoreUnavailableException.class,
                        e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN));
        assertThatThrownBy(() -> owner.handle("response"))
                .isInstanceOfSatisfying(
                        StoreUnavailableException.class,
                        e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN));
        network.heal();
        network.cutAll(Cut.RST); // what has lost bytes is beyond repair
        patient(() -> {
            owner.handle("response");
            return owner;
        });
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

        assertThat(waiter.get(IN_TIME_SECONDS, TimeUnit.SECONDS)).isInstanceOf(InFlight.class);
    }

    @Test
    @DisplayName("L2 an owner whose network is gone past its lease is told, and cannot handle what another took over")
    void anOwnerIsCutOffPastItsLease() throws Exception {
        try (Caches brief = new Caches()
                .lease(Duration.ofMillis(500))
                .commandTimeout(COMMAND_TIMEOUT)
                .storeTimeout(Duration.ofMillis(500))) {
            ApiCache<String> cutOff = brief.at(network.uri());
            FirstSeen<String> lost = patient(() -> firstSeen(cutOff, id));
            CompletableFuture<Void> told = lost.lost().toCompletableFuture();
            network.blackHole();

            FirstSeen<String> next = firstSeen(near, id);
            told.get(LONG.toSeconds(), TimeUnit.SECONDS);
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
            assertThat(patient(() -> replayed(cutOff, id))).isEqualTo("of the next");
        }
    }

    @Test
    @DisplayName("C5 a claim that was under way while others came and went is not granted with its old token")
    void aClaimArrivesLate() throws Exception {
        // A server of its own: time passes for all records on it.
        try (RedisProcess own = RedisProcess.start();
                TcpProxy way = TcpProxy.to(own);
                RedisTime time = new RedisTime(List.of(own), "ac");
                Caches together = new Caches().commandTimeout(COMMAND_TIMEOUT).serverTime(time)) {
            ApiCache<String> late = together.at(way.uri());
            ApiCache<String> others = together.at(own.uri());

            way.requests().stall();
            CompletableFuture<Receipt<String>> claim = late.receiveAsync(id, LONG);
            FirstSeen<String> other = firstSeen(others, id);
            other.release();
            time.pass(Store.HAND_OVER.plusSeconds(1));
            assertThat(own.command("EXISTS", record(id))).isEqualTo(0L);

            way.heal();

            assertThat(firstSeen(claim).token()).isGreaterThan(other.token());
        }
    }

    @Test
    @DisplayName("W2 a connection that is silently dead is replaced")
    void aSilentlyDeadConnectionIsReplaced() {
        ApiCache<String> cutOff = hasty.at(network.uri());
        int connections = network.connections();
        network.replies().stall(); // nothing comes back, and nothing says so

        for (int i = 0; i < 3; i++) {
            String each = id + i;
            assertThatThrownBy(() -> cutOff.receiveAndWait(each, Duration.ofMillis(50)))
                    .isInstanceOf(StoreUnavailableException.class);
        }

        eventually("a new connection", () -> network.connections() > connections);
        network.heal();
        patient(() -> firstSeen(cutOff, id)).handle("response");
        assertThat(replayed(near, id)).isEqualTo("response");
    }

    @Test
    @DisplayName("C1 callers on both sides of a network that delays are granted once")
    void aSlowNetwork() throws Exception {
        ApiCache<String> patient = caches.commandTimeout(PATIENT).at(network.uri());
        network.replies().delay(Duration.ofMillis(100));
        network.requests().delay(Duration.ofMillis(100));
        for (int i = 0; i < 5; i++) {
            String each = id + i;
            CompletableFuture<Receipt<String>> slow = patient.receiveAsync(each, LONG);
            CompletableFuture<Receipt<String>> fast = near.receiveAsync(each, LONG);

            Receipt<String> first =
                    slow.applyToEither(fast, receipt -> receipt).get(LONG.toSeconds(), TimeUnit.SECONDS);
            ((FirstSeen<String>) first).handle("response");

            CompletableFuture.allOf(slow, fast).get(LONG.toSeconds(), TimeUnit.SECONDS);
            assertThat(slow.get() instanceof Cached ^ fast.get() instanceof Cached)
                    .isTrue();
        }
    }
}
