package io.apicache.examples.dashboard;

import java.time.LocalDate;
import java.util.List;

/**
 * What the page shows: the response that everybody gets. Immutable, since receivers from memory share it.
 *
 * @param rows by day, and within a day by region
 * @param queryMillis what they cost
 */
record Figures(List<Row> rows, long queryMillis) {

    Figures {
        rows = List.copyOf(rows);
    }

    /** One region on one day; money in cents, and {@code weekAverage} over the seven days that end with this one. */
    record Row(
            LocalDate day,
            String region,
            long cents,
            long orders,
            long repeats,
            long median,
            long p95,
            long weekAverage) {}

    List<LocalDate> days() {
        return rows.stream().map(Row::day).distinct().toList();
    }

    List<String> regions() {
        return rows.stream().map(Row::region).distinct().sorted().toList();
    }

    List<Row> of(String region) {
        return rows.stream().filter(row -> row.region().equals(region)).toList();
    }
}
