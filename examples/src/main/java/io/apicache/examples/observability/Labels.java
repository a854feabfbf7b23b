package io.apicache.examples.observability;

import java.util.Locale;

/** How outcomes are written, in meters and in events alike. */
final class Labels {

    private Labels() {}

    static String of(Enum<?> outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }
}
