package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A logger is code that the library does not know. */
@EndsInTime
class LoggingTest extends CacheFixture {

    @Test
    @DisplayName("E2 the cache does not call a logger under the lock of a room")
    void theLoggerIsForeignCode() {
        List<String> underLock = new ArrayList<>();
        List<Engine<String>> engines = new ArrayList<>();
        @SuppressWarnings("serial")
        class Seen extends RejectedExecutionException {
            @Override
            public String getMessage() { // called by the logger, as everything is that logging may lead to
                for (Room<String> room : engines.get(0).rooms()) {
                    if (room.lock.isHeldByCurrentThread()) {
                        underLock.add(room.key.toString());
                    }
                }
                return "planted";
            }
        }
        ScheduledExecutorService broken = (ScheduledExecutorService) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ScheduledExecutorService.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("schedule")) {
                        throw new Seen();
                    }
                    return method.getReturnType() == boolean.class ? false : null;
                });
        ApiCache<String> cache = build(settings(records).scheduler(broken));
        engines.add(engine(cache));
        firstSeen(cache, "id");
        var unused = cache.receiveAsync("id", LONG);
        assertThat(underLock).isEmpty();
    }
}
