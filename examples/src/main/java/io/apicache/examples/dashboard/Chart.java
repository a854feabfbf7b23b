package io.apicache.examples.dashboard;

import io.apicache.examples.dashboard.Figures.Row;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** A line for each region, as an SVG. */
final class Chart {

    private static final List<String> COLOURS = List.of("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed");
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH);
    private static final int WIDTH = 1_800;
    private static final int HEIGHT = 600;
    private static final long LEFT = 150;
    private static final long RIGHT = 1_650;
    private static final long TOP = 20;
    private static final long BOTTOM = 550;
    private static final int GRID_LINES = 4;
    private static final int DAYS_BETWEEN_DATES = 14;

    private final Figures figures;
    private final LocalDate first;
    private final LocalDate last;
    private final long highest;

    private Chart(Figures figures) {
        List<Row> rows = figures.rows();
        this.figures = figures;
        this.first = rows.get(0).day();
        this.last = rows.get(rows.size() - 1).day();
        this.highest = roundUp(rows.stream().mapToLong(Row::weekAverage).max().orElse(1));
    }

    /** {@return a number of two digits and zeros that is greater, but not by much} */
    private static long roundUp(long cents) {
        long step = GRID_LINES / 2;
        while (step * 20 <= cents) {
            step *= 10;
        }
        return (cents / step + 1) * step;
    }

    /** {@return the averages over seven days} */
    static String of(Figures figures) {
        Chart chart = new Chart(figures);
        List<String> regions = figures.regions();
        return String.format(
                        Locale.ROOT,
                        "<svg viewBox='0 0 %d %d' role='img' aria-label='Sales per day and region'>",
                        WIDTH,
                        HEIGHT)
                + chart.grid()
                + chart.dates()
                + IntStream.range(0, regions.size())
                        .mapToObj(i -> chart.line(regions.get(i), COLOURS.get(i % COLOURS.size())))
                        .collect(Collectors.joining())
                + "</svg>";
    }

    private String grid() {
        return LongStream.rangeClosed(0, GRID_LINES)
                .map(line -> highest * line / GRID_LINES)
                .mapToObj(
                        cents -> String.format(Locale.ROOT, "<path class='grid' d='M%d %dH%d'/>", LEFT, y(cents), RIGHT)
                                + String.format(
                                        Locale.ROOT,
                                        "<text x='%d' y='%d' text-anchor='end'>%s</text>",
                                        LEFT - 16,
                                        y(cents) + 8,
                                        Page.money(cents)))
                .collect(Collectors.joining());
    }

    private String dates() {
        return Stream.iterate(last, day -> !day.isBefore(first), day -> day.minusDays(DAYS_BETWEEN_DATES))
                .map(day -> String.format(
                        Locale.ROOT,
                        "<text x='%d' y='%d' text-anchor='middle'>%s</text>",
                        x(day),
                        HEIGHT - 10,
                        DAY.format(day)))
                .collect(Collectors.joining());
    }

    private String line(String region, String colour) {
        List<Row> rows = figures.of(region);
        StringBuilder points = new StringBuilder();
        for (Row row : rows) {
            points.append(x(row.day())).append(',').append(y(row.weekAverage())).append(' ');
        }
        long end = y(rows.get(rows.size() - 1).weekAverage());
        return String.format(Locale.ROOT, "<polyline class='line' stroke='%s' points='%s'/>", colour, points)
                + String.format(
                        Locale.ROOT,
                        "<text x='%d' y='%d' fill='%s'>%s</text>",
                        RIGHT + 16,
                        end + 8,
                        colour,
                        Page.escape(region));
    }

    private long x(LocalDate day) {
        return LEFT
                + (RIGHT - LEFT)
                        * ChronoUnit.DAYS.between(first, day)
                        / Math.max(1, ChronoUnit.DAYS.between(first, last));
    }

    private long y(long cents) {
        return BOTTOM - (BOTTOM - TOP) * cents / highest;
    }
}
