package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.FirstSeen;
import io.apicache.Receipt;
import io.apicache.redis.server.RedisShared;
import io.apicache.redis.server.TcpProxy;
import io.apicache.spi.Time;
import io.apicache.tck.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The time at the server, as it is reckoned here. */
class ServerClockTest {

    private final SleepyMachine machine = new SleepyMachine();
    private final Caches caches = new Caches();

    @AfterEach
    void close() {
        caches.close();
    }

    @Test
    @DisplayName("C5 numbers go on rising after a machine was suspended, which its monotonic clock does not notice")
    void aSuspendedMachine() {
        String id = "id-" + UUID.randomUUID();
        caches.serverTime(machine);
        ApiCache<String> here = caches.at(RedisShared.uri());
        caches.serverTime(Time.system());
        ApiCache<String> there = caches.at(RedisShared.uri());
        Expect.firstSeen(here, id).release();
        RedisShared.server().command("DEL", "ac:{faults:" + id + "}");

        machine.sleep(Duration.ofMinutes(10));
        FirstSeen<String> meanwhile = Expect.firstSeen(there, id);
        meanwhile.release();
        RedisShared.server().command("DEL", "ac:{faults:" + id + "}"); // what is left of it has lapsed by now

        assertThat(Expect.firstSeen(here, id).token()).isGreaterThan(meanwhile.token());
    }

    @Test
    @DisplayName("C5 a claim that was under way while the machine was suspended is made anew")
    void suspendedMeanwhile() throws Exception {
        String id = "id-" + UUID.randomUUID();
        try (TcpProxy network = TcpProxy.to(RedisShared.server())) {
            caches.commandTimeout(Duration.ofSeconds(4)).serverTime(machine);
            ApiCache<String> here = caches.at(network.uri());
            caches.serverTime(Time.system());
            ApiCache<String> there = caches.at(RedisShared.uri());

            network.requests().stall();
            CompletableFuture<Receipt<String>> claim = here.receiveAsync(id, Expect.LONG);
            machine.sleep(Duration.ofMinutes(10));
            FirstSeen<String> meanwhile = Expect.firstSeen(there, id);
            meanwhile.release();
            RedisShared.server().command("DEL", "ac:{faults:" + id + "}"); // what is left of it has lapsed by now
            network.heal();

            assertThat(Expect.firstSeen(claim).token()).isGreaterThan(meanwhile.token());
            caches.close();
        }
    }

    @Test
    @DisplayName("clocks that go together are not asked about")
    void clocksThatGoTogether() {
        StandingMachine machine = new StandingMachine(); // two readings of a real clock may be any time apart
        ServerClock clock = new ServerClock(machine);
        clock.heard(1_000_000);
        assertThat(clock.isDoubtful()).isFalse();

        machine.sleep(Duration.ofMillis(500));
        assertThat(clock.isDoubtful()).isFalse();
        machine.sleep(Duration.ofSeconds(1));
        assertThat(clock.isDoubtful()).isTrue();

        clock.heard(3_000_000);
        assertThat(clock.isDoubtful()).isFalse();
        assertThat(clock.micros()).isGreaterThanOrEqualTo(3_000_000);
    }

    @Test
    @DisplayName("C5 numbers of one process rise strictly, also where no time passes, and follow the server's clock")
    void numbersNeverRepeat() {
        ManualTime time = new ManualTime();
        ServerClock clock = new ServerClock(time);
        clock.heard(1_000_000);
        assertThat(clock.nextNumber()).isEqualTo(1_000_000);
        assertThat(clock.nextNumber()).isEqualTo(1_000_001);
        assertThat(clock.nextNumber()).isEqualTo(1_000_002);

        time.advance(Duration.ofSeconds(1));
        assertThat(clock.nextNumber()).isEqualTo(2_000_000);
        clock.heard(1_000_500); // later than the first answer: it was longer on its way
        assertThat(clock.micros()).isEqualTo(2_000_000);
        clock.heard(2_000_300); // and this one was quicker
        assertThat(clock.nextNumber()).isEqualTo(2_000_300);
        for (int i = 0; i < 8; i++) {
            clock.heard(1_500_000); // the server's clock was set back
        }
        assertThat(clock.micros()).isEqualTo(1_500_000);
        assertThat(clock.nextNumber()).isEqualTo(2_000_301);
    }

    /** Its clocks stand still; while it sleeps, the wall clock goes on. */
    private static final class StandingMachine implements Time {

        private Instant wall = Instant.parse("2026-01-01T00:00:00Z");

        void sleep(Duration by) {
            wall = wall.plus(by);
        }

        @Override
        public long nanoTime() {
            return 1;
        }

        @Override
        public Instant instant() {
            return wall;
        }
    }

    /** While it sleeps, its monotonic clock stands still. */
    private static final class SleepyMachine implements Time {
        private final AtomicLong slept = new AtomicLong();

        void sleep(Duration by) {
            slept.addAndGet(by.toNanos());
        }

        @Override
        public long nanoTime() {
            return Time.system().nanoTime() - slept.get();
        }

        @Override
        public Instant instant() {
            return Time.system().instant();
        }
    }
}
