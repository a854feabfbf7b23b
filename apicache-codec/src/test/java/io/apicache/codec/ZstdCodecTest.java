package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.apicache.Codec;
import io.apicache.CorruptRecordException;
import io.apicache.ResponseTooLargeException;
import io.apicache.codec.Samples.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ZstdCodecTest {

    private final KryoCodec<Order> kryo = Samples.orderCodec().build();

    @Test
    @DisplayName("H1: small and large responses come back; the large ones take less room")
    void responsesComeBack() {
        ZstdCodec<Order> codec = ZstdCodec.around(kryo);

        for (int lines : new int[] {0, 1, 1000}) {
            Order order = Samples.order(lines);
            assertThat(codec.decode(codec.encode(order))).isEqualTo(order);
        }
        Order large = Samples.order(1000);
        assertThat(codec.encode(large).length).isLessThan(kryo.encode(large).length / 2);
        assertThat(codec.encode(Samples.order(1)).length)
                .isEqualTo(kryo.encode(Samples.order(1)).length + Envelope.BYTES);
    }

    @Test
    @DisplayName("The threshold is exact, and what does not shrink stays as it is")
    void theThresholdIsExact() {
        ZstdCodec<byte[]> codec =
                ZstdCodec.builder(Codec.bytes()).threshold(1000).build();
        byte[] noise = new byte[5000];
        new Random(1).nextBytes(noise);

        assertThat(codec.encode(new byte[999])).hasSize(999 + Envelope.BYTES);
        assertThat(codec.encode(new byte[1000]).length).isLessThan(100);
        assertThat(codec.encode(noise)).hasSize(5000 + Envelope.BYTES);
        assertThat(codec.decode(codec.encode(noise))).isEqualTo(noise);
        assertThat(codec.decode(codec.encode(new byte[0]))).isEmpty();
    }

    @Test
    @DisplayName("B1: a response over the limit is refused before anything is compressed")
    void theLimitHolds() {
        ZstdCodec<byte[]> codec =
                ZstdCodec.builder(Codec.bytes()).maxBytes(10_000).build();

        assertThat(codec.decode(codec.encode(new byte[10_000]))).hasSize(10_000);
        assertThatExceptionOfType(ResponseTooLargeException.class)
                .isThrownBy(() -> codec.encode(new byte[10_000 + Envelope.ROOM + 1]))
                .withMessageContaining("maxBytes is 10000");
    }

    @Test
    @DisplayName("B1: near the limit, too, what is written can be read, whatever is around what")
    void whatIsWrittenCanBeRead() {
        ZstdCodec<byte[]> zstd =
                ZstdCodec.builder(Codec.bytes()).maxBytes(10_000).build();
        KeyRing keys = KeyRing.writing(1, Samples.SECRET);
        for (Codec<byte[]> codec :
                List.of(zstd, EncryptedCodec.encrypting(zstd, keys), EncryptedCodec.signing(zstd, keys))) {
            int refused = 0;
            for (int length = 10_000; length <= 10_000 + Envelope.ROOM + 1; length++) {
                byte[] response = new byte[length];
                byte[] record;
                try {
                    record = codec.encode(Samples.KEY, response);
                } catch (ResponseTooLargeException e) {
                    refused++;
                    continue;
                }
                assertThat(codec.decode(Samples.KEY, record)).as("%s", codec).isEqualTo(response);
            }
            assertThat(refused).isPositive();
            assertThat(codec.decode(Samples.KEY, codec.encode(Samples.KEY, new byte[10_000])))
                    .hasSize(10_000);
        }
    }

    @Test
    @DisplayName("Without the native library it writes plain, reads plain, and says why it cannot read the rest")
    void withoutTheLibrary() {
        ZstdCodec<byte[]> with = ZstdCodec.builder(Codec.bytes()).threshold(0).build(true);
        ZstdCodec<byte[]> without =
                ZstdCodec.builder(Codec.bytes()).threshold(0).build(false);

        assertThat(without.encode(new byte[5000])).hasSize(5000 + Envelope.BYTES);
        assertThat(without.decode(without.encode(new byte[5000]))).hasSize(5000);
        assertThat(with.decode(without.encode(new byte[5000]))).hasSize(5000);
        assertThatExceptionOfType(CorruptRecordException.class)
                .isThrownBy(() -> without.decode(with.encode(new byte[5000])))
                .withMessageContaining("native library");
        without.close();
    }

    @Test
    @DisplayName("A trained dictionary makes small responses smaller; another dictionary is noticed")
    void dictionariesHelpSmallResponses() {
        List<byte[]> samples = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            samples.add(("{\"id\":" + i * 7919 % 10007 + ",\"status\":\"PAID\",\"currency\":\"EUR\",\"customer\":\"c"
                            + i + "\",\"lines\":[{\"article\":\"a-" + i % 17 + "\",\"quantity\":1}]}")
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        byte[] dictionary = ZstdCodec.trainDictionary(samples, 4096);
        ZstdCodec<byte[]> codec =
                ZstdCodec.builder(Codec.bytes()).dictionary(dictionary).build();
        ZstdCodec<byte[]> plain = ZstdCodec.builder(Codec.bytes()).threshold(0).build();
        byte[] sample = samples.get(77);

        assertThat(codec.encode(sample).length).isLessThan(plain.encode(sample).length * 3 / 4);
        assertThat(codec.decode(codec.encode(sample))).isEqualTo(sample);
        assertThat(codec.decode(codec.encode(new byte[3]))).hasSize(3);
        assertThatExceptionOfType(CorruptRecordException.class)
                .isThrownBy(() -> plain.decode(codec.encode(sample)))
                .withMessageContaining("dictionary");
        byte[] other = ZstdCodec.trainDictionary(samples.subList(0, 1000), 2048);
        assertThatExceptionOfType(CorruptRecordException.class)
                .isThrownBy(() -> ZstdCodec.builder(Codec.bytes())
                        .dictionary(other)
                        .build()
                        .decode(codec.encode(sample)))
                .withMessageContaining("dictionary");
    }

    @Test
    @DisplayName("Too few samples are said to be too few")
    void tooFewSamples() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZstdCodec.trainDictionary(List.of(new byte[] {1, 2, 3}), 1024))
                .withMessageContaining("samples");
    }

    @Test
    @DisplayName("Z1: a closed codec frees its contexts and refuses to go on; closing twice does nothing")
    void closedIsClosed() {
        ZstdCodec<byte[]> codec = ZstdCodec.builder(Codec.bytes()).threshold(0).build();
        byte[] record = codec.encode(new byte[1000]);

        codec.close();
        codec.close();

        assertThatIllegalStateException().isThrownBy(() -> codec.decode(record)).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> codec.encode(new byte[1000]));
    }

    @Test
    @DisplayName("B1: settings out of range name the setting")
    void settingsAreChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZstdCodec.builder(kryo).level(0))
                .withMessageContaining("level");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZstdCodec.builder(kryo).threshold(-1))
                .withMessageContaining("threshold");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZstdCodec.builder(kryo).maxBytes(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZstdCodec.builder(kryo).dictionary(new byte[1]));
        assertThat(ZstdCodec.around(Codec.utf8())).hasToString("ZstdCodec(Codec.utf8())");
    }
}
