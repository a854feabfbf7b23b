package io.apicache.examples.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.examples.dashboard.Figures.Row;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SalesTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private Sales sales;

    @BeforeEach
    void open() throws SQLException {
        sales = new Sales(3_000);
    }

    @AfterEach
    void close() throws SQLException {
        sales.close();
    }

    @Test
    void theSameSeedGivesTheSameFigures() throws SQLException {
        try (Sales again = new Sales(3_000)) {
            assertThat(again.figures(LIMIT).rows())
                    .isEqualTo(sales.figures(LIMIT).rows());
        }
    }

    @Test
    void everySaleCountsOnce() throws SQLException {
        Figures figures = sales.figures(LIMIT);

        assertThat(figures.rows()).hasSize(300);
        assertThat(figures.rows().stream().mapToLong(Row::orders).sum()).isEqualTo(3_000);
        assertThat(figures.regions()).containsExactly("East", "North", "Online", "South", "West");
        assertThat(figures.days()).hasSize(60);
    }

    @Test
    void theAverageIsOverSevenDays() throws SQLException {
        List<Row> rows = sales.figures(LIMIT).of("Online");

        double average =
                rows.subList(53, 60).stream().mapToLong(Row::cents).average().orElseThrow();
        assertThat(rows.get(59).weekAverage()).isEqualTo(Math.round(average));
    }

    @Test
    void anOrderCountsAsAgainForSevenDays() throws SQLException {
        sales.execute("DELETE FROM sale");
        sales.execute("INSERT INTO sale VALUES"
                + " ('2026-06-01', 'East', 1, 100), ('2026-06-08', 'East', 1, 200), ('2026-06-16', 'East', 1, 300),"
                + " ('2026-06-16', 'East', 2, 500), ('2026-06-16', 'East', 1, 400)");

        List<Row> rows = sales.figures(LIMIT).rows();

        assertThat(rows).extracting(Row::repeats).containsExactly(0L, 1L, 0L);
        assertThat(rows).extracting(Row::median).containsExactly(100L, 200L, 400L);
        assertThat(rows.get(2).p95()).isEqualTo(490);
    }

    @Test
    void everyQueryIsRunAndCounted() throws SQLException {
        Figures before = sales.figures(LIMIT);
        sales.execute("UPDATE sale SET cents = cents + 100");
        Figures after = sales.figures(LIMIT);

        assertThat(after.rows().get(0).cents())
                .isEqualTo(before.rows().get(0).cents()
                        + 100 * before.rows().get(0).orders());
        assertThat(sales.queries()).isEqualTo(2);
    }
}
