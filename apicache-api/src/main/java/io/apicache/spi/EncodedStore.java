package io.apicache.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store seen through an encoding. Nothing is decoded before a receiver asks for the value, on its own thread. */
final class EncodedStore<V, R> implements Store<R> {

    private final Store<V> store;
    private final BiFunction<Key, ? super R, ? extends V> encode;
    private final BiFunction<Key, ? super V, ? extends R> decode;

    EncodedStore(
            Store<V> store,
            BiFunction<Key, ? super R, ? extends V> encode,
            BiFunction<Key, ? super V, ? extends R> decode) {
        this.store = store;
        this.encode = Objects.requireNonNull(encode, "encode");
        this.decode = Objects.requireNonNull(decode, "decode");
    }

    @Override
    public CompletionStage<Claimed<R>> claim(Key key, Attempt attempt) {
        return store.claim(key, attempt).thenApply(claimed -> decoded(key, claimed));
    }

    @Override
    public CompletionStage<Claimed<R>> join(Key key, Attempt attempt) {
        return store.join(key, attempt).thenApply(claimed -> decoded(key, claimed));
    }

    @Override
    public CompletionStage<Stored<R>> handle(Key key, Token token, R value, Duration keepFor) {
        return prepare(key, token, value, keepFor).get();
    }

    @Override
    public Supplier<CompletionStage<Stored<R>>> prepare(Key key, Token token, R value, Duration keepFor) {
        Supplier<CompletionStage<Stored<V>>> prepared = store.prepare(key, token, encode.apply(key, value), keepFor);
        return () -> prepared.get().thenApply(stored -> decoded(key, stored));
    }

    @Override
    public CompletionStage<Stored<R>> mark(Key key, Token token, Marker marker, Duration keepFor) {
        return store.mark(key, token, marker, keepFor).thenApply(stored -> decoded(key, stored));
    }

    @Override
    public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
        return store.renew(key, token, lease);
    }

    @Override
    public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
        return store.release(key, attempt);
    }

    @Override
    public CompletionStage<Boolean> invalidate(Key key) {
        return store.invalidate(key);
    }

    @Override
    public CompletionStage<Optional<Claimed.Handled<R>>> peek(Key key) {
        return store.peek(key).thenApply(found -> found.map(handled -> new Decoded(key, handled)));
    }

    @Override
    public Claimed.@Nullable Handled<R> peekLocal(Key key) {
        Claimed.Handled<V> handled = store.peekLocal(key);
        return handled == null ? null : new Decoded(key, handled);
    }

    @Override
    public Registration hints(Hints<R> hints) {
        return store.hints(new Hints<V>() {
            @Override
            public void changed(Key key) {
                hints.changed(key);
            }

            @Override
            public void handled(Key key, Claimed.Handled<V> handled) {
                hints.handled(key, new Decoded(key, handled));
            }

            @Override
            public void missed() {
                hints.missed();
            }
        });
    }

    @Override
    public void close() {
        store.close();
    }

    private Claimed<R> decoded(Key key, Claimed<V> claimed) {
        if (claimed instanceof Claimed.Granted<V> granted) {
            return new Claimed.Granted<>(granted.token(), granted.takenOver());
        }
        if (claimed instanceof Claimed.Pending<V> pending) {
            return new Claimed.Pending<>(pending.number(), pending.leaseLeft(), pending.fingerprint());
        }
        if (claimed instanceof Claimed.Handled<V> handled) {
            return new Decoded(key, handled);
        }
        return new Claimed.Unprotected<>();
    }

    private Stored<R> decoded(Key key, Stored<V> stored) {
        if (stored instanceof Stored.Accepted<V> accepted) {
            return new Stored.Accepted<>(new Decoded(key, accepted.record()));
        }
        return stored instanceof Stored.Stale<V> ? new Stored.Stale<>() : new Stored.Lost<>();
    }

    private final class Decoded implements Claimed.Handled<R> {

        private final Key key;
        private final Claimed.Handled<V> handled;

        Decoded(Key key, Claimed.Handled<V> handled) {
            this.key = key;
            this.handled = handled;
        }

        @Override
        public R value() {
            return decode.apply(key, handled.value());
        }

        @Override
        public long number() {
            return handled.number();
        }

        @Override
        public @Nullable Digest fingerprint() {
            return handled.fingerprint();
        }

        @Override
        public Instant handledAt() {
            return handled.handledAt();
        }

        @Override
        public Duration age() {
            return handled.age();
        }

        @Override
        public @Nullable Marker marker() {
            return handled.marker();
        }
    }
}
