package io.apicache.spi;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Lets everybody run and remembers nothing. */
final class PassThroughStore<V> implements Store<V> {

    @Override
    public CompletionStage<Claimed<V>> claim(Key key, Attempt attempt) {
        return CompletableFuture.completedFuture(new Claimed.Unprotected<>());
    }

    @Override
    public CompletionStage<Claimed<V>> join(Key key, Attempt attempt) {
        return claim(key, attempt);
    }

    @Override
    public CompletionStage<Stored<V>> handle(Key key, Token token, V value, Duration keepFor) {
        return CompletableFuture.completedFuture(new Stored.Lost<>());
    }

    @Override
    public CompletionStage<Stored<V>> mark(Key key, Token token, Marker marker, Duration keepFor) {
        return CompletableFuture.completedFuture(new Stored.Lost<>());
    }

    @Override
    public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
        return CompletableFuture.completedFuture(false);
    }

    @Override
    public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
        return CompletableFuture.completedFuture(false);
    }

    @Override
    public CompletionStage<Boolean> invalidate(Key key) {
        return CompletableFuture.completedFuture(false);
    }

    @Override
    public CompletionStage<Optional<Claimed.Handled<V>>> peek(Key key) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public Registration hints(Hints<V> hints) {
        return () -> {};
    }

    @Override
    public void close() {}
}
