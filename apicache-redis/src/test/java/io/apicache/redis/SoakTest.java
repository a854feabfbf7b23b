package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.SoakEvent.Kind;
import io.apicache.redis.server.Cut;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.TcpProxy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that want the same, on a bad network, while some are killed and some stand still; what they wrote down is held against the
 * promises. {@code -Psoak} runs it for ten minutes with eight processes.
 */
@Tag("exhaustive")
class SoakTest {

    private static final Duration LEASE = Duration.ofSeconds(1);

    private final long seconds = Long.getLong("soak.seconds", 8);
    private final int processes = Integer.getInteger("soak.processes", 3);
    private final long seed =
            Long.getLong("soak.seed", ThreadLocalRandom.current().nextLong());
    private final RedisProcess redis = RedisProcess.start();
    private final TcpProxy network = TcpProxy.to(redis);
    private final List<ChildJvm> workers = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<SoakEvent> disturbances = new ArrayList<>();
    private int started;

    @TempDir
    private Path histories;

    @AfterEach
    void close() {
        workers.forEach(ChildJvm::close);
        network.close();
        redis.close();
    }

    private void start(int slot, SplittableRandom random, Path... before) throws InterruptedException {
        String name = "p" + started++;
        ChildJvm worker = ChildJvm.start(
                List.of(before),
                SoakWorker.class,
                network.uri(),
                histories.resolve(name).toString(),
                name,
                String.valueOf(random.nextLong()),
                String.valueOf(LEASE.toMillis()),
                before.length == 0 ? "6" : "1");
        if (slot < workers.size()) {
            workers.set(slot, worker);
            names.set(slot, name);
        } else {
            workers.add(worker);
            names.add(name);
        }
        worker.answer("ready");
    }

    private void disturb(String process, String what) {
        SoakEvent event = new SoakEvent(System.nanoTime(), process, "-", Kind.DISTURBED, "-", what, 0);
        synchronized (disturbances) {
            disturbances.add(event);
        }
    }

    /** One disturbance, and a while of quiet after it. */
    private void chaos(SplittableRandom random) throws InterruptedException {
        int slot = random.nextInt(processes);
        switch (random.nextInt(7)) {
            case 0 -> {
                workers.get(slot).kill();
                disturb(names.get(slot), "killed");
                start(slot, random);
            }
            case 1, 2 -> standStill(slot);
            case 3 -> {
                disturb("-", "cut");
                network.cutAll(Cut.RST);
            }
            case 4 -> {
                disturb("-", "stalled");
                network.replies().stall();
                Thread.sleep(random.nextLong(LEASE.toMillis() * 2));
                network.heal();
                disturb("-", "healed");
            }
            case 5 -> {
                disturb("-", "messages cut");
                redis.command("CLIENT", "KILL", "TYPE", "pubsub");
                redis.command("SCRIPT", "FLUSH");
            }
            default -> {
                disturb("-", "paused");
                redis.pause();
                Thread.sleep(500);
                redis.resume();
                disturb("-", "resumed");
            }
        }
        Thread.sleep(random.nextLong(1_500));
    }

    private void standStill(int slot) throws InterruptedException {
        disturb(names.get(slot), "stopped");
        workers.get(slot).signal("STOP");
        Thread.sleep(LEASE.toMillis() * 2);
        workers.get(slot).signal("CONT");
        disturb(names.get(slot), "resumed");
    }

    private List<SoakEvent> soak(long seconds, Path... before) throws IOException, InterruptedException {
        System.out.println("soak: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < processes; i++) {
            start(i, random, before);
        }
        Thread stalls = new Thread(this::watchForStalls, "stalls");
        stalls.setDaemon(true);
        stalls.start();
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (System.nanoTime() < end) {
            if (before.length == 0) {
                chaos(random);
            } else {
                standStill(random.nextInt(processes)); // owners that were overtaken are what a mutant is tried with
            }
        }
        Thread.sleep(3_000); // the last calls
        stalls.interrupt();
        stalls.join();
        for (int i = 0; i < processes; i++) {
            workers.get(i).kill();
            disturb(names.get(i), "killed");
        }
        List<SoakEvent> history = new ArrayList<>(SoakEvent.read(histories));
        synchronized (disturbances) {
            history.addAll(disturbances);
        }
        history.sort(Comparator.comparingLong(SoakEvent::nanos));
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        history.forEach(event -> counts.merge(event.kind(), 1, Integer::sum));
        System.out.println("soak: " + history.size() + " events " + counts);
        return history;
    }

    /** A machine that stands still disturbs everybody, and so does a server that does. Each worker looks after itself. */
    private void watchForStalls() {
        long last = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(20);
                redis.command("PING");
                long now = System.nanoTime();
                if (now - last > SoakWorker.LONGEST_STALL_NANOS) {
                    disturb("-", "stall");
                }
                last = now;
            }
        } catch (InterruptedException e) {
            // the soak is over
        }
    }

    @Test
    @DisplayName("C1 C4 C5 H1 W1 W2 W3 L1 a history with kills, stops and cuts keeps the promises")
    void theHistoryKeepsThePromises() throws Exception {
        List<SoakEvent> history = soak(seconds);

        assertThat(SoakChecker.check(history, LEASE)).as("seed %d", seed).isEmpty();
        assertThat(history).filteredOn(event -> event.kind() == Kind.HANDLED).isNotEmpty();
        assertThat(history).filteredOn(event -> event.kind() == Kind.CACHED).isNotEmpty();
        assertThat(redis.keysWithoutTtl()).isEmpty();
    }

    @Test
    @DisplayName("a handle that is not fenced is noticed")
    void anUnfencedHandleIsNoticed() throws Exception {
        Path mutant = Files.createDirectories(histories.resolveSibling(histories.getFileName() + "-mutant"));
        Path script = mutant.resolve("io/apicache/redis/handle.lua");
        Files.createDirectories(script.getParent());
        try (InputStream in = RedisStore.class.getResourceAsStream("handle.lua")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            String fence = "elseif string.sub(record, 5, 28) ~= ARGV[1] then";
            assertThat(text).contains(fence);
            Files.writeString(
                    script,
                    text.replace(fence, "elseif false then")
                            .replace("state == 'D'", "state == 'X'")
                            .replace("state ~= 'P'", "state == 'X'"));
        }
        List<String> violations = List.of();
        for (int tries = 0; tries < 6 && violations.isEmpty(); tries++) {
            violations = SoakChecker.check(soak(8, mutant), LEASE);
        }
        violations.stream().limit(3).forEach(System.out::println);

        assertThat(violations).anyMatch(violation -> violation.startsWith("C4") || violation.startsWith("H1"));
    }
}
