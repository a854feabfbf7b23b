package io.apicache;

import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import io.apicache.tck.FaultyStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Forwards every call to another store. A test overrides what {@link FaultyStore} cannot spoil. */
class ForwardingStore implements Store<String> {

    private final Store<String> inner;

    ForwardingStore(Store<String> inner) {
        this.inner = inner;
    }

    @Override
    public CompletionStage<Claimed<String>> claim(Key key, Attempt attempt) {
        return inner.claim(key, attempt);
    }

    @Override
    public CompletionStage<Claimed<String>> join(Key key, Attempt attempt) {
        return inner.join(key, attempt);
    }

    @Override
    public CompletionStage<Stored<String>> handle(Key key, Token token, String value, Duration keepFor) {
        return inner.handle(key, token, value, keepFor);
    }

    @Override
    public CompletionStage<Stored<String>> mark(Key key, Token token, Marker marker, Duration keepFor) {
        return inner.mark(key, token, marker, keepFor);
    }

    @Override
    public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
        return inner.renew(key, token, lease);
    }

    @Override
    public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
        return inner.release(key, attempt);
    }

    @Override
    public CompletionStage<Boolean> invalidate(Key key) {
        return inner.invalidate(key);
    }

    @Override
    public CompletionStage<Optional<Claimed.Handled<String>>> peek(Key key) {
        return inner.peek(key);
    }

    @Override
    public Registration hints(Hints<String> hints) {
        return inner.hints(hints);
    }

    @Override
    public void close() {
        inner.close();
    }
}
