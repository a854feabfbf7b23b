package io.apicache.benchmarks.peers;

import io.apicache.benchmarks.charts.Svg;
import java.util.List;

/** Figures beside each other, one row for each peer, from zero on. */
final class BarChart {

    private static final int WIDTH = 860;
    private static final double LEFT = 300;
    private static final double RIGHT = 770;
    private static final double TOP = 66;
    private static final double BAR = 16;
    private static final double GAP = 14;

    private final List<Row> rows;
    private final double most;
    private final Svg svg;

    /**
     * What belongs to one peer.
     *
     * @param peer whose
     * @param bars from top to bottom
     */
    record Row(Peers peer, List<Bar> bars) {}

    /**
     * One figure.
     *
     * @param meaning what it is, if a row has several; else empty
     * @param spread the figure, and between what it lay
     */
    record Bar(String meaning, Report.Spread spread) {}

    private BarChart(String title, List<Row> rows) {
        this.rows = rows;
        most = rows.stream()
                .flatMap(row -> row.bars().stream())
                .mapToDouble(bar -> bar.spread().most())
                .filter(figure -> figure > 0) // there may be none yet
                .max()
                .orElse(1);
        double height = rows.stream().mapToDouble(BarChart::height).sum();
        svg = new Svg(WIDTH, (int) (TOP + height + 16), title);
    }

    static Svg draw(String title, String unit, List<Row> rows) {
        BarChart chart = new BarChart(title, rows);
        chart.svg.write(unit, "x", LEFT, "y", TOP - 16);
        chart.rows();
        return chart.svg;
    }

    private static double height(Row row) {
        return row.bars().size() * BAR + GAP;
    }

    private void rows() {
        double y = TOP;
        for (Row row : rows) {
            boolean own = row.peer() == Peers.APICACHE;
            double middle = y + row.bars().size() * BAR / 2 + 4;
            svg.write(row.peer().title(), "class", own ? "own" : "", "x", LEFT - 12, "y", middle, "text-anchor", "end");
            double opacity = 1;
            for (Bar bar : row.bars()) {
                bar(row.peer(), bar, y, opacity);
                opacity = 0.55;
                y += BAR;
            }
            y += GAP;
        }
        svg.add("line", "class", "axis", "x1", LEFT, "x2", LEFT, "y1", TOP - 6, "y2", y - GAP + 6);
    }

    private void bar(Peers peer, Bar bar, double y, double opacity) {
        Report.Spread spread = bar.spread();
        if (Double.isNaN(spread.median())) {
            svg.write("not measured", "x", LEFT + 6, "y", y + BAR / 2 + 4);
            return;
        }
        double length = (RIGHT - LEFT) * spread.median() / most;
        double middle = y + BAR / 2;
        String colour = Charts.colour(peer);
        svg.add(
                "rect",
                "x",
                LEFT,
                "y",
                y + 1,
                "width",
                length,
                "height",
                BAR - 2,
                "fill",
                colour,
                "fill-opacity",
                "" + opacity);
        double end = LEFT + length;
        if (spread.most() > spread.least()) {
            end = LEFT + (RIGHT - LEFT) * spread.most() / most;
            double from = LEFT + (RIGHT - LEFT) * spread.least() / most;
            svg.add("line", "class", "range", "x1", from, "x2", end, "y1", middle, "y2", middle);
        }
        String text = Report.number(spread.median()) + (bar.meaning().isEmpty() ? "" : " " + bar.meaning());
        svg.write(text, "x", Math.max(end, LEFT + length) + 6, "y", middle + 4);
    }
}
