package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.apicache.Codec;
import io.apicache.CorruptRecordException;
import io.apicache.ResponseTooLargeException;
import io.apicache.codec.Samples.Order;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EncryptedCodecTest {

    private static final KeyRing KEYS = KeyRing.writing(7, Samples.SECRET);
    private static final List<Codec<String>> BOTH =
            List.of(EncryptedCodec.encrypting(Codec.utf8(), KEYS), EncryptedCodec.signing(Codec.utf8(), KEYS));

    @Test
    @DisplayName("B1: a layer takes over the limit of the codec inside it, and refuses before it works on the bytes")
    void theInnerLimitCounts() {
        for (Codec<byte[]> codec : List.of(
                EncryptedCodec.encrypting(Codec.bytes(100), KEYS),
                EncryptedCodec.signing(Codec.bytes(100), KEYS),
                EncryptedCodec.encrypting(ZstdCodec.around(Codec.bytes(100)), KEYS))) {
            assertThat(codec.maxBytes()).isEqualTo(100);
            assertThat(codec.decode(Samples.KEY, codec.encode(Samples.KEY, new byte[100])))
                    .hasSize(100);
            assertThatExceptionOfType(ResponseTooLargeException.class)
                    .isThrownBy(() -> codec.encode(Samples.KEY, new byte[101]))
                    .withMessageContaining("Codec.bytes(100)");
        }
        Codec<byte[]> large = EncryptedCodec.signing(ZstdCodec.around(Codec.bytes(32 << 20)), KEYS);
        assertThat(large.decode(Samples.KEY, large.encode(Samples.KEY, new byte[20 << 20])))
                .hasSize(20 << 20);
    }

    @Test
    @DisplayName("H1: a response comes back through encryption, compression and Kryo")
    void aResponseComesBack() {
        Codec<Order> codec = EncryptedCodec.encrypting(
                ZstdCodec.builder(Samples.orderCodec().build()).threshold(100).build(), KEYS);

        Order order = Samples.order(20);

        assertThat(codec.decode(Samples.KEY, codec.encode(Samples.KEY, order))).isEqualTo(order);
    }

    @Test
    @DisplayName("A store of bytes becomes a store of responses, with the forms that know the key")
    void aStoreTakesTheKeyedForms() {
        Store<byte[]> bytes = Store.passThrough();
        Codec<String> codec = BOTH.get(0);

        try (Store<String> store = bytes.as(codec::encode, codec::decode)) {
            assertThat(store).isNotNull();
        }
    }

    @Test
    @DisplayName("S1: a response is not read under another request id or namespace, nor where they are cut differently")
    void aResponseIsBoundToItsRecord() {
        Key key = new Key("a", "bc");
        for (Codec<String> codec : BOTH) {
            byte[] record = codec.encode(key, "paid");

            assertThat(codec.decode(key, record)).isEqualTo("paid");
            for (Key other : List.of(new Key("ab", "c"), new Key("a", "bd"), new Key("b", "bc"))) {
                assertThatExceptionOfType(CorruptRecordException.class)
                        .isThrownBy(() -> codec.decode(other, record))
                        .withMessageContaining("for this request id");
            }
        }
    }

    @Test
    @DisplayName("Encrypted responses cannot be seen and never look the same twice; signed ones can be read")
    void whatTheStoreSees() {
        String encrypted = text(BOTH.get(0).encode(Samples.KEY, "a secret response"));
        String signed = text(BOTH.get(1).encode(Samples.KEY, "a secret response"));

        assertThat(encrypted).doesNotContain("secret");
        assertThat(signed).contains("a secret response");
        assertThat(text(BOTH.get(0).encode(Samples.KEY, "a secret response"))).isNotEqualTo(encrypted);
    }

    private static String text(byte[] record) {
        return new String(record, StandardCharsets.ISO_8859_1);
    }

    @Test
    @DisplayName("A key change: the new key writes, the old one still reads, a dropped one is named")
    void keysRotate() {
        KeyRing before = KeyRing.writing(1, Samples.SECRET).reading(2, Samples.OTHER_SECRET);
        KeyRing after = KeyRing.writing(2, Samples.OTHER_SECRET).reading(1, Samples.SECRET);
        Codec<String> old = EncryptedCodec.encrypting(Codec.utf8(), before);
        Codec<String> now = EncryptedCodec.encrypting(Codec.utf8(), after);
        Codec<String> dropped = EncryptedCodec.encrypting(Codec.utf8(), KeyRing.writing(2, Samples.OTHER_SECRET));

        assertThat(now.decode(Samples.KEY, old.encode(Samples.KEY, "x"))).isEqualTo("x");
        assertThat(old.decode(Samples.KEY, now.encode(Samples.KEY, "y"))).isEqualTo("y");
        assertThatExceptionOfType(CorruptRecordException.class)
                .isThrownBy(() -> dropped.decode(Samples.KEY, old.encode(Samples.KEY, "x")))
                .withMessageContaining("key 1 is not in the ring");
    }

    @Test
    @DisplayName(
            "S1: another secret under the same id, a changed byte with the right checksum, and a cut record are corrupt")
    void forgeriesAreRefused() {
        for (Codec<String> codec : BOTH) {
            byte[] record = codec.encode(Samples.KEY, "paid");
            for (int i = Envelope.BYTES; i < record.length; i++) {
                byte[] changed = record.clone();
                changed[i] ^= 1;
                assertCorrupt(codec, Forge.checksummed(changed));
                assertCorrupt(codec, Forge.checksummed(Arrays.copyOf(record, i)));
            }
            assertCorrupt(codec, Forge.record(3, 9, 0, 4, Forge.content(record)));
        }
        KeyRing stranger = KeyRing.writing(7, Samples.OTHER_SECRET);
        assertCorrupt(
                BOTH.get(0), EncryptedCodec.encrypting(Codec.utf8(), stranger).encode(Samples.KEY, "x"));
        assertCorrupt(
                BOTH.get(1), EncryptedCodec.signing(Codec.utf8(), stranger).encode(Samples.KEY, "x"));
        assertCorrupt(BOTH.get(0), BOTH.get(1).encode(Samples.KEY, "signed, not encrypted"));
    }

    private static void assertCorrupt(Codec<String> codec, byte[] record) {
        assertThatExceptionOfType(CorruptRecordException.class).isThrownBy(() -> codec.decode(Samples.KEY, record));
    }

    @Test
    @DisplayName("B1: without a key nothing is encrypted, and the message says what to call")
    void withoutAKeyNothingHappens() {
        for (Codec<String> codec : BOTH) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> codec.encode("x"))
                    .withMessageContaining("encode(key, response)");
            assertThatIllegalStateException()
                    .isThrownBy(() -> codec.decode(new byte[100]))
                    .withMessageContaining("decode(key, bytes)");
        }
    }

    @Test
    @DisplayName("S1: no secret is shown, a ring takes keys of 32 bytes under different ids, and keeps its own copy")
    void ringsAreCareful() {
        byte[] secret = Samples.SECRET.clone();
        KeyRing ring = KeyRing.writing(1, secret);
        Arrays.fill(secret, (byte) 9);

        assertThat(ring.derived("AES"))
                .isEqualTo(KeyRing.writing(1, Samples.SECRET).derived("AES"));
        assertThat(ring).hasToString("KeyRing(writing 1, 1 keys)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyRing.writing(1, new byte[16]))
                .withMessageContaining("needs 32");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ring.reading(1, Samples.OTHER_SECRET))
                .withMessageContaining("already");
        assertThat(BOTH.get(0)).hasToString("EncryptedCodec(AES-256-GCM, Codec.utf8())");
        assertThat(BOTH.get(1)).hasToString("EncryptedCodec(HMAC-SHA-256, Codec.utf8())");
    }
}
