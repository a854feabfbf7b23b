package io.apicache.redis;

import static io.apicache.redis.Expect.eventually;
import static io.apicache.redis.Expect.firstSeen;
import static io.apicache.redis.Expect.replayed;
import static io.apicache.redis.Expect.response;
import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.LeaseLostException;
import io.apicache.Receipt;
import io.apicache.StoreUnavailableException;
import io.apicache.redis.server.RedisCluster;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.RedisSentinel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What callers get while masters change and slots move. */
@Execution(ExecutionMode.CONCURRENT)
class FailoverTest {

    private final Caches caches = new Caches();

    @AfterEach
    void close() {
        caches.close();
    }

    /** Callers in two processes that claim, handle and replay ids of their own without a pause, and what they have seen. */
    private final class Load implements AutoCloseable {
        private final AtomicBoolean ended = new AtomicBoolean();
        private final List<Thread> threads = new ArrayList<>();
        private final Map<String, String> accepted = new ConcurrentHashMap<>();
        private final ConcurrentLinkedQueue<Throwable> wrong = new ConcurrentLinkedQueue<>();
        private final AtomicInteger handled = new AtomicInteger();
        private final AtomicInteger unavailable = new AtomicInteger();

        Load(String uri) {
            List<ApiCache<String>> processes = List.of(caches.at(uri), caches.at(uri));
            for (int i = 0; i < 4; i++) {
                String name = "load-" + i;
                ApiCache<String> mine = processes.get(i % 2);
                ApiCache<String> theirs = processes.get((i + 1) % 2);
                Thread thread = new Thread(() -> run(name, mine, theirs), name);
                threads.add(thread);
                thread.start();
            }
        }

        private void run(String name, ApiCache<String> mine, ApiCache<String> theirs) {
            for (int i = 0; !ended.get(); i++) {
                String id = name + "-" + i + "-" + UUID.randomUUID();
                try {
                    if (mine.receiveAndWait(id, Expect.LONG) instanceof FirstSeen<String> owner) {
                        owner.handle("response to " + id);
                        handled.incrementAndGet();
                        accepted.put(id, "response to " + id);
                    }
                    Receipt<String> again = theirs.receiveAndWait(id, Expect.LONG);
                    if (!(again instanceof Cached<String> hit)
                            || !hit.response().equals("response to " + id)) {
                        wrong.add(new AssertionError(id + " was handled, then " + again));
                    }
                } catch (StoreUnavailableException | LeaseLostException e) {
                    unavailable.incrementAndGet(); // it was said: nothing else is promised here
                } catch (RuntimeException | Error e) {
                    wrong.add(e);
                }
            }
        }

        /** Returns when so many more have been handled. */
        void go(int more) {
            int until = handled.get() + more;
            eventually(more + " more handled, " + unavailable + " unavailable", () -> handled.get() >= until);
        }

        @Override
        public void close() {
            ended.set(true);
            try {
                for (Thread thread : threads) {
                    thread.join();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            wrong.forEach(failure -> {
                throw new AssertionError(failure);
            });
        }
    }

    @Test
    @Tag("exhaustive")
    @DisplayName("H1 W1 slots move under load, and nothing that was handled is lost")
    void slotsMoveUnderLoad() throws Exception {
        try (RedisCluster cluster = RedisCluster.start(3, 0)) {
            String id = "moves";
            String late = "while it moves ".repeat(1_000);
            int slot = RedisCluster.slotOf("ac:{faults:" + id + "}");
            ApiCache<String> here = caches.at(cluster.uri());
            ApiCache<String> there = caches.at(cluster.uri());
            FirstSeen<String> owner = firstSeen(here, id);
            CompletableFuture<Receipt<String>> waiter = there.receiveAsync(id, Expect.LONG);
            List<String> handledBefore = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                handledBefore.add("before-" + i);
                firstSeen(here, "before-" + i).handle("response " + i);
            }
            try (Load load = new Load(cluster.uri())) {
                load.go(50);
                RedisProcess from = cluster.masterOf(slot);
                RedisProcess to = cluster.masters().stream()
                        .filter(node -> !node.equals(from))
                        .findFirst()
                        .orElseThrow();
                cluster.startMove(slot, from, to);
                load.go(50);
                owner.handle(late); // the record may be at either node, and what is put beside it at the other
                cluster.endMove(slot, from, to);
                for (int moved = slot + 1; moved < slot + 200; moved++) {
                    if (cluster.masterOf(moved % 16384).equals(from)) {
                        cluster.moveSlot(moved % 16384, from, to);
                    }
                }
                load.go(50);
            }
            assertThat(response(waiter)).isEqualTo(late);
            for (int i = 0; i < handledBefore.size(); i++) {
                assertThat(replayed(there, handledBefore.get(i))).isEqualTo("response " + i);
            }
            assertThat(cluster.keysWithoutTtl()).isEmpty();
        }
    }

