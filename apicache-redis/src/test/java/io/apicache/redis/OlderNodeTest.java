package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.redis.Topology.Commands;
import io.apicache.redis.server.RedisShared;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed.Granted;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Key;
import io.apicache.spi.Stored;
import io.apicache.spi.Time;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A node that is older than the one that was greeted. It says something on Redis 6.2 only; the build runs on that, too. */
class OlderNodeTest {

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(Expect.LONG.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    @DisplayName("C1 H1 a node that does not understand the newer commands is spoken to in older ones")
    void aNodeThatDoesNotUnderstand() throws Exception {
        RedisShared.server().command("SCRIPT", "FLUSH");
        Topology topology = OwnClient.single(RedisURI.create(RedisShared.uri()), Duration.ofSeconds(4), 1_000_000);
        Commands commands = await(topology.connect());
        Link link = new Link(
                topology,
                commands,
                new ServerInfo(7, 2, true, false),
                new Link.Pace(Time.system(), Duration.ofSeconds(4)));
        ServerClock clock = new ServerClock(Time.system());
        await(clock.ask(link));
        KeyLayout layout = new KeyLayout("older");
        Moves moves = new Moves(link, layout, clock, new Moves.Sizes(0, new Oversized(1_000_000, System::nanoTime)));
        Inbox inbox = new Inbox(topology, layout.inboxes(), System::nanoTime, moves::present);
        Asking asking = new Asking(link, layout, clock, moves, inbox);
        Key key = new Key("older", UUID.randomUUID().toString());
        Attempt attempt = new Attempt(AttemptId.next(), null, Duration.ofMinutes(1));

        Granted<byte[]> owner = (Granted<byte[]>) await(asking.claim(key, attempt));
        assertThat(await(moves.handle(key, owner.token(), new byte[] {1, 2}, Duration.ofMinutes(1))))
                .isInstanceOf(Stored.Accepted.class);
        Handled<byte[]> replay = (Handled<byte[]>) await(asking.claim(key, attempt));

        assertThat(replay.value()).containsExactly(1, 2);
        CompletableFuture.allOf(inbox.close(), link.close()).get(Expect.LONG.toSeconds(), TimeUnit.SECONDS);
        topology.close();
    }
}
