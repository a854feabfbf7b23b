package io.apicache.examples.http;

import java.time.Duration;

/** What becomes of a handler's response besides being sent. */
sealed interface Retention {

    /** It is kept: every retry gets it. */
    record Keep(Duration time) implements Retention {}

    /** The claim is given back: the next retry, or one of those who wait, does the work. */
    record Release() implements Retention {}

    static Retention of(IdempotencyRules rules, StoredResponse response) {
        String said = response.header(Work.KEEP_FOR);
        if (said != null && said.equalsIgnoreCase("no")) {
            return new Release();
        }
        if (said != null && said.matches("[0-9]{1,9}")) {
            return new Keep(Duration.ofSeconds(Long.parseLong(said)));
        }
        return rules.keeps().test(response.status()) ? new Keep(rules.keepFor()) : new Release();
    }
}
