package io.apicache.benchmarks.charts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Figures against a number, both on logarithmic scales. The names of the lines stand beside their ends, not over them. */
public final class LineChart {

    private static final int WIDTH = 860;
    private static final int HEIGHT = 430;
    private static final double LEFT = 76;
    private static final double RIGHT = 560;
    private static final double TOP = 62;
    private static final double BOTTOM = 376;
    private static final double NAME_HEIGHT = 17;

    private final List<Line> lines;
    private final Scale across;
    private final Scale up;
    private final Svg svg;

    /**
     * What belongs together.
     *
     * @param series whose
     * @param points where it is known; may be empty
     */
    public record Line(Series series, List<Point> points) {}

    /**
     * One figure.
     *
     * @param number what it depends on, above zero
     * @param figure above zero
     */
    public record Point(double number, double figure) {}

    private LineChart(String title, List<Line> lines) {
        this.lines = lines;
        List<Point> points =
                lines.stream().flatMap(line -> line.points().stream()).toList();
        across = Scale.over(points.stream().mapToDouble(Point::number).toArray(), LEFT + 14, RIGHT - 14);
        up = Scale.over(points.stream().mapToDouble(Point::figure).toArray(), BOTTOM - 10, TOP + 10);
        svg = new Svg(WIDTH, HEIGHT, title);
    }

    /**
     * Draws it.
     *
     * @param title of the picture
     * @param acrossUnit of the numbers
     * @param upUnit of the figures
     * @param lines from the first colour to the last
     * @return the picture
     */
    public static Svg draw(String title, String acrossUnit, String upUnit, List<Line> lines) {
        LineChart chart = new LineChart(title, lines);
        chart.axes(acrossUnit, upUnit);
        chart.names();
        lines.forEach(chart::line);
        return chart.svg;
    }

    private void axes(String acrossUnit, String upUnit) {
        for (double tick : up.decades()) {
            double y = up.at(tick);
            svg.add("line", "class", "grid", "x1", LEFT, "x2", RIGHT, "y1", y, "y2", y);
            svg.write(plain(tick), "x", LEFT - 8, "y", y + 4, "text-anchor", "end");
        }
        lines.stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(Point::number)
                .distinct()
                .forEach(number -> {
                    double x = across.at(number);
                    svg.add("line", "class", "grid", "x1", x, "x2", x, "y1", TOP, "y2", BOTTOM);
                    svg.write(plain(number), "x", x, "y", BOTTOM + 18, "text-anchor", "middle");
                });
        svg.add("line", "class", "axis", "x1", LEFT, "x2", RIGHT, "y1", BOTTOM, "y2", BOTTOM);
        svg.write(acrossUnit, "x", (LEFT + RIGHT) / 2, "y", BOTTOM + 40, "text-anchor", "middle");
        svg.write(upUnit, "x", 16, "y", TOP - 14);
    }

    private void line(Line line) {
        boolean own = line.series().own();
        String colour = line.series().colour();
        List<String> corners = new ArrayList<>();
        for (Point point : line.points()) {
            double x = across.at(point.number());
            double y = up.at(point.figure());
            corners.add(Svg.tenths(x) + "," + Svg.tenths(y));
            svg.add("circle", "cx", x, "cy", y, "r", own ? 4.5 : 3, "fill", colour);
        }
        svg.add("polyline", "points", String.join(" ", corners), "stroke", colour, "stroke-width", own ? 3.5 : 1.6);
    }

    /** From top to bottom as the lines end, pushed apart where they are too close to be read. */
    private void names() {
        List<Line> ordered = lines.stream()
                .filter(line -> !line.points().isEmpty())
                .sorted(Comparator.comparingDouble(this::end))
                .toList();
        double y = TOP;
        double room = BOTTOM - NAME_HEIGHT * ordered.size();
        for (Line line : ordered) {
            boolean own = line.series().own();
            y = Math.max(y, Math.min(end(line), room));
            room += NAME_HEIGHT;
            String colour = line.series().colour();
            Point last = line.points().get(line.points().size() - 1);
            svg.add("polyline", "points", leader(across.at(last.number()), end(line), y), "stroke", colour);
            svg.write(line.series().title(), "class", own ? "own" : "", "x", RIGHT + 22, "y", y + 4);
            y += NAME_HEIGHT;
        }
    }

    private static String leader(double x, double from, double to) {
        return Svg.tenths(x) + "," + Svg.tenths(from) + " " + Svg.tenths(RIGHT + 2) + "," + Svg.tenths(from) + " "
                + Svg.tenths(RIGHT + 12) + "," + Svg.tenths(to) + " " + Svg.tenths(RIGHT + 18) + ","
                + Svg.tenths(to);
    }

    private double end(Line line) {
        return up.at(line.points().get(line.points().size() - 1).figure());
    }

    private static String plain(double number) {
        return String.format(Locale.ROOT, number >= 1 ? "%,.0f" : "%s", number);
    }

    /** Where a number lies, by its logarithm. */
    private record Scale(double least, double most, double from, double to) {

        static Scale over(double[] numbers, double from, double to) {
            double least = Double.POSITIVE_INFINITY;
            double most = 0;
            for (double number : numbers) {
                least = Math.min(least, number);
                most = Math.max(most, number);
            }
            return new Scale(least, most, from, to);
        }

        double at(double number) {
            if (most <= least) {
                return (from + to) / 2;
            }
            return from + (to - from) * Math.log(number / least) / Math.log(most / least);
        }

        List<Double> decades() {
            List<Double> decades = new ArrayList<>();
            for (int power = -3; power < 12; power++) {
                double decade = Double.parseDouble("1e" + power);
                if (decade >= least && decade <= most) {
                    decades.add(decade);
                }
            }
            return decades;
        }
    }
}
