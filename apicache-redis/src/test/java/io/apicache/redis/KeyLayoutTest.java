package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.spi.Key;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyLayoutTest {

    private final KeyLayout layout = new KeyLayout("ac");

    private String named(String namespace, String id) {
        return new String(layout.record(new Key(namespace, id)).name(), StandardCharsets.US_ASCII);
    }

    @Test
    void aHarmlessIdIsReadable() {
        assertThat(named("invoices", "8e03978e-40d5-43e8-bc93-6894a57f9324"))
                .isEqualTo("ac:{invoices:8e03978e-40d5-43e8-bc93-6894a57f9324}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"}foo", "{", "a b", "a*", "a?[b]", "\u00e4", "a/b", "#abc", "\uD83D\uDE00"})
    @DisplayName("S1 no braces, patterns or foreign letters of a caller's choosing get into a key")
    void anyOtherIdIsHashed(String id) {
        assertThat(named("n", id)).matches("ac:\\{n:#[A-Za-z0-9_-]{43}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7f3c", "a/b", "x y", "#abc", "8e03978e-40d5-43e8-bc93-6894a57f9324"})
    @DisplayName("S1 from the name of a record the hash can be told that messages show")
    void shown(String id) {
        assertThat(KeyLayout.shown(named("n", id))).isEqualTo(new Key("n", id).toString());
        assertThat(KeyLayout.shown(named("a{b", id))).endsWith("/" + Key.show(id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ac", "ac:{", "ac:{}", "ac:{n}", "ac:{n:id", "ac:in:abcdefgh", "ac:{n:id}:0011-1"})
    @DisplayName("other names are not taken for those of records")
    void notShown(String name) {
        assertThat(KeyLayout.shown(name)).isNull();
    }

    @Test
    @DisplayName("S1 different ids never share a key")
    void differentIdsHaveDifferentNames() {
        List<Key> keys = new ArrayList<>();
        keys.add(new Key("a", "b:c"));
        keys.add(new Key("a.b", "c"));
        keys.add(new Key("a:b", "c"));
        keys.add(new Key("a{b", "c"));
        keys.add(new Key("a{b", "}c"));
        keys.add(new Key("a{", "bc"));
        keys.add(new Key("a{b", "x y"));
        keys.add(new Key("a{b:", "x y"));
        keys.add(new Key("a", "#" + named("a", "x y").substring(6, 49)));
        keys.add(new Key("a", "x y"));
        keys.add(new Key("a", "x".repeat(128)));
        keys.add(new Key("a", "x".repeat(129)));
        Set<String> names = new HashSet<>();

        for (Key key : keys) {
            names.add(named(key.namespace(), key.id()));
        }

        assertThat(names).hasSameSizeAs(keys);
    }

    @Test
    @DisplayName("S1 hashes are right, whoever else makes one at the same time")
    void hashesAreRightInEveryThread() throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        List<Key> keys =
                IntStream.range(0, 5_000).mapToObj(i -> new Key("n", "id " + i)).toList();

        List<RecordName> records = keys.parallelStream().map(layout::record).toList();

        for (int i = 0; i < keys.size(); i++) {
            String id = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(sha256.digest(keys.get(i).id().getBytes(StandardCharsets.UTF_8)));
            byte[] name = ("ac:{n:#" + id + "}").getBytes(StandardCharsets.US_ASCII);
            assertThat(records.get(i).name()).isEqualTo(name);
            assertThat(records.get(i).hash()).isEqualTo(Arrays.copyOf(sha256.digest(name), KeyLayout.HASH_BYTES));
        }
    }

    @Test
    @DisplayName("H1 what one try to handle has left is not taken for another's")
    void everyTryHasAPlaceOfItsOwn() {
        RecordName record = new KeyLayout("ac").record(new Key("payments", "id"));

        assertThat(new KeyLayout("ac").staging(record, 7, 1)).isNotEqualTo(new KeyLayout("ac").staging(record, 7, 2));
        assertThat(new String(new KeyLayout("ac").staging(record, 7, 1), StandardCharsets.US_ASCII))
                .startsWith("ac:{payments:id}:");
    }

    @Test
    @DisplayName("B1 a prefix that would not be safe in a key is refused")
    void anUnsafePrefixIsRefused() {
        assertThatThrownBy(() -> new KeyLayout("a{b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("prefix");
    }
}
