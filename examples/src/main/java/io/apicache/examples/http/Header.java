package io.apicache.examples.http;

import java.util.Locale;

/**
 * One field of a response.
 *
 * @param name in any case
 * @param value without line breaks
 */
public record Header(String name, String value) {

    /** {@return the name as it is compared} */
    String key() {
        return name.toLowerCase(Locale.ROOT);
    }
}
