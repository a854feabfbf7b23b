package io.apicache.redis.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TlsFilesTest {

    private static TlsFiles files;

    @BeforeAll
    static void create() {
        files = TlsFiles.create();
    }

    @AfterAll
    static void close() {
        files.close();
    }

    @Test
    void everyFileIsWhatItsNameSays() throws IOException {
        assertThat(files.ca()).content().startsWith("-----BEGIN CERTIFICATE-----\n");
        assertThat(files.certificate()).content().startsWith("-----BEGIN CERTIFICATE-----\n");
        assertThat(files.key()).content().startsWith("-----BEGIN PRIVATE KEY-----\n");
        assertThat(files.otherCertificate()).content().isNotEqualTo(Files.readString(files.certificate()));
        assertThat(files.otherKey()).content().endsWith("-----END PRIVATE KEY-----\n");
    }

    @Test
    void aClientTrustsThisHostByStoreAndByPem() {
        try (RedisProcess redis = RedisProcess.tls(files)) {
            assertThat(ping(redis, storeOf(files))).isEqualTo("PONG");
            assertThat(ping(
                            redis,
                            SslOptions.builder()
                                    .trustManager(files.ca().toFile())
                                    .build()))
                    .isEqualTo("PONG");
        }
    }

    @Test
    void aClientDoesNotTrustTheCertificateOfAnotherHost() {
        String certificate = files.otherCertificate().toString();
        String key = files.otherKey().toString();
        try (RedisProcess redis = RedisProcess.tls(files, "--tls-cert-file", certificate, "--tls-key-file", key)) {
            assertThatThrownBy(() -> ping(redis, storeOf(files)))
                    .isInstanceOf(RedisConnectionException.class)
                    .hasStackTraceContaining("No subject alternative names");
        }
    }

    @Test
    void aClientDoesNotTrustAnotherAuthority() {
        try (TlsFiles others = TlsFiles.create();
                RedisProcess redis = RedisProcess.tls(files)) {
            assertThatThrownBy(() -> ping(redis, storeOf(others)))
                    .isInstanceOf(RedisConnectionException.class)
                    .hasStackTraceContaining("SSLHandshakeException");
        }
    }

    private static SslOptions storeOf(TlsFiles trusted) {
        return SslOptions.builder()
                .truststore(trusted.truststore().toFile(), TlsFiles.PASSWORD)
                .build();
    }

    private static String ping(RedisProcess redis, SslOptions options) {
        RedisClient client = RedisClient.create(redis.uri());
        client.setOptions(ClientOptions.builder().sslOptions(options).build());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            return connection.sync().ping();
        } finally {
            client.shutdown();
        }
    }
}
