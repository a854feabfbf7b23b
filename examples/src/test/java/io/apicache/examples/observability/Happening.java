package io.apicache.examples.observability;

import io.apicache.ApiCacheListener;
import io.apicache.ApiCacheListener.Outcome;
import io.apicache.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Everything that a listener may be told, one call each.
 *
 * @param name under which it is counted, in meters and in events
 */
record Happening(String name, Consumer<ApiCacheListener> tell) {

    static final Duration LONG = Duration.ofMillis(250);

    static List<Happening> all(String id) {
        List<Happening> all = new ArrayList<>();
        for (Outcome outcome : Outcome.values()) {
            String label = outcome.name().toLowerCase(Locale.ROOT);
            all.add(new Happening("apicache.receive " + label, to -> to.received(id, outcome)));
            all.add(new Happening("apicache.wait " + label, to -> to.waited(id, outcome, LONG)));
        }
        all.add(new Happening("apicache.handle", to -> to.handled(id, LONG)));
        all.add(new Happening("apicache.release", to -> to.released(id)));
        all.add(new Happening("apicache.lease.lost", to -> to.leaseLost(id)));
        all.add(new Happening("apicache.taken.over", to -> to.takenOver(id)));
        all.add(new Happening("apicache.ran.unprotected", to -> to.ranUnprotected(id)));
        for (StoreUnavailableException.Outcome outcome : StoreUnavailableException.Outcome.values()) {
            String label = outcome.name().toLowerCase(Locale.ROOT);
            all.add(new Happening(
                    "apicache.store.failed " + label, to -> to.storeFailed("claim", failure(id, outcome))));
        }
        return all;
    }

    private static StoreUnavailableException failure(String id, StoreUnavailableException.Outcome outcome) {
        return new StoreUnavailableException("for " + id, outcome, null);
    }

    @Override
    public String toString() {
        return name;
    }
}
