package io.apicache.examples.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.examples.http.Retention.Keep;
import io.apicache.examples.http.Retention.Release;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdempotencyRulesTest {

    private static final IdempotencyRules RULES =
            IdempotencyRules.required("rules").keepFor(Duration.ofHours(1));

    private static Retention retention(int status, String... word) {
        List<Header> headers = word.length == 0 ? List.of() : List.of(new Header("idempotency-keep-for", word[0]));
        return Retention.of(RULES, new StoredResponse(status, headers, new byte[0]));
    }

    @Test
    void theHandlerOverrulesTheRoute() {
        assertThat(retention(200)).isEqualTo(new Keep(Duration.ofHours(1)));
        assertThat(retention(200, "NO")).isEqualTo(new Release());
        assertThat(retention(500)).isEqualTo(new Release());
        assertThat(retention(500, "0")).isEqualTo(new Keep(Duration.ZERO));
        assertThat(retention(500, "60")).isEqualTo(new Keep(Duration.ofMinutes(1)));
    }

    @ParameterizedTest
    @CsvSource({"''", "-1", "1.5", "yes", "9999999999"})
    void aWordOfTheHandlerThatCannotBeReadCountsForNothing(String word) {
        assertThat(retention(200, word)).isEqualTo(new Keep(Duration.ofHours(1)));
        assertThat(retention(500, word)).isEqualTo(new Release());
    }

    @Test
    void theLongestPathHasItsRules() {
        IdempotencyRules refunds = IdempotencyRules.recommended("refunds");
        Routes routes = Routes.none().with("POST", "/payments", RULES).with("POST", "/payments/refunds", refunds);

        assertThat(routes.rulesOf("POST", "/payments")).isSameAs(RULES);
        assertThat(routes.rulesOf("POST", "/payments/")).isSameAs(RULES);
        assertThat(routes.rulesOf("POST", "/payments/refunds/7")).isSameAs(refunds);
        assertThat(routes.rulesOf("GET", "/payments")).isSameAs(IdempotencyRules.OFF);
        assertThat(routes.rulesOf("POST", "/")).isSameAs(IdempotencyRules.OFF);
        assertThatThrownBy(() -> routes.with("POST", "/payments", refunds)).hasMessageContaining("POST /payments");
    }

    @Test
    void rulesThatMakeNoSenseAreNamed() {
        assertThatThrownBy(() -> RULES.maxWait(Duration.ofMillis(-1))).hasMessageContaining("maxWait");
        assertThatThrownBy(() -> RULES.keepFor(Duration.ofMillis(-1))).hasMessageContaining("keepFor");
        assertThatThrownBy(() -> RULES.maxBody(-1)).hasMessageContaining("maxBody");
        assertThatThrownBy(() -> IdempotencyRules.required(" ")).hasMessageContaining("operation");
    }
}
