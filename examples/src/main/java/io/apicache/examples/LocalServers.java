package io.apicache.examples;

import io.apicache.examples.http.StoredResponse;
import io.apicache.spi.Store;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/** Two instances of the service in this JVM, and one that dies over everything it is given; the store is what they share. */
final class LocalServers implements Servers {

    private final Store<StoredResponse> store;
    private final Instance first;
    private final Instance second;
    private final Instance dying;

    LocalServers(Arguments arguments, String namespace, Tally tally) {
        ScheduledExecutorService dead = new StandstillTimer(); // a process that has died renews nothing
        store = Instance.open(arguments);
        first = new Instance(Instance.cache(store, namespace, arguments, false), tally, false);
        second = new Instance(Instance.cache(store, namespace, arguments, false), tally, false);
        dying = new Instance(Instance.cache(store, namespace, arguments, true).scheduler(dead), tally, true);
    }

    @Override
    public List<URI> working() {
        return List.of(first.payments(), second.payments());
    }

    @Override
    public URI dying() {
        return dying.payments();
    }

    @Override
    public void close() {
        first.close();
        second.close();
        dying.close();
        store.close();
    }

    @Override
    public String toString() {
        return "2 servers in one JVM";
    }
}
