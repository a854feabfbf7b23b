package io.apicache.examples.grpc;

import io.apicache.ApiCacheListener;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** What the servers have seen and done. Safe for use by many threads. */
final class Counts implements ApiCacheListener {

    final LongAdder attempts = new LongAdder();
    final LongAdder repeated = new LongAdder();
    final LongAdder lost = new LongAdder();
    final LongAdder replays = new LongAdder();
    final LongAdder inFlight = new LongAdder();
    final LongAdder waits = new LongAdder();

    @Override
    public void received(String requestId, Outcome outcome) {
        switch (outcome) {
            case CACHED -> replays.increment();
            case IN_FLIGHT -> inFlight.increment();
            case FIRST_SEEN, MISMATCHED, UNAVAILABLE, FAILED -> {}
        }
    }

    @Override
    public void waited(String requestId, Outcome outcome, Duration waited) {
        waits.increment();
    }
}
