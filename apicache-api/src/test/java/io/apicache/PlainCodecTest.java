package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.apicache.spi.Key;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class PlainCodecTest {

    @Test
    @DisplayName("H1: bytes come back as they were, in an array of the caller's own")
    void bytesAreCopiedBothWays() {
        byte[] response = {1, 0, -1};

        byte[] stored = Codec.bytes().encode(response);
        byte[] decoded = Codec.bytes().decode(stored);
        response[0] = 9;
        stored[1] = 9;

        assertThat(decoded).containsExactly(1, 0, -1);
    }

    @Test
    @DisplayName("H1: text comes back as it was, whatever its script")
    void textComesBack() {
        for (String text : new String[] {"", "plain", "\u00e4\u4e2d\ud83d\ude00", "\ufffd\u0000"}) {
            byte[] stored = Codec.utf8().encode(text);

            assertThat(stored).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
            assertThat(Codec.utf8().decode(stored)).isEqualTo(text);
        }
    }

    @Test
    @DisplayName("B1: bytes that are not UTF-8 are a corrupt record, not text with holes")
    void malformedTextIsCorrupt() {
        for (byte[] malformed : new byte[][] {{(byte) 0xff}, {(byte) 0xc3}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}}) {
            assertThatExceptionOfType(CorruptRecordException.class)
                    .isThrownBy(() -> Codec.utf8().decode(malformed))
                    .withMessageContaining("another response type")
                    .withMessageContaining(".namespace(");
        }
    }

    @Test
    @DisplayName("B1: half of a surrogate pair is refused instead of being replaced")
    void halfASurrogatePairIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Codec.utf8().encode("\ud83d"));
    }

    @Test
    @DisplayName("B1: n bytes are accepted, n + 1 are too large, and the message names limit and setting")
    void theLimitIsExact() {
        assertThat(Codec.bytes(3).encode(new byte[3])).hasSize(3);
        assertThat(Codec.utf8(3).encode("\u4e2d")).hasSize(3);
        for (Executable tooLarge : List.<Executable>of(
                () -> Codec.bytes(3).encode(new byte[4]),
                () -> Codec.utf8(3).encode("four"),
                () -> Codec.utf8(3).encode("\u00e4\u00e4"))) {
            assertThatExceptionOfType(ResponseTooLargeException.class)
                    .isThrownBy(tooLarge::execute)
                    .withMessageContaining("takes 4 bytes")
                    .withMessageContaining("is 3")
                    .withMessageContaining("maxBytes");
        }
    }

    @Test
    @DisplayName("B1: the default limit is 16 MiB, and a text that must be longer is not even encoded")
    void theDefaultLimit() {
        byte[] most = new byte[16 << 20];
        assertThat(Codec.bytes().encode(most)).hasSize(most.length);
        assertThatExceptionOfType(ResponseTooLargeException.class)
                .isThrownBy(() -> Codec.bytes().encode(new byte[most.length + 1]))
                .withMessageContaining("16777216");
        assertThatExceptionOfType(ResponseTooLargeException.class)
                .isThrownBy(() -> Codec.utf8().encode("x".repeat(most.length + 1)))
                .withMessageContaining("16777216");
        assertThat(Codec.bytes().maxBytes()).isEqualTo(most.length);
        assertThat(Codec.utf8(5).maxBytes()).isEqualTo(5);
        assertThatIllegalArgumentException().isThrownBy(() -> Codec.bytes(0)).withMessageContaining("maxBytes: 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Codec.utf8((1 << 30) + 1))
                .withMessageContaining("maxBytes");
    }

    @Test
    @DisplayName("A codec that does not care for keys answers the keyed form as well")
    void keyedFormsFallBackToThePlainOnes() {
        Key key = new Key("orders", "1");

        assertThat(Codec.utf8().decode(key, Codec.utf8().encode(key, "x"))).isEqualTo("x");
        assertThat(Codec.utf8()).hasToString("Codec.utf8()");
        assertThat(Codec.bytes()).hasToString("Codec.bytes()").isEqualTo(Codec.bytes());
        assertThat(Codec.bytes(7)).hasToString("Codec.bytes(7)");
        assertThat(Codec.utf8(7)).hasToString("Codec.utf8(7)");
    }
}
