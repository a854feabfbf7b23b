package io.apicache.benchmarks.charts;

import java.util.List;

/**
 * Whose figures they are.
 *
 * @param title as it stands in a picture
 * @param colour of its lines
 * @param own whether it stands out
 */
public record Series(String title, String colour, boolean own) {

    private static final List<String> COLOURS =
            List.of("#0969da", "#c4432b", "#3f8f5b", "#8a63b5", "#bf8700", "#768390", "#1b7c83", "#bc4c00");

    /**
     * One of several that nobody has given a colour.
     *
     * @param title as it stands in a picture
     * @param number of it
     * @return with a colour of its own, as long as there are enough
     */
    public static Series of(String title, int number) {
        return new Series(title, COLOURS.get(number % COLOURS.size()), false);
    }
}