    @Tag("exhaustive")
    @Test
    @DisplayName(
            "H1 L1 a master of the cluster hands over under load: what was handled stays, and an owner stays the owner")
    void aClusterFailsOverInGoodOrder() throws Exception {
        try (RedisCluster cluster = RedisCluster.start(3, 1)) {
            ApiCache<String> here = caches.at(cluster.uri());
            ApiCache<String> there = caches.at(cluster.uri());
            String id = "stays";
            String record = "ac:{faults:" + id + "}";
            FirstSeen<String> owner = firstSeen(here, id);
            CompletableFuture<Receipt<String>> waiter = there.receiveAsync(id, Expect.LONG);
            try (Load load = new Load(cluster.uri())) {
                load.go(50);
                cluster.failover(record);
                load.go(50);
                assertThat(there.receiveAndWait(id, Duration.ZERO)).isInstanceOf(InFlight.class);
                owner.handle("response");
                assertThat(response(waiter)).isEqualTo("response");
            }
            assertThat(cluster.keysWithoutTtl()).isEmpty();
        }
    }

    @Tag("exhaustive")
    @Test
    @DisplayName(
            "W2 W3 a master of the cluster is killed: callers are told in time, and the work goes on at its replica")
    void aMasterOfTheClusterIsKilled() throws Exception {
        try (RedisCluster cluster = RedisCluster.start(3, 1)) {
            ApiCache<String> here = caches.at(cluster.uri());
            ApiCache<String> there = caches.at(cluster.uri());
            String id = "killed";
            String record = "ac:{faults:" + id + "}";
            FirstSeen<String> owner = firstSeen(here, id);
            eventually(
                    "the replica has it",
                    () -> cluster.replicasOf(RedisCluster.slotOf(record)).stream()
                            .allMatch(replica -> replica.info("keyspace").containsKey("db0")));
            CompletableFuture<Receipt<String>> waiter = there.receiveAsync(id, Expect.LONG);

            cluster.killMaster(record);

            // The lease may end before the replica is master: then another one takes over, and the first is refused.
            Receipt<String> told = Expect.told(waiter.isDone() ? waiter : handledOrTakenOver(owner, waiter));
            if (told instanceof FirstSeen<String> next) {
                assertThat(next.token()).isGreaterThan(owner.token());
                next.handle("response");
            }
            assertThat(replayed(here, id)).isEqualTo("response");
            cluster.awaitSettled();
            try (Load load = new Load(cluster.uri())) {
                load.go(50);
            }
        }
    }

    @Test
    @DisplayName(
            "W2 W3 the master behind Sentinel is killed: callers are told in time, and the work goes on at the next one")
    void theMasterBehindSentinelIsKilled() throws Exception {
        try (RedisSentinel group = RedisSentinel.start(1)) {
            ApiCache<String> here = caches.at(group.uri());
            ApiCache<String> there = caches.at(group.uri());
            String id = "killed";
            firstSeen(here, "before").handle("before");
            FirstSeen<String> owner = firstSeen(here, id);
            CompletableFuture<Receipt<String>> waiter = there.receiveAsync(id, Expect.LONG);
            RedisProcess master = group.master();
            eventually(
                    "the replica is in step",
                    () -> master.command("WAIT", "1", "100").equals(1L));

            group.killMaster();

            Receipt<String> told = Expect.told(handledOrTakenOver(owner, waiter));
            if (told instanceof FirstSeen<String> next) {
                assertThat(next.token()).isGreaterThan(owner.token());
                next.handle("response");
            }
            assertThat(replayed(here, id)).isEqualTo("response");
            assertThat(replayed(there, "before")).isEqualTo("before");
            group.awaitSettled();
            assertThat(group.master().keysWithoutTtl()).isEmpty();
        }
    }

    /** The owner tries until its handle is accepted or refused for good. */
    private static CompletableFuture<Receipt<String>> handledOrTakenOver(
            FirstSeen<String> owner, CompletableFuture<Receipt<String>> waiter) {
        eventually("the owner's fate is known", () -> {
            try {
                owner.handle("response");
                return true;
            } catch (LeaseLostException e) {
                return true;
            } catch (StoreUnavailableException e) {
                return false;
            }
        });
        return waiter;
    }
}
