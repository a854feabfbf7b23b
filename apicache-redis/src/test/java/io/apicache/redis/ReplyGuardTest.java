package io.apicache.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Replies as they come in from the network: in pieces of any size. */
class ReplyGuardTest {

    private static final int LIMIT = ReplyGuard.LEAST;
    private static final String HARMLESS = String.join(
            "\r\n",
            List.of(
                    "+OK",
                    "$-1",
                    "$0",
                    "",
                    ":-12",
                    "-ERR $99999999999",
                    "*2",
                    "$12",
                    "$9999999999\r\n",
                    "*1",
                    "+x",
                    ">3",
                    "$7",
                    "message",
                    "$1",
                    "c",
                    "=7",
                    "txt:abc",
                    "_",
                    "#t",
                    "$3",
                    "end",
                    ""));

    private static String through(EmbeddedChannel channel, String... pieces) {
        for (String piece : pieces) {
            if (channel.isOpen()) {
                channel.writeInbound(Unpooled.copiedBuffer(piece, US_ASCII));
            }
        }
        StringBuilder read = new StringBuilder();
        for (ByteBuf bytes = channel.readInbound(); bytes != null; bytes = channel.readInbound()) {
            read.append(bytes.toString(US_ASCII));
            bytes.release();
        }
        return read.toString();
    }

    private static EmbeddedChannel guarded() {
        return new EmbeddedChannel(new ReplyGuard(100));
    }

    @Test
    @DisplayName("H1 replies go through unchanged, wherever the network cuts them")
    void harmless() {
        for (int cut = 0; cut <= HARMLESS.length(); cut++) {
            EmbeddedChannel channel = guarded();
            assertThat(through(channel, HARMLESS.substring(0, cut), HARMLESS.substring(cut)))
                    .isEqualTo(HARMLESS);
            assertThat(channel.isOpen()).isTrue();
        }
        EmbeddedChannel channel = guarded();
        assertThat(through(channel, HARMLESS.split("(?<=.)"))).isEqualTo(HARMLESS);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    @DisplayName("S1 a reply that is too long is refused at its first bytes, wherever the network cuts them")
    void tooLong() {
        for (String type : new String[] {"$", "=", "!", "*1\r\n$"}) {
            String header = type + (LIMIT + 1) + "\r\n";
            for (int cut = 0; cut <= header.length(); cut++) {
                EmbeddedChannel channel = guarded();
                String read = through(
                        channel, HARMLESS + header.substring(0, cut), header.substring(cut) + "xxxx", "$3\r\nend\r\n");
                assertThat(channel.isOpen()).isFalse();
                assertThat(read).startsWith(HARMLESS).doesNotContain("xxxx").hasSizeLessThan(HARMLESS.length() + 50);
                if (cut == 0 || cut == header.length()) { // or else a part of the reply has been let through
                    assertThat(read).endsWith("-APICACHE-TOO-LONG " + (LIMIT + 1) + "\r\n");
                }
            }
        }
    }

    @Test
    @DisplayName("S1 a length that no number holds is too long, and the longest that is allowed goes through")
    void bounds() {
        EmbeddedChannel channel = guarded();
        through(channel, "$99999999999999999999999999\r\n");
        assertThat(channel.isOpen()).isFalse();

        EmbeddedChannel whole = guarded();
        String longest = "$" + LIMIT + "\r\n" + "x".repeat(LIMIT) + "\r\n+OK\r\n";
        assertThat(through(whole, longest.substring(0, 500_000), longest.substring(500_000)))
                .isEqualTo(longest);
        assertThat(whole.isOpen()).isTrue();
    }

    @Test
    void theLengthIsReadOffTheError() {
        assertThat(ReplyGuard.refusedLength(new RedisCommandExecutionException("APICACHE-TOO-LONG 4711")))
                .isEqualTo(4711);
        assertThat(ReplyGuard.refusedLength(new RedisCommandExecutionException("ERR 4711")))
                .isEqualTo(-1);
        assertThat(ReplyGuard.refusedLength(new RedisException("APICACHE-TOO-LONG 4711")))
                .isEqualTo(-1);
    }
}
