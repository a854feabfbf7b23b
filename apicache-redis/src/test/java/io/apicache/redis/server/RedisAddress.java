package io.apicache.redis.server;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;

/** A Redis that somebody else runs: the tests use its address and leave it running. */
final class RedisAddress implements RedisServer {

    private static final int DEFAULT_PORT = 6379;

    private final URI uri;

    RedisAddress(String uri) {
        this.uri = URI.create(uri);
    }

    @Override
    public String host() {
        return uri.getHost();
    }

    @Override
    public int port() {
        return uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
    }

    @Override
    public String uri() {
        return uri.toString();
    }

    @Override
    public RespConnection connect() throws IOException {
        SocketFactory sockets =
                uri.getScheme().equals("rediss") ? SSLSocketFactory.getDefault() : SocketFactory.getDefault();
        RespConnection connection = RespConnection.open(sockets, host(), port(), Duration.ofMinutes(1));
        authenticate(connection);
        String path = uri.getPath();
        if (path != null && path.length() > 1) {
            connection.command("SELECT", path.substring(1));
        }
        return connection;
    }

    @Override
    public void close() {}

    private void authenticate(RespConnection connection) throws IOException {
        String who = uri.getUserInfo();
        if (who == null) {
            return;
        }
        int colon = who.indexOf(':');
        String password = who.substring(colon + 1);
        if (colon > 0) {
            connection.command("AUTH", who.substring(0, colon), password);
        } else {
            connection.command("AUTH", password);
        }
    }
}
