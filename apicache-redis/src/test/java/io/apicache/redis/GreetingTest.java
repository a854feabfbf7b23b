package io.apicache.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.StoreUnavailableException;
import io.apicache.redis.server.Cut;
import io.apicache.redis.server.Fault;
import io.apicache.redis.server.RedisProcess;
import io.apicache.redis.server.TcpProxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection that breaks just when it was made. */
class GreetingTest {

    private final RedisProcess redis = RedisProcess.start();
    private final TcpProxy network = TcpProxy.to(redis);

    @AfterEach
    void close() {
        network.close();
        redis.close();
    }

    /** The question what the server is; the client's own HELLO names a protocol. */
    private static boolean isGreeting(String request) {
        return request.startsWith("*1\r\n$5\r\nHELLO");
    }

    private void cutGreetings(int times, Cut how) {
        for (int i = 0; i < times; i++) {
            network.once(GreetingTest::isGreeting, Fault.cutBeforeRequest(how));
        }
    }

    @ParameterizedTest(
            name = "B1 a store starts although its connection breaks twice before the server was greeted, {0}")
    @ValueSource(strings = {"RST", "FIN"})
    void itIsMadeAgain(String how) {
        cutGreetings(2, Cut.valueOf(how));

        try (RedisStore store = RedisStore.connect(network.uri())) {
            assertThat(store.toString()).contains("Redis");
        }
    }

    @ParameterizedTest(name = "B1 a store starts whichever of its first commands its connection breaks at, {0}")
    @ValueSource(strings = {"RST", "FIN"})
    void whicheverCommand(String how) {
        int cut = 0;
        AtomicInteger seen = new AtomicInteger();
        do {
            seen.set(0);
            int number = ++cut;
            network.once(request -> seen.incrementAndGet() == number, Fault.cutBeforeRequest(Cut.valueOf(how)));
            try (RedisStore store = RedisStore.connect(network.uri())) {
                assertThat(store.toString()).as("cut at command %d", cut).contains("Redis");
            }
        } while (seen.get() >= cut);
        assertThat(cut).as("commands of a start").isGreaterThan(10);
    }

    @Test
    @DisplayName("B1 a server that breaks every connection is reported")
    void notForEver() {
        cutGreetings(3, Cut.RST);

        assertThatThrownBy(() -> RedisStore.connect(network.uri())).isInstanceOf(StoreUnavailableException.class);
    }
}
