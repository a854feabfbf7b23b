package io.apicache.redis.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisServersTest {

    @Test
    void aSettingNamesTheKind() {
        Path redis = Path.of("redis-server");

        assertThat(RedisServers.choose("redis://example:6379/1", null)).isEqualTo(RedisServers.Kind.ADDRESS);
        assertThat(RedisServers.choose("docker", null)).isEqualTo(RedisServers.Kind.DOCKER);
        assertThat(RedisServers.choose("LOCAL", redis)).isEqualTo(RedisServers.Kind.LOCAL);
        assertThat(RedisServers.choose("embedded", redis)).isEqualTo(RedisServers.Kind.EMBEDDED);
    }

    @Test
    void aSettingThatCannotBeMetFails() {
        assertThatThrownBy(() -> RedisServers.choose("local", null)).hasMessageContaining("no redis-server");
        assertThatThrownBy(() -> RedisServers.choose("valkey", null)).hasMessageContaining("not valkey");
    }

    @Test
    void anExecutableIsFoundOnThePath(@TempDir Path directory) throws Exception {
        Path executable = Files.createFile(directory.resolve("redis-server"));

        assertThat(RedisServers.find("redis-server", ":/nowhere:" + directory)).isNull();
        assertThat(executable.toFile().setExecutable(true)).isTrue();
        assertThat(RedisServers.find("redis-server", ":/nowhere:" + directory)).isEqualTo(executable);
    }

    @Test
    void aProbeThatHangsMeansNo() {
        CountDownLatch never = new CountDownLatch(1);

        assertThat(DockerProbe.within(Duration.ofMillis(50), () -> waitFor(never)))
                .isFalse();
        assertThat(DockerProbe.within(Duration.ofMinutes(3), () -> {
                    throw new IllegalStateException("no Docker");
                }))
                .isFalse();
        assertThat(DockerProbe.within(Duration.ofMinutes(3), () -> true)).isTrue();
        never.countDown();
    }

    @Test
    void theSharedServerIsOneAndKnowsKeysThatNeverExpire() {
        assertThat(RedisShared.server()).isSameAs(RedisShared.server());
        RedisServer redis = RedisShared.server();
        redis.command("SET", "RedisServersTest:eternal", "1");
        redis.command("SET", "RedisServersTest:mortal", "1", "PX", "60000");

        assertThat(RedisShared.keysWithoutTtl())
                .contains("RedisServersTest:eternal")
                .doesNotContain("RedisServersTest:mortal");
        redis.command("DEL", "RedisServersTest:eternal", "RedisServersTest:mortal");
        assertThat(RedisShared.keysWithoutTtl()).doesNotContain("RedisServersTest:eternal");
    }

    @Test
    void anAddressIsUsedWithItsPasswordAndDatabase() {
        try (RedisProcess process = RedisProcess.start("--requirepass", "secret")) {
            RedisServer address = new RedisAddress("redis://:secret@127.0.0.1:" + process.port() + "/3");
            address.command("SET", "key", "value");

            assertThat(process.command("GET", "key")).isNull();
            assertThat(address.command("GET", "key")).isEqualTo("value");
            assertThat(new RedisAddress("redis://default:secret@127.0.0.1:" + process.port()).command("PING"))
                    .isEqualTo("PONG");
            address.close();
            assertThat(process.isAlive()).isTrue();
        }
    }

    private static boolean waitFor(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
