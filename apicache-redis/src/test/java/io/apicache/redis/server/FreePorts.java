package io.apicache.redis.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports of 127.0.0.1 that nobody listens on: each is handed out once, and its cluster bus port is free as well.
 *
 * <p>They lie below the range from which systems take the ports of outgoing connections: a port stays free while its
 * server is down.
 */
final class FreePorts {

    private static final int FIRST = 11_000;
    private static final int COUNT = 9_999;
    /** How far above a node's port its cluster bus listens. */
    private static final int BUS = 10_000;

    /** Two builds at the same time begin at different places. */
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

    private FreePorts() {}

    static int next() {
        for (int i = 0; i < COUNT; i++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            if (isFree(port) && isFree(port + BUS)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port from " + FIRST + " to " + (FIRST + COUNT));
    }

    static InetAddress localhost() {
        try {
            return InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return whether a port could be listened on just now; whoever binds it may still lose a race} */
    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(localhost(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
