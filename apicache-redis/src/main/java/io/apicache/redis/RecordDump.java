package io.apicache.redis;

import io.apicache.spi.Digest;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;

/**
 * Shows records as they lie in Redis, for people: {@code java -cp ... io.apicache.redis.RecordDump redis://host 'ac:{namespace:id}'}.
 * It only reads. In a cluster the address must be that of the node which has the key; {@code CLUSTER KEYSLOT} and
 * {@code CLUSTER SLOTS} say which.
 */
final class RecordDump {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private RecordDump() {}

    /** Arguments: an address, and names of keys. Exit code 0 if all could be read, 1 if one could not, 2 for a wrong call. */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        if (args.length < 2) {
            err.println("Usage: RecordDump redis://host:port KEY...");
            return 2;
        }
        RedisURI uri;
        try {
            uri = OwnClient.uri(args[0]);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return 2;
        }
        uri.setTimeout(TIMEOUT);
        RedisClient client = RedisClient.create();
        try (StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE, uri)) {
            boolean readable = true;
            for (int i = 1; i < args.length; i++) {
                byte[] key = args[i].getBytes(StandardCharsets.UTF_8);
                byte[] found = connection.sync().get(key);
                readable &= describe(args[i], found, connection.sync().pttl(key), out);
            }
            return readable ? 0 : 1;
        } catch (RuntimeException e) { // the client's own words may quote the address
            err.println(ClientFailure.reason(e));
            return 1;
        } finally {
            client.shutdown();
        }
    }

    private static boolean describe(String key, byte[] found, long pttl, PrintStream out) {
        out.println(key);
        if (found == null) {
            out.println("  absent");
            return true;
        }
        StoredRecord record = StoredRecord.read(found);
        if (record == null) {
            out.println("  not a record of format version 1: " + found.length + " bytes, ends in " + pttl
                    + " ms, field out of range: " + StoredRecord.fault(found));
            return false;
        }
        out.println("  state       " + state(record, pttl));
        out.println("  number      " + record.number() + " (" + claimedAt(record) + ")");
        out.println(
                "  attempt     " + HexFormat.of().toHexDigits(record.attempt().process()) + "-"
                        + record.attempt().sequence());
        Digest fingerprint = record.fingerprint();
        out.println("  fingerprint " + (fingerprint == null ? "none" : fingerprint));
        out.println("  key hash    "
                + (record.hash().equals(KeyLayout.hashOf(key)) ? "matches" : "is that of another key"));
        if (record.state() == StoredRecord.PENDING) {
            out.println("  waiting     " + record.inboxes() + " processes");
        } else if (record.state() == StoredRecord.HANDLED) {
            out.println("  handled     " + Instant.ofEpochMilli(record.millis()));
            out.println("  response    " + record.responseLength() + " bytes");
        }
        out.println("  key ends in " + pttl + " ms");
        return record.hash().equals(KeyLayout.hashOf(key));
    }

    private static String state(StoredRecord record, long pttl) {
        long left = pttl - Moves.GRACE_MILLIS;
        return switch (record.state()) {
            case StoredRecord.PENDING ->
                left > 0
                        ? "pending, the lease ends in " + left + " ms"
                        : "pending, the lease is over: the next caller takes over";
            case StoredRecord.RELEASED -> "released or invalidated: free, kept so that numbers go on rising";
            default ->
                switch (record.flags()) {
                    case StoredRecord.HELD_BRIEFLY ->
                        left > 0 ? "handled, retained for " + left + " ms" : "handled, no longer retained";
                    case StoredRecord.HAND_OVER -> "handled, not retained: for those who had joined";
                    default -> "handled, retained for " + pttl + " ms";
                };
        };
    }

    /** A number is the server's time in microseconds when the claim was made, or one more than the number before. */
    private static Instant claimedAt(StoredRecord record) {
        return Instant.ofEpochSecond(record.number() / 1_000_000, record.number() % 1_000_000 * 1_000);
    }
}
