package io.apicache.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandType;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a server says of itself when it is greeted.
 *
 * @param major first number of its version
 * @param minor second number of its version
 * @param cluster whether it is a node of a cluster
 * @param replica whether it only reads
 */
record ServerInfo(int major, int minor, boolean cluster, boolean replica) {

    /** A server that offers neither HELLO nor INFO is spoken to as the oldest one, and the start-up check shows whether that works. */
    static final ServerInfo NOT_KNOWN = new ServerInfo(6, -1, false, false);

    /** {@return the greeting on its way} */
    static RedisFuture<List<Object>> ask(RedisClusterAsyncCommands<byte[], byte[]> commands) {
        return commands.dispatch(CommandType.HELLO, new ArrayOutput<>(ByteArrayCodec.INSTANCE));
    }

    /** Reads the answer to HELLO: names and values in turn. */
    static ServerInfo of(List<Object> hello) {
        String version = "0.0";
        String mode = "";
        String role = "";
        for (int i = 0; i + 1 < hello.size(); i += 2) {
            switch (text(hello.get(i))) {
                case "version" -> version = text(hello.get(i + 1));
                case "mode" -> mode = text(hello.get(i + 1));
                case "role" -> role = text(hello.get(i + 1));
                default -> {} // of no interest
            }
        }
        return of(version, mode, role);
    }

    /** Reads the answer to INFO, which servers and services have that do not offer HELLO. */
    static ServerInfo ofInfo(String info) {
        String version = "";
        String mode = "";
        String role = "";
        for (String line : info.split("\r?\n", -1)) {
            String value = line.substring(line.indexOf(':') + 1).strip();
            if (line.startsWith("redis_version:")) {
                version = value;
            } else if (line.startsWith("redis_mode:")) {
                mode = value;
            } else if (line.startsWith("role:")) {
                role = value;
            } else if (line.startsWith("cluster_enabled:") && value.equals("1")) {
                mode = "cluster";
            }
        }
        return version.isEmpty() ? NOT_KNOWN : of(version, mode, role);
    }

    private static ServerInfo of(String version, String mode, String role) {
        String[] parts = version.split("\\.", 3);
        return new ServerInfo(
                number(parts[0]),
                parts.length > 1 ? number(parts[1]) : 0,
                mode.equals("cluster"),
                role.equals("replica") || role.equals("slave"));
    }

    /** {@return the number, or 0, which is too old, if it is none} */
    private static int number(String digits) {
        return digits.matches("[0-9]{1,9}") ? Integer.parseInt(digits) : 0;
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value);
    }

    /** {@return a short description for people} */
    String describe() {
        return "Redis" + (isKnown() ? " " + major + "." + minor : " of a version that it does not tell")
                + (cluster ? " Cluster" : "");
    }

    boolean isKnown() {
        return minor >= 0;
    }

    boolean isOlderThan(int thatMajor, int thatMinor) {
        return major < thatMajor || (major == thatMajor && minor < thatMinor);
    }

    /** {@return whether SET takes NX and GET together} */
    boolean knowsSetNxGet() {
        return major >= 7;
    }

    /** {@return whether a script may begin with flags} */
    boolean knowsScriptFlags() {
        return major >= 7;
    }
}
