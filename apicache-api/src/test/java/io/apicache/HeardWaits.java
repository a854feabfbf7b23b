package io.apicache;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers which calls had to wait, and what they came to. */
final class HeardWaits implements ApiCacheListener {

    private final List<String> waits = new CopyOnWriteArrayList<>();

    @Override
    public void waited(String requestId, Outcome outcome, Duration waited) {
        waits.add(requestId + " " + outcome);
    }

    List<String> all() {
        return waits;
    }
}
