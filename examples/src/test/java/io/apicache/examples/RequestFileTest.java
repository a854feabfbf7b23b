package io.apicache.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.examples.RequestFile.Behaviour;
import io.apicache.examples.RequestFile.Line;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestFileTest {

    @Test
    void aLineHasSixFields() {
        List<Line> lines = RequestFile.parse(List.of("# comment", "", "10\tacme\tkey\t5\ttimeout\t{}"));

        assertThat(lines).containsExactly(new Line(3, 10, "acme", "key", 5, Behaviour.TIMEOUT, "{}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10 acme                      | line 1: expected 6 fields separated by tabs, found 1",
                "10~acme~key~5~plain~{}~more  | line 1: expected 6 fields separated by tabs, found 7",
                "ten~acme~key~5~plain~{}      | line 1: field 1 (start) is 'ten', expected milliseconds",
                "10~acme~key~-5~plain~{}      | line 1: field 4 (work) is -5, expected milliseconds",
                "10~acme~key~999999~plain~{}  | line 1: field 4 (work) is 999999, expected milliseconds",
                "10~acme~key~5~slow~{}        | line 1: field 5 (behaviour) is 'slow', expected plain, timeout, crash",
                "10~~key~5~plain~{}           | line 1: tenant and key must not be blank",
                "10~acme~kéy~5~plain~{}       | line 1: field 3 (key) cannot be sent as an Idempotency-Key: it is not a",
                "10~acme~key~5~mismatch~{}    | line 1: a mismatch needs an earlier line",
                "# nothing                    | the file has no request"
            })
    void aWrongLineIsNamedWithItsFix(String line, String message) {
        assertThatThrownBy(() -> RequestFile.parse(List.of(line.replace('~', '\t'))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
