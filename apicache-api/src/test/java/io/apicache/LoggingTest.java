package io.apicache;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.engine.Probe;
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
    @DisplayName("E2 the cache does not call a logger under the lock of a key")
    void theLoggerIsForeignCode() {
        List<String> underLock = new ArrayList<>();
        List<Probe<String>> engines = new ArrayList<>();
        @SuppressWarnings("serial")
        class Seen extends RejectedExecutionException {
            @Override
            public String getMessage() { // called by the logger, as everything is that logging may lead to
                engines.forEach(engine -> underLock.addAll(engine.locked()));
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
        engines.add(probe(cache));
        firstSeen(cache, "id");
        var unused = cache.receiveAsync("id", LONG);
        assertThat(underLock).isEmpty();
    }
}
