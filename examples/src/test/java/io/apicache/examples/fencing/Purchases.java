package io.apicache.examples.fencing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Purchases in SQL, each a row that is worked on in several steps. Who is no longer its owner cannot write there. Statements are committed one by one. */
final class Purchases {

    private final Connection sql;

    Purchases(Connection sql) throws SQLException {
        this.sql = sql;
        try (Statement create = sql.createStatement()) {
            create.execute(
                    "CREATE TABLE purchase (request_id VARCHAR(1024) PRIMARY KEY, fence BIGINT, step VARCHAR(20))");
        }
    }

    // snippet fencing
    void write(String requestId, long token, String step) throws SQLException {
        if (token == 0) {
            throw new IllegalStateException(
                    "this caller runs without protection, and nothing could tell it from others");
        }
        // Neither there nor to be put there: the row has the fence of somebody who came later.
        if (!update(requestId, token, step) && !insert(requestId, token, step) && !update(requestId, token, step)) {
            throw new IllegalStateException("somebody else has taken over " + requestId);
        }
    }

    private boolean update(String requestId, long token, String step) throws SQLException {
        try (PreparedStatement update =
                sql.prepareStatement("UPDATE purchase SET step = ?, fence = ? WHERE request_id = ? AND fence <= ?")) {
            update.setString(1, step);
            update.setLong(2, token);
            update.setString(3, requestId);
            update.setLong(4, token);
            return update.executeUpdate() == 1;
        }
    }

    private boolean insert(String requestId, long token, String step) throws SQLException {
        try (PreparedStatement insert = sql.prepareStatement("INSERT INTO purchase VALUES (?, ?, ?)")) {
            insert.setString(1, requestId);
            insert.setLong(2, token);
            insert.setString(3, step);
            return insert.executeUpdate() == 1;
        } catch (SQLException e) {
            if (String.valueOf(e.getSQLState()).startsWith("23")) { // somebody was faster
                return false;
            }
            throw e;
        }
    }
    // end

    String step(String requestId) throws SQLException {
        try (PreparedStatement select = sql.prepareStatement("SELECT step FROM purchase WHERE request_id = ?")) {
            select.setString(1, requestId);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? rows.getString(1) : "none";
            }
        }
    }
}
