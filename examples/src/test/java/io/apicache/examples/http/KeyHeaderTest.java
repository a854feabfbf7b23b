package io.apicache.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyHeaderTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "\"8e03978e-40d5-43dd-bc93-6894a57f9324\" > 8e03978e-40d5-43dd-bc93-6894a57f9324",
                "8e03978e-40d5-43dd-bc93-6894a57f9324 > 8e03978e-40d5-43dd-bc93-6894a57f9324",
                "\"a b, c; d\" > a b, c; d",
                "\"a\\\"b\\\\c\" > a\"b\\c",
                "\"a\"; n=-1.5; s=\"x\\\"y\"; t=*tok/en; b=:aGk=:; yes; no=?0 > a",
                "a/b=c:d@e > a/b=c:d@e",
            })
    void keysAreRead(String value, String key) {
        assertThat(KeyHeader.of(List.of(value))).isEqualTo(new KeyHeader.Present(key));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\"",
                "\"\"",
                "\"  \"",
                "\"a",
                "a\"",
                "\"a\\b\"",
                "\"a\"\"b\"",
                "\"a\", \"b\"",
                "a,b",
                "a;b",
                "a b",
                "\"a\";",
                "\"a\";B",
                "\"a\";b=",
                "\"a\";b=?2",
                "\"\u00e4\"",
                "\u00e4",
                "\"a\u0007\"",
                "(\"a\")"
            })
    void whatIsNoKeyIsMalformed(String value) {
        assertThat(KeyHeader.of(List.of(value))).isInstanceOf(KeyHeader.Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a b, c; d", "a\"b\\c", "\"\\"})
    void whatIsWrittenIsRead(String key) {
        assertThat(KeyHeader.of(List.of(KeyHeader.quoted(key)))).isEqualTo(new KeyHeader.Present(key));
    }

    @Test
    void keysHaveUpTo255Characters() {
        String longest = "k".repeat(255);
        String escaped = "\\\\".repeat(255);

        assertThat(KeyHeader.of(List.of(longest))).isEqualTo(new KeyHeader.Present(longest));
        assertThat(KeyHeader.of(List.of('"' + longest + '"'))).isEqualTo(new KeyHeader.Present(longest));
        assertThat(KeyHeader.of(List.of('"' + escaped + '"'))).isEqualTo(new KeyHeader.Present("\\".repeat(255)));
        assertThat(KeyHeader.of(List.of(longest + "k"))).isInstanceOf(KeyHeader.Malformed.class);
    }

    @Test
    void aHugeValueIsRefusedWithoutLookingAtIt() {
        assertThat(KeyHeader.of(List.of('"' + " k".repeat(1 << 20) + '"')))
                .isEqualTo(new KeyHeader.Malformed("it is too long"));
    }

    @Test
    void noneIsAbsentAndTwoAreMalformed() {
        assertThat(KeyHeader.of(List.of())).isEqualTo(new KeyHeader.Absent());
        assertThat(KeyHeader.of(List.of("a", "a"))).isInstanceOf(KeyHeader.Malformed.class);
    }
}
