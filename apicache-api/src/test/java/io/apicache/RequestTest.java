package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest {

    private static final String[] LETTERS = {"", "a", "/", "~", "~0", "~1", "0", "1", "\u00e4"};

    @Test
    @DisplayName("S1 different parts never give the same id")
    void idsOfDifferentPartsDiffer() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, List<String>> seen = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            String[] parts = new String[1 + random.nextInt(3)];
            Arrays.setAll(
                    parts, part -> LETTERS[random.nextInt(LETTERS.length)] + LETTERS[random.nextInt(LETTERS.length)]);

            String id = Request.idOf(parts[0], Arrays.copyOfRange(parts, 1, parts.length));

            List<String> before = seen.put(id, List.of(parts));
            assertThat(before == null || before.equals(List.of(parts)))
                    .as("seed %d: %s and %s give %s", seed, before, List.of(parts), id)
                    .isTrue();
        }
    }

    @Test
    @DisplayName("F1 parts of a fingerprint keep their bounds")
    void partsOfAFingerprintKeepTheirBounds() {
        assertThat(Fingerprint.of("a", "bc")).isNotEqualTo(Fingerprint.of("ab", "c"));
        assertThat(Fingerprint.of("a")).isNotEqualTo(Fingerprint.of("a", ""));
        assertThat(Fingerprint.of("\u00e4", "b"))
                .isEqualTo(
                        Fingerprint.of("\u00e4".getBytes(StandardCharsets.UTF_8), "b".getBytes(StandardCharsets.UTF_8)))
                .hasSameHashCodeAs(Fingerprint.of("\u00e4", "b"));
    }

    @Test
    @DisplayName(
            "F1 a fingerprint is SHA-256 of lengths and bytes: a change would refuse honest retries after a deployment")
    void aFingerprintNeverChanges() {
        assertThat(Fingerprint.of("a", "bc").digest().toBytes())
                .isEqualTo(sha256(new byte[] {0, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 2, 'b', 'c'}));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return java.security.MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("S1 a request prints neither its id nor its fingerprint")
    void aRequestPrintsLittle() {
        Request request = Request.of("a-very-long-and-private-id").withFingerprint(Fingerprint.of("body"));

        assertThat(request.toString()).matches("Request\\[#[A-Za-z0-9_-]{12}, fingerprinted]");
        assertThat(Fingerprint.of("body").toString()).hasSizeLessThan(40);
    }

    @Test
    @DisplayName("S1 the parts can be had back from an id, so that none is lost in it")
    void partsCanBeHadBack() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            String[] parts = new String[1 + random.nextInt(4)];
            Arrays.setAll(
                    parts, part -> LETTERS[random.nextInt(LETTERS.length)] + LETTERS[random.nextInt(LETTERS.length)]);

            String id = Request.idOf(parts[0], Arrays.copyOfRange(parts, 1, parts.length));

            assertThat(Arrays.stream(id.split("/", -1)).map(RequestTest::unescape))
                    .as("seed %d: %s", seed, id)
                    .containsExactly(parts);
        }
    }

    private static String unescape(String part) {
        return part.replace("~1", "/").replace("~0", "~");
    }

    @Test
    @DisplayName("S1 an id of parts is readable")
    void anIdOfPartsIsReadable() {
        assertThat(Request.idOf("create-invoice", "tenant 7", "k/1~x")).isEqualTo("create-invoice/tenant 7/k~11~0x");
        assertThat(Request.idOf("only")).isEqualTo("only");
        assertThat(Request.idOf("", "")).isEqualTo("/");
        assertThat(Request.idOf("")).isEmpty();
    }

    @ParameterizedTest(name = "B1 accepted: {0}")
    @ValueSource(
            strings = {
                "x",
                "a b",
                " a ",
                "\uD83D\uDE00",
                "\uD83D\uDE00\uD83D\uDE01",
                "a\uD83D\uDE00b",
                "\u00e4",
                "\u4e2d",
                "\uFFFF",
                "\u2028x",
                "{}*?[]:",
                "~~//"
            })
    void anIdIsTakenAsItIs(String id) {
        assertThat(Request.of(id).id()).isEqualTo(id);
    }

    @Test
    @DisplayName("B1 an id may have 1,024 characters, and a pair counts as two")
    void theLongestIdIsAccepted() {
        assertThat(Request.of("x".repeat(1_024)).id()).hasSize(1_024);
        assertThat(Request.of("\uD83D\uDE00".repeat(512)).id()).hasSize(1_024);
    }

    @Test
    @DisplayName("F1 a fingerprint is added to a copy")
    void aFingerprintIsAddedToACopy() {
        Request plain = Request.of("id");
        Request with = plain.withFingerprint(Fingerprint.of("body"));

        assertThat(plain.digest()).isNull();
        assertThat(with.id()).isEqualTo("id");
        assertThat(with.withFingerprint(Fingerprint.of("other")).digest())
                .isEqualTo(Fingerprint.of("other").digest());
    }

    @Test
    @DisplayName("S1 a request prints a hash of its id, the same each time, and no part of the id")
    void aRequestPrintsTheHashOfItsId() {
        assertThat(Request.of("short").toString()).isEqualTo("Request[#-bAHi131ltLq]");
        assertThat(Request.of("short").toString()).isEqualTo(Request.of("short").toString());
        assertThat(Request.of("\uD83D\uDE00".repeat(10)).toString()).matches("Request\\[#[A-Za-z0-9_-]{12}]");
    }
}
