package io.apicache.redis;

import io.apicache.Request;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Shows records as they lie in Redis, for people. It only reads. A record is named by its key in Redis, by the parts of its request id, or
 * by the hash that messages and logs show:
 *
 * <pre>
 *   RecordDump redis://host 'ac:{payments:7f3c}'
 *   RecordDump redis://host --namespace payments --id charge acme 7f3c
 *   RecordDump redis://host --shown 'payments/#g8w_ZUlv8eoK'
 * </pre>
 *
 * <p>In a cluster the address must be that of the node which has the key; {@code CLUSTER KEYSLOT} and {@code CLUSTER SLOTS} say which.
 */
final class RecordDump {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final String USAGE = """
            Usage: RecordDump ADDRESS KEY...
                   RecordDump ADDRESS [--prefix PREFIX] [--namespace NAMESPACE] --id PART...
                   RecordDump ADDRESS [--prefix PREFIX] --shown NAMESPACE/#HASH
            ADDRESS is redis://host:port, PREFIX is ac and NAMESPACE is default unless they are given, and the PARTs are
            those that the request id was made of: all that follows --id, so it comes last.""";

    private RecordDump() {}

    /** Exit code 0 if all could be read, 1 if one could not, 2 for a wrong call. */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        RedisURI uri;
        Wanted wanted;
        try {
            wanted = Wanted.of(List.of(args).subList(Math.min(1, args.length), args.length));
            uri = OwnClient.uri(args[0]);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return 2;
        }
        uri.setTimeout(TIMEOUT);
        RedisClient client = RedisClient.create();
        try (StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE, uri)) {
            RedisCommands<byte[], byte[]> redis = connection.sync();
            List<String> names = wanted.names(redis);
            if (names.isEmpty()) {
                out.println("no record is shown as " + wanted.shown());
                return 1;
            }
            boolean readable = true;
            for (String name : names) {
                byte[] key = name.getBytes(StandardCharsets.UTF_8);
                byte[] found = redis.get(key);
                readable &= describe(name, found, redis.pttl(key), out);
            }
            return readable ? 0 : 1;
        } catch (RuntimeException e) { // the client's own words may quote the address
            err.println(ClientFailure.reason(e));
            return 1;
        } finally {
            client.shutdown();
        }
    }

    /**
     * Which records are to be shown.
     *
     * @param names their names
     * @param prefix what names begin with, where they are looked for
     * @param shown what messages show of the record that is looked for, or null
     */
    private record Wanted(
            List<String> names, String prefix, @Nullable String shown) {

        static Wanted of(List<String> args) {
            String prefix = "ac";
            String namespace = "default";
            for (int i = 0; i + 1 < args.size(); i += 2) {
                String value = args.get(i + 1);
                switch (args.get(i)) {
                    case "--prefix" -> prefix = value;
                    case "--namespace" -> namespace = value;
                    case "--id" -> {
                        return new Wanted(names(prefix, namespace, args.subList(i + 1, args.size())), prefix, null);
                    }
                    case "--shown" -> {
                        return new Wanted(List.of(), prefix, value);
                    }
                    default -> i = args.size(); // names of keys
                }
            }
            if (args.isEmpty() || args.get(0).startsWith("--")) {
                throw new IllegalArgumentException(USAGE);
            }
            return new Wanted(args, prefix, null);
        }

        /** One part may also be a whole id, in which nothing was escaped. */
        private static List<String> names(String prefix, String namespace, List<String> parts) {
            KeyLayout layout = new KeyLayout(prefix);
            Set<String> ids = new LinkedHashSet<>();
            ids.add(Request.idOf(parts.get(0), parts.subList(1, parts.size()).toArray(String[]::new)));
            if (parts.size() == 1) {
                ids.add(parts.get(0));
            }
            return ids.stream()
                    .map(id -> new String(layout.record(new Key(namespace, id)).name(), StandardCharsets.US_ASCII))
                    .toList();
        }

        List<String> names(RedisCommands<byte[], byte[]> redis) {
            if (shown == null) {
                return names;
            }
            List<String> found = new ArrayList<>();
            ScanIterator<byte[]> keys = ScanIterator.scan(
                    redis, ScanArgs.Builder.matches(prefix + ":{*}").limit(1_000));
            while (keys.hasNext()) {
                String name = new String(keys.next(), StandardCharsets.UTF_8);
                String each = KeyLayout.shown(name);
                if (each != null && (each.equals(shown) || (shown.startsWith("#") && each.endsWith("/" + shown)))) {
                    found.add(name);
                }
            }
            return found;
        }
    }

    private static boolean describe(String key, byte[] found, long pttl, PrintStream out) {
        out.println(key);
        String shown = KeyLayout.shown(key);
        if (shown != null) {
            out.println("  shown as    " + shown);
        }
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
            out.println("  response    " + response(record));
        }
        out.println("  key ends in " + pttl + " ms");
        return record.hash().equals(KeyLayout.hashOf(key));
    }

    private static String response(StoredRecord record) {
        Marker marker = record.marker();
        if (marker == null) {
            return record.responseLength() + " bytes";
        }
        return "not kept, a marker stands for it: "
                + switch (marker) {
                    case TOO_LARGE -> "it was too large";
                    case NOT_ENCODABLE -> "it could not be encoded";
                    case NULL -> "it was null";
                };
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
