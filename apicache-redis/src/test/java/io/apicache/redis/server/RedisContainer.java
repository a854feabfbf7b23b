package io.apicache.redis.server;

import java.io.IOException;
import java.time.Duration;
import javax.net.SocketFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** A Redis in a container; Testcontainers removes it, at the latest with this JVM. */
final class RedisContainer implements RedisServer {

    private static final DockerImageName IMAGE = DockerImageName.parse("redis:7.4-alpine");
    private static final int PORT = 6379;

    private final GenericContainer<?> container;

    private RedisContainer(GenericContainer<?> container) {
        this.container = container;
    }

    /** Returns when the port accepts connections, which Testcontainers waits for. */
    @SuppressWarnings("resource")
    static RedisContainer start() {
        GenericContainer<?> container = new GenericContainer<>(IMAGE).withExposedPorts(PORT);
        container.withCommand("redis-server", "--save", "", "--appendonly", "no");
        container.start();
        return new RedisContainer(container);
    }

    @Override
    public String host() {
        return container.getHost();
    }

    @Override
    public int port() {
        return container.getMappedPort(PORT);
    }

    @Override
    public String uri() {
        return "redis://" + host() + ":" + port();
    }

    @Override
    public RespConnection connect() throws IOException {
        return RespConnection.open(SocketFactory.getDefault(), host(), port(), Duration.ofMinutes(1));
    }

    @Override
    public void close() {
        container.close();
    }
}
