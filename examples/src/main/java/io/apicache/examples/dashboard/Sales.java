package io.apicache.examples.dashboard;

import io.apicache.examples.dashboard.Figures.Row;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.jdbcx.JdbcConnectionPool;

/**
 * A database of sales, made up from a seed, and the query that takes its time.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class Sales implements AutoCloseable {

    /** What the database bears at a time: without a store every page runs a query of its own. */
    private static final int CONNECTIONS = 4;

    private static final String QUERY = Resources.text("figures.sql");

    private final AtomicInteger queries = new AtomicInteger();
    private final JdbcConnectionPool pool;

    Sales(int sales) throws SQLException {
        // It would answer a repeated query from its last result, and the query would seem to cost nothing.
        String settings = ";DB_CLOSE_DELAY=-1;OPTIMIZE_REUSE_RESULTS=0";
        pool = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + settings, "", "");
        pool.setMaxConnections(CONNECTIONS);
        execute("SET @sales = " + sales + ";" + Resources.text("sales.sql"));
    }

    /**
     * Runs the query.
     *
     * @param limit how long it may take before the database stops it
     */
    Figures figures(Duration limit) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            queries.incrementAndGet();
            statement.setQueryTimeout((int) limit.toSeconds());
            long start = System.nanoTime();
            List<Row> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery(QUERY)) {
                while (result.next()) {
                    rows.add(row(result));
                }
            }
            return new Figures(rows, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        }
    }

    private static Row row(ResultSet result) throws SQLException {
        return new Row(
                result.getObject("sold_on", LocalDate.class),
                result.getString("region"),
                result.getLong("cents"),
                result.getLong("orders"),
                result.getLong("repeats"),
                result.getLong("median"),
                result.getLong("p95"),
                result.getLong("week_average"));
    }

    /** {@return how many times the query was run} */
    int queries() {
        return queries.get();
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        execute("SHUTDOWN");
        pool.dispose();
    }
}
