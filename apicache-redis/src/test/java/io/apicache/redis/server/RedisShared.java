package io.apicache.redis.server;

import java.util.List;

/** The one server that all ordinary tests of a JVM share, each under keys of its own; nobody closes it. */
public final class RedisShared {

    private RedisShared() {}

    public static RedisServer server() {
        return Started.SERVER;
    }

    public static String uri() {
        return server().uri();
    }

    /** Every key that never expires: what this library writes always does. */
    public static List<String> keysWithoutTtl() {
        return server().keysWithoutTtl();
    }

    private static final class Started {
        static final RedisServer SERVER = RedisServers.start();

        static {
            System.out.println("Shared Redis: " + SERVER.version() + " at " + SERVER.host() + ":" + SERVER.port());
        }
    }
}
