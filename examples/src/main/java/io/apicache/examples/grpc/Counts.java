package io.apicache.examples.grpc;

import io.apicache.ApiCacheListener;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** What the servers have seen and done. Safe for use by many threads. */
final class Counts implements ApiCacheListener {

    final LongAdder attempts = new LongAdder();
    final LongAdder repeated = new LongAdder();
    final LongAdder lost = new LongAdder();
    final LongAdder claims = new LongAdder();
    final LongAdder replays = new LongAdder();
    final LongAdder inFlight = new LongAdder();
    final LongAdder ended = new LongAdder();
    final LongAdder waits = new LongAdder();

    @Override
    public void received(String requestId, Outcome outcome) {
        switch (outcome) {
            case FIRST_SEEN -> claims.increment();
            case CACHED -> replays.increment();
            case IN_FLIGHT -> inFlight.increment();
            case FAILED -> ended.increment();
            case MISMATCHED, UNAVAILABLE -> {}
        }
    }

    @Override
    public void waited(String requestId, Outcome outcome, Duration waited) {
        waits.increment();
    }
}
