package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Codec;
import org.junit.jupiter.api.Test;

class EncryptedCodecSnippetsTest {

    private static byte[] secret(String name) {
        return name.equals("2026") ? Samples.SECRET : Samples.OTHER_SECRET;
    }

    @Test
    void encrypting() {
        // @start region="encrypting"
        KeyRing keys = KeyRing.writing(1, secret("2026"));
        Codec<String> codec = EncryptedCodec.encrypting(Codec.utf8(), keys);
        // @end

        assertThat(codec.decode(Samples.KEY, codec.encode(Samples.KEY, "x"))).isEqualTo("x");
    }

    @Test
    void rotation() {
        // @start region="rotation"
        KeyRing first = KeyRing.writing(1, secret("2026")).reading(2, secret("2027")); // everywhere, then
        KeyRing then =
                KeyRing.writing(2, secret("2027")).reading(1, secret("2026")); // until the last old record is gone
        // @end

        assertThat(first.writingId()).isEqualTo(1);
        assertThat(then.writingId()).isEqualTo(2);
    }
}
