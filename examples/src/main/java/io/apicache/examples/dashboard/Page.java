package io.apicache.examples.dashboard;

import io.apicache.examples.dashboard.Figures.Row;
import io.apicache.examples.dashboard.SharedFigures.Aged;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The page as HTML, without a word from elsewhere: no script, no font, no image to load. */
final class Page {

    private static final String TEMPLATE = Resources.text("page.html");
    private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

    private Page() {}

    static String of(Aged aged, Counts counts) {
        Figures figures = aged.figures();
        long orders = sum(figures.rows(), Row::orders);
        List<LocalDate> days = figures.days();
        LocalDate lastDay = days.get(days.size() - 1);
        List<Row> last =
                figures.rows().stream().filter(row -> row.day().equals(lastDay)).toList();
        return fill(Map.ofEntries(
                Map.entry("age", words(aged.age())),
                Map.entry(
                        "left",
                        words(SharedFigures.KEEP_FOR.minusSeconds(aged.age().toSeconds()))),
                Map.entry("days", String.valueOf(days.size())),
                Map.entry("sales", money(sum(figures.rows(), Row::cents))),
                Map.entry("orders", count(orders)),
                Map.entry("repeats", percent(sum(figures.rows(), Row::repeats), orders)),
                Map.entry("lastDay", lastDay.toString()),
                Map.entry("lastSales", money(sum(last, Row::cents))),
                Map.entry("chart", Chart.of(figures)),
                Map.entry("rows", last.stream().map(Page::row).collect(Collectors.joining("\n"))),
                Map.entry("hits", count(counts.hits())),
                Map.entry("waits", count(counts.waits())),
                Map.entry("computations", count(counts.computations())),
                Map.entry("unprotected", count(counts.unprotected())),
                Map.entry("queryMillis", count(figures.queryMillis()))));
    }

    private static String fill(Map<String, String> values) {
        return PLACE.matcher(TEMPLATE).replaceAll(place -> Matcher.quoteReplacement(values.get(place.group(1))));
    }

    private static String row(Row row) {
        return List.of(
                        escape(row.region()),
                        money(row.cents()),
                        count(row.orders()),
                        cents(row.median()),
                        cents(row.p95()),
                        percent(row.repeats(), row.orders()),
                        money(row.weekAverage()))
                .stream()
                .collect(Collectors.joining("<td>", "<tr><td>", ""));
    }

    private static long sum(List<Row> rows, ToLongFunction<Row> column) {
        return rows.stream().mapToLong(column).sum();
    }

    /** {@return a time such as {@code 4 min 5 s}} */
    static String words(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        return seconds < 60 ? seconds + " s" : seconds / 60 + " min " + seconds % 60 + " s";
    }

    static String money(long cents) {
        return "\u20ac " + count(Math.round(cents / 100.0));
    }

    private static String cents(long cents) {
        return String.format(Locale.ROOT, "\u20ac %,.2f", cents / 100.0);
    }

    private static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private static String percent(long part, long whole) {
        return Math.round(100.0 * part / Math.max(1, whole)) + " %";
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&quot;");
    }
}
