package io.apicache.redis.server;

import java.util.List;

/** The one server that all ordinary tests of a JVM share, each under keys of its own; nobody closes it. */
public final class RedisShared {

    private static RedisServer server;

    private RedisShared() {}

    /** Started by the first one who asks. */
    public static synchronized RedisServer server() {
        if (server == null) {
            server = RedisServers.start();
            System.out.println("Shared Redis: " + server.version() + " at " + server.host() + ":" + server.port());
        }
        return server;
    }

    public static String uri() {
        return server().uri();
    }

    /** Every key that never expires: what this library writes always does. */
    public static List<String> keysWithoutTtl() {
        return server().keysWithoutTtl();
    }
}
