package io.apicache.examples.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.examples.dashboard.Figures.Row;
import io.apicache.examples.dashboard.SharedFigures.Aged;
import java.io.StringReader;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class PageTest {

    private static final LocalDate DAY = LocalDate.of(2026, 6, 29);

    private static Row row(LocalDate day, String region, long cents) {
        return new Row(day, region, cents, 10, 4, 900, 2_550, cents);
    }

    private static Figures figures(String region) {
        return new Figures(
                List.of(
                        row(DAY, "East", 100_000),
                        row(DAY, region, 300_000),
                        row(DAY.plusDays(1), "East", 200_000),
                        row(DAY.plusDays(1), region, 1_234_500)),
                412);
    }

    private static String page(Figures figures) {
        return Page.of(new Aged(figures, Duration.ofSeconds(75)), new Counts());
    }

    private static Document chart(Figures figures) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(Chart.of(figures))));
    }

    @Test
    void theFiguresAreAddedUp() {
        assertThat(page(figures("West")))
                .contains("Computed <b id=\"age\">1 min 15 s</b> ago, in 412 ms; new figures in 3 min 45 s")
                .contains("Sales, 2 days</dt><dd>\u20ac 18,345<")
                .contains("Orders</dt><dd>40<", "<dd>40 %<")
                .contains("Sales on 2026-06-30</dt><dd>\u20ac 14,345<")
                .contains("<tr><td>West<td>\u20ac 12,345<td>10<td>\u20ac 9.00<td>\u20ac 25.50<td>40 %<td>\u20ac 12,345")
                .doesNotContain("{{", "http:", "https:", "<script", "<link rel=\"stylesheet");
    }

    @Test
    void theChartHasALineForEachRegion() throws Exception {
        NodeList lines = chart(figures("West")).getElementsByTagName("polyline");

        assertThat(lines.getLength()).isEqualTo(2);
        // From the first day to the last; the last values are a seventh and seven eighths of the top, 14,000 euros.
        assertThat(points(lines, 0)).isEqualTo("150,513 1650,475 ");
        assertThat(points(lines, 1)).isEqualTo("150,437 1650,83 ");
        assertThat(Chart.of(figures("West"))).contains(">East<", ">West<", ">30 Jun<", ">\u20ac 0<");
    }

    private static String points(NodeList lines, int line) {
        return lines.item(line).getAttributes().getNamedItem("points").getNodeValue();
    }

    @Test
    void whatComesFromTheDatabaseIsNeverMarkup() throws Exception {
        Figures hostile = figures("<b>&'\"");

        assertThat(page(hostile)).contains("&lt;b>&amp;&#39;&quot;").doesNotContain("<b>&");
        assertThat(chart(hostile).getElementsByTagName("polyline").getLength()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 s", "59, 59 s", "60, 1 min 0 s", "299, 4 min 59 s", "-3, 0 s"})
    void timesAreInMinutesAndSeconds(long seconds, String words) {
        assertThat(Page.words(Duration.ofSeconds(seconds))).isEqualTo(words);
    }
}
