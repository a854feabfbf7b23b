package io.apicache.redis;

import static io.apicache.redis.Expect.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.TcpProxy;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Key;
import io.apicache.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A claim that the store gives back, since it was under way for too long. */
class LateClaimTest {

    /** The machine's clocks; the wall clock can jump, as after a suspension. */
    private static final class JumpingTime implements Time {

        private volatile Duration ahead = Duration.ZERO;

        @Override
        public long nanoTime() {
            return Time.system().nanoTime();
        }

        @Override
        public Instant instant() {
            return Time.system().instant().plus(ahead);
        }
    }

    @Test
    @DisplayName("C1 C2 a claim that was executed and could not be given back is reported as unknown, not as refused")
    void theReleaseIsRefused() throws Exception {
        JumpingTime time = new JumpingTime();
        Key key = new Key("faults", "late");
        try (RedisProcess redis = RedisProcess.start();
                TcpProxy network = TcpProxy.to(redis);
                RedisStore store = RedisStore.builder(network.uri())
                        .commandTimeout(Duration.ofSeconds(4))
                        .time(time)
                        .connect()) {
            network.replies().stall();
            CompletableFuture<Claimed<byte[]>> claim = store.claim(
                            key, new Attempt(AttemptId.next(), null, Duration.ofMinutes(10)))
                    .toCompletableFuture();
            eventually(
                    "the claim is executed",
                    () -> redis.command("EXISTS", "ac:{faults:late}").equals(1L));
            redis.command("CONFIG", "SET", "min-replicas-to-write", "1"); // the release is refused
            time.ahead = Duration.ofSeconds(5); // the server's clock is in doubt, so the claim is given back

            network.heal();

            assertThatThrownBy(() -> claim.get(Expect.LONG.toSeconds(), TimeUnit.SECONDS))
                    .hasCauseInstanceOf(StoreUnavailableException.class)
                    .satisfies(thrown -> assertThat(((StoreUnavailableException) thrown.getCause()).outcome())
                            .isEqualTo(Outcome.UNKNOWN));
            assertThat(redis.command("GETRANGE", "ac:{faults:late}", "0", "0")).isEqualTo("P");
        }
    }
}
