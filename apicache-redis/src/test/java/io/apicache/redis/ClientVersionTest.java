package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ClientOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which versions of the client are taken, and what is said of the others. */
class ClientVersionTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"5.3.7.RELEASE", "6.0.0.RELEASE", "6.2.7.RELEASE", "6.3.2.RELEASE", "6.3.99.BUILD-SNAPSHOT"})
    @DisplayName("B1 a client that is too old is named, with the version that is needed and the lines that mend it")
    void tooOld(String version) {
        assertThat(ClientVersion.fault(version, "4.1.128.Final", false))
                .contains("Lettuce " + version)
                .contains("6.4 or later")
                .contains(
                        "<groupId>io.lettuce</groupId><artifactId>lettuce-core</artifactId><version>6.8.2.RELEASE</version>")
                .contains("<lettuce.version>6.8.2.RELEASE</lettuce.version>");
    }

    @ParameterizedTest
    @CsvSource({
        "6.4.0.RELEASE, 4.1.107.Final, false",
        "6.4.2.RELEASE, 4.1.128.Final, false",
        "6.6.0.RELEASE, 4.1.128.Final, false",
        "6.8.2.RELEASE, 4.1.128.Final, false",
        "6.10.0.RELEASE, 4.1.128.Final, false",
        "6.8.2.RELEASE, 4.2.20.Final, true",
        "7.0.0.RELEASE, 4.2.20.Final, true",
        "7.7.0.RELEASE, 4.2.20.Final, true",
        "10.0.0.RELEASE, 5.0.0.Final, true"
    })
    @DisplayName("B1 a client that is new enough is taken, with Netty 4.1 as far as it runs on that")
    void newEnough(String lettuce, String netty, boolean netty42) {
        assertThat(ClientVersion.fault(lettuce, netty, netty42)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"7.0.0.RELEASE", "7.7.0.RELEASE"})
    @DisplayName("B1 a client that was separated from its Netty is named, with the lines that mend it")
    void separated(String lettuce) {
        assertThat(ClientVersion.fault(lettuce, "4.1.128.Final", false))
                .contains("Lettuce " + lettuce)
                .contains("Netty 4.1.128.Final")
                .contains("4.2 or later")
                .contains("<netty.version>4.2.20.Final</netty.version>")
                .contains("<version>6.8.2.RELEASE</version>");
        assertThat(ClientVersion.fault(lettuce, null, false)).contains("an earlier version");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unspecified", "6", "6.x.RELEASE", "99999.1.1"})
    @DisplayName("B1 a client that does not tell its version is tried")
    void notKnown(String version) {
        assertThat(ClientVersion.fault(version, null, false)).isNull();
        assertThat(ClientVersion.fault(null, null, false)).isNull();
    }

    @Test
    @DisplayName("B1 the client of this build is taken")
    void thisOne() {
        ClientVersion.requireFit();
    }

    @Test
    @DisplayName("options of later clients are set where the client has them")
    void laterOptions() throws Exception {
        ClientOptions.Builder builder = ClientOptions.builder();
        LaterOptions.set(builder);
        ClientOptions options = builder.build();

        for (var method : ClientOptions.class.getMethods()) {
            if (method.getName().equals("getReauthenticateBehaviour")) {
                assertThat(method.invoke(options)).hasToString("ON_NEW_CREDENTIALS");
            } else if (method.getName().equals("getMaintNotificationsConfig")) {
                Object config = method.invoke(options);
                assertThat(config.getClass()
                                .getMethod("maintNotificationsEnabled")
                                .invoke(config))
                        .isEqualTo(false);
            }
        }
    }
}
