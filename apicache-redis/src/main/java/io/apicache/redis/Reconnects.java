package io.apicache.redis;

import io.lettuce.core.event.EventBus;
import io.lettuce.core.event.connection.ConnectionActivatedEvent;
import io.lettuce.core.event.connection.ReconnectFailedEvent;
import io.lettuce.core.resource.ClientResources;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Why a client does not get its connections back. A command that is refused meanwhile says only that there is none; the reason, such as a
 * password that is no longer accepted, is in an event.
 *
 * <p>Events come through Reactor, which is called by name: its classes do not compile without warnings, and nothing else here needs them.
 * Where that fails there are no reasons, and everything else works.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Reconnects implements AutoCloseable {

    private static final Logger LOG = System.getLogger(RedisStore.class.getName());

    private final @Nullable Object subscription;
    private volatile @Nullable Throwable failure;

    Reconnects(ClientResources resources) {
        subscription = subscribe(resources.eventBus());
    }

    private @Nullable Object subscribe(EventBus bus) {
        Consumer<Object> observer = this::observe;
        Consumer<Throwable> end = ended -> {};
        try {
            Object events = EventBus.class.getMethod("get").invoke(bus);
            return Class.forName("reactor.core.publisher.Flux", true, EventBus.class.getClassLoader())
                    .getMethod("subscribe", Consumer.class, Consumer.class)
                    .invoke(events, observer, end);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            LOG.log(Level.DEBUG, "why a connection is not made again will not be known", ClientFailure.of(e));
            return null;
        }
    }

    private void observe(Object event) {
        if (event instanceof ReconnectFailedEvent failed) {
            failure = failed.getCause();
        } else if (event instanceof ConnectionActivatedEvent) {
            failure = null;
        }
    }

    /** {@return why the last attempt failed, or null if none has failed since a connection was made} */
    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    public void close() {
        if (subscription == null) {
            return;
        }
        try {
            Class.forName("reactor.core.Disposable", true, EventBus.class.getClassLoader())
                    .getMethod("dispose")
                    .invoke(subscription);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            LOG.log(Level.DEBUG, "events of the client go on, to no effect", ClientFailure.of(e));
        }
    }
}
