package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {

    private static final String[] LETTERS = {"", "a", "b", "ab", "\u0000", "\u0000\u0001"};

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("F1 different parts have different fingerprints, wherever their bounds are")
    void differentPartsDiffer() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        Map<Fingerprint, List<String>> seen = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            String[] parts = new String[1 + random.nextInt(4)];
            Arrays.setAll(parts, part -> LETTERS[random.nextInt(LETTERS.length)]);

            List<String> before = seen.put(Fingerprint.of(parts), List.of(parts));

            assertThat(before == null || before.equals(List.of(parts)))
                    .as("seed %d: %s and %s", seed, before, List.of(parts))
                    .isTrue();
        }
    }

    @Test
    @DisplayName("F1 a part that looks like the length of the next one is not taken for it")
    void aPartIsNotTakenForALength() {
        byte[] lengthAndB = {0, 0, 0, 0, 0, 0, 0, 1, 'b'};

        assertThat(Fingerprint.of(new byte[0], lengthAndB))
                .isNotEqualTo(Fingerprint.of(new byte[0], new byte[0], utf8("b")))
                .isNotEqualTo(Fingerprint.of(lengthAndB));
    }

    @ParameterizedTest(name = "F1 text and its bytes agree: {0}")
    @ValueSource(strings = {"", "a", "\u00e4", "\uD83D\uDE00", "\u0000", "{\"amount\": 10}"})
    void textAndBytesAgree(String part) {
        assertThat(Fingerprint.of(part)).isEqualTo(Fingerprint.of(utf8(part)));
        assertThat(Fingerprint.of(part, "x")).isEqualTo(Fingerprint.of(utf8(part), utf8("x")));
    }

    @Test
    @DisplayName("F1 the hash can be written whole, and stays what it is")
    void theHashCanBeWritten() throws Exception {
        byte[] partWithItsLength = {0, 0, 0, 0, 0, 0, 0, 3, 'a', 'b', 'c'};
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(partWithItsLength);

        assertThat(Fingerprint.of("abc").toHex())
                .isEqualTo(HexFormat.of().formatHex(hash))
                .hasSize(64);
    }

    @Test
    @DisplayName("F1 fingerprints are values")
    void fingerprintsAreValues() {
        Fingerprint one = Fingerprint.of("a", "b");

        assertThat(one).isEqualTo(Fingerprint.of("a", "b")).hasSameHashCodeAs(Fingerprint.of("a", "b"));
        assertThat(one).isNotEqualTo(Fingerprint.of("b", "a")).isNotEqualTo(null);
        assertThat(one.equals((Object) "a")).isFalse();
    }

    @Test
    @DisplayName("F1 a fingerprint does not follow an array that is changed afterwards")
    void aFingerprintIsACopy() {
        byte[] part = {1, 2, 3};
        Fingerprint before = Fingerprint.of(part);
        byte[] digest = before.digest().toBytes();

        part[0] = 9;
        before.digest().toBytes()[0] ^= 1;

        assertThat(before).isEqualTo(Fingerprint.of(new byte[] {1, 2, 3}));
        assertThat(before.digest().toBytes()).isEqualTo(digest);
    }

    @Test
    @DisplayName("S1 a fingerprint prints neither a part nor the whole hash")
    void aFingerprintPrintsLittle() {
        assertThat(Fingerprint.of("secret".repeat(1_000)).toString())
                .hasSizeLessThan(40)
                .startsWith("Fingerprint[")
                .doesNotContain("secret");
    }
}
