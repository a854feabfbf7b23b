package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Codec;
import io.apicache.codec.Samples.Order;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Records of this version, kept. A test that fails here says that records in stores out there cannot be read any more: raise the format
 * version, or take the change back. New files are for new formats; old ones stay.
 */
class GoldenFilesTest {

    enum Golden {
        KRYO_V1(true),
        ZSTD_PLAIN_V1(true),
        ZSTD_V1(false),
        AES_V1(false),
        HMAC_V1(true);

        /** Whether the same response always gives the same bytes: not with a nonce, nor over versions of zstd. */
        private final boolean repeatable;

        Golden(boolean repeatable) {
            this.repeatable = repeatable;
        }

        Codec<Order> codec() {
            Codec<Order> kryo = Samples.orderCodec().build();
            KeyRing keys = KeyRing.writing(7, Samples.SECRET);
            return switch (this) {
                case KRYO_V1 -> kryo;
                case ZSTD_PLAIN_V1 -> ZstdCodec.around(kryo);
                case ZSTD_V1 -> ZstdCodec.builder(kryo).threshold(100).build();
                case AES_V1 -> EncryptedCodec.encrypting(kryo, keys);
                case HMAC_V1 -> EncryptedCodec.signing(kryo, keys);
            };
        }

        byte[] record() throws IOException {
            String name = "/golden/" + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-') + ".hex";
            try (InputStream file = Objects.requireNonNull(GoldenFilesTest.class.getResourceAsStream(name), name)) {
                String hex = new String(file.readAllBytes(), StandardCharsets.US_ASCII);
                return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("B1: a record that this version wrote once is read as what it was")
    void keptRecordsAreRead(Golden golden) throws IOException {
        assertThat(golden.codec().decode(Samples.KEY, golden.record())).isEqualTo(Samples.order(2));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("B1: what is written today has the same envelope, and the same content where nothing is random")
    void theFormatHasNotChanged(Golden golden) throws IOException {
        byte[] today = golden.codec().encode(Samples.KEY, Samples.order(2));

        if (golden.repeatable) {
            assertThat(HexFormat.of().formatHex(today)).isEqualTo(HexFormat.of().formatHex(golden.record()));
        }
        int beforeChecksum = Envelope.BYTES - Integer.BYTES;
        assertThat(Arrays.copyOf(today, beforeChecksum)).isEqualTo(Arrays.copyOf(golden.record(), beforeChecksum));
    }
}
