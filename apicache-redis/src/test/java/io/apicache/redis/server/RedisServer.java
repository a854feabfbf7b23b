package io.apicache.redis.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A running Redis, wherever it came from; what only a process of our own can do is on {@link RedisProcess}. */
public interface RedisServer extends AutoCloseable {

    String host();

    int port();

    /** The address as Lettuce understands it. */
    String uri();

    /** A new connection, authenticated where the server asks for it. */
    RespConnection connect() throws IOException;

    @Override
    void close();

    /** The reply to one command, sent over a connection of its own; an error reply is thrown. */
    default Object command(String... words) {
        try (RespConnection connection = connect()) {
            return connection.command(words);
        } catch (IOException e) {
            throw new IllegalStateException(words[0] + " at " + host() + ":" + port() + " failed: " + e, e);
        }
    }

    /** The lines of {@code INFO section} in their order. */
    default Map<String, String> info(String section) {
        Map<String, String> info = new LinkedHashMap<>();
        for (String line : ((String) command("INFO", section)).split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.startsWith("#")) {
                info.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return info;
    }

    /** How often each command was called since the start, in lower case; since Redis 7 also as {@code config|get}. */
    default Map<String, Long> commandCounts() {
        Map<String, Long> counts = new LinkedHashMap<>();
        info("commandstats").forEach((name, stats) -> {
            String calls = stats.substring("calls=".length(), stats.indexOf(','));
            counts.put(name.substring("cmdstat_".length()), Long.valueOf(calls));
        });
        return counts;
    }

    /** The version, such as {@code 7.0.15}. */
    default String version() {
        return info("server").get("redis_version");
    }

    /** Every key of the selected database that never expires. */
    default List<String> keysWithoutTtl() {
        List<String> eternal = new ArrayList<>();
        try (RespConnection connection = connect()) {
            String cursor = "0";
            do {
                List<?> page = (List<?>) connection.command("SCAN", cursor, "COUNT", "1000");
                cursor = (String) page.get(0);
                for (Object key : (List<?>) page.get(1)) {
                    if (connection.command("TTL", (String) key).equals(-1L)) {
                        eternal.add((String) key);
                    }
                }
            } while (!cursor.equals("0"));
        } catch (IOException e) {
            throw new IllegalStateException("SCAN at " + host() + ":" + port() + " failed: " + e, e);
        }
        return eternal;
    }
}
