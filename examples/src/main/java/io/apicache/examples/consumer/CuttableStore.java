package io.apicache.examples.consumer;

import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** One process's way to the store that all share. When it is cut, nothing of that process reaches the store: it is dead, or as good as that. */
final class CuttableStore<V> implements Store<V> {

    private final Store<V> store;
    private volatile boolean cut;

    CuttableStore(Store<V> store) {
        this.store = store;
    }

    void cut() {
        cut = true;
    }

    private <T> CompletionStage<T> unlessCut(Supplier<CompletionStage<T>> move) {
        return cut
                ? CompletableFuture.failedStage(
                        new StoreUnavailableException("the way to the store is cut", Outcome.NOT_EXECUTED, null))
                : move.get();
    }

    @Override
    public CompletionStage<Claimed<V>> claim(Key key, Attempt attempt) {
        return unlessCut(() -> store.claim(key, attempt));
    }

    @Override
    public CompletionStage<Claimed<V>> join(Key key, Attempt attempt) {
        return unlessCut(() -> store.join(key, attempt));
    }

    @Override
    public CompletionStage<Stored<V>> handle(Key key, Token token, V value, Duration keepFor) {
        return unlessCut(() -> store.handle(key, token, value, keepFor));
    }

    @Override
    public CompletionStage<Stored<V>> mark(Key key, Token token, Marker marker, Duration keepFor) {
        return unlessCut(() -> store.mark(key, token, marker, keepFor));
    }

    @Override
    public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
        return unlessCut(() -> store.renew(key, token, lease));
    }

    @Override
    public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
        return unlessCut(() -> store.release(key, attempt));
    }

    @Override
    public CompletionStage<Boolean> invalidate(Key key) {
        return unlessCut(() -> store.invalidate(key));
    }

    @Override
    public CompletionStage<Optional<Claimed.Handled<V>>> peek(Key key) {
        return unlessCut(() -> store.peek(key));
    }

    @Override
    public Registration hints(Hints<V> hints) {
        return store.hints(hints);
    }

    /** Cuts, and leaves the store to those who share it. */
    @Override
    public void close() {
        cut();
    }
}
