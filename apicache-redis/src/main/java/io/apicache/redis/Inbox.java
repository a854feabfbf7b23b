package io.apicache.redis;

import io.apicache.redis.StoredRecord.KeyHash;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Store.Registration;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where this process is told of changes: one channel with a name that nobody guesses, subscribed once. Its id goes into the records
 * that are joined, and whoever changes such a record sends it there.
 *
 * <p>Messages may be lost, and nothing depends on them: after every new subscription all that wait look again.
 *
 * <p><b>Thread-safety:</b> safe. Messages come in on a thread of the client's, where nothing is decoded and no foreign code runs.
 */
final class Inbox {

    /** Length of an inbox's id in a record. */
    static final int ID_BYTES = 16;

    /** Whoever still waits has joined again within this time. */
    private static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int UNANSWERED_IN_A_ROW = 2;

    private final Topology topology;
    private final Function<RecordName, CompletionStage<@Nullable StoredRecord>> fetch;
    private final Function<StoredRecord, Handled<byte[]>> present;
    private final LongSupplier nanoTime;
    private final byte[] id = randomId();
    private final byte[] channel;
    private final ConcurrentHashMap<KeyHash, Expected> expected = new ConcurrentHashMap<>();
    private final List<Hints<byte[]>> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<?> ready = new CompletableFuture<>();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicBoolean replacing = new AtomicBoolean();
    private volatile @Nullable StatefulRedisPubSubConnection<byte[], byte[]> connection;
    private volatile boolean subscribed; // on that connection, once; from then on Lettuce sees to it
    private volatile boolean closed;

    /**
     * Makes an inbox that is not open yet.
     *
     * @param prefix what stands before the id in the name of the channel
     * @param fetch reads a record whose response was too long for the message
     * @param present makes an answer for the engine of a record
     */
    Inbox(
            Topology topology,
            byte[] prefix,
            LongSupplier nanoTime,
            Function<RecordName, CompletionStage<@Nullable StoredRecord>> fetch,
            Function<StoredRecord, Handled<byte[]>> present) {
        this.topology = topology;
        this.nanoTime = nanoTime;
        this.fetch = fetch;
        this.present = present;
        channel = Arrays.copyOf(prefix, prefix.length + ID_BYTES);
        System.arraycopy(id, 0, channel, prefix.length, ID_BYTES);
    }

    private static byte[] randomId() {
        byte[] random = new byte[ID_BYTES * 3 / 4];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random).getBytes(StandardCharsets.US_ASCII);
    }

    byte[] id() {
        return id;
    }

    Registration hints(Hints<byte[]> hints) {
        Hints<byte[]> entry = new Registered(hints);
        listeners.add(entry);
        return () -> listeners.remove(entry);
    }

    /** A message about this record is wanted. To be called before the record is joined: the message may come before the answer. */
    void expect(RecordName name) {
        long until = nanoTime.getAsLong() + FORGET_NANOS;
        expected.computeIfAbsent(KeyHash.of(name), hash -> new Expected(name)).until = until;
    }

    /** No message about what was joined so far is wanted. */
    void forget() {
        expected.clear();
    }

    // ---- the subscription

    /** Subscribes. {@return completes when messages come in} */
    CompletionStage<?> open() {
        var unused = connect().whenComplete((connected, failure) -> {
            if (failure != null) {
                ready.completeExceptionally(failure);
            }
        });
        return ready;
    }

    private CompletionStage<?> connect() {
        return topology.connectInbox().thenCompose(fresh -> {
            fresh.addListener(new Incoming(fresh));
            StatefulRedisPubSubConnection<byte[], byte[]> before = connection;
            subscribed = false;
            connection = fresh;
            if (before != null) {
                var unused = before.closeAsync();
            }
            if (closed) {
                return fresh.closeAsync();
            }
            return fresh.async().subscribe(channel);
        });
    }

    /** Looks whether the connection is alive, and forgets what nobody waits for. Called from time to time. */
    void check() {
        long now = nanoTime.getAsLong();
        expected.values().removeIf(entry -> now - entry.until > 0);
        StatefulRedisPubSubConnection<byte[], byte[]> checked = connection;
        if (checked == null || !checked.isOpen()) {
            return; // Lettuce reconnects by itself
        }
        var unused = checked.async().ping().whenComplete((pong, failure) -> {
            if (failure == null) {
                unanswered.set(0);
                if (!subscribed) { // it broke before the reply, and Lettuce repeats only what was confirmed
                    var ignored = checked.async().subscribe(channel);
                }
            } else if (RedisFailures.isTimeout(failure) && unanswered.incrementAndGet() >= UNANSWERED_IN_A_ROW) {
                replace();
            }
        });
    }

    private void replace() {
        if (!closed && replacing.compareAndSet(false, true)) {
            unanswered.set(0);
            var unused = connect().whenComplete((done, failure) -> replacing.set(false));
        }
    }

    /** {@return when it is closed} */
    CompletableFuture<Void> close() {
        closed = true;
        listeners.clear();
        expected.clear();
        StatefulRedisPubSubConnection<byte[], byte[]> open = connection;
        return open == null ? CompletableFuture.completedFuture(null) : open.closeAsync();
    }

    // ---- messages

    private void receive(byte[] message) {
        StoredRecord record = StoredRecord.read(message);
        Expected entry = record == null ? null : expected.get(record.hash());
        if (record == null || entry == null) {
            return; // nobody waits for it here any more
        }
        Key key = entry.name.key();
        if (record.state() != StoredRecord.HANDLED) {
            tell(hints -> hints.changed(key));
        } else if ((record.flags() & StoredRecord.NOTICE) == 0) {
            expected.remove(record.hash(), entry);
            Handled<byte[]> handled = present.apply(record);
            tell(hints -> hints.handled(key, handled));
        } else if (entry.fetching.compareAndSet(false, true)) {
            var unused = fetch.apply(entry.name).whenComplete((found, failure) -> {
                entry.fetching.set(false);
                if (failure == null && found != null && found.state() == StoredRecord.HANDLED) {
                    Handled<byte[]> handled = present.apply(found);
                    tell(hints -> hints.handled(key, handled));
                } else {
                    tell(hints -> hints.changed(key));
                }
            });
        }
    }

    private void tell(Consumer<Hints<byte[]>> event) {
        listeners.forEach(event);
    }

    private final class Incoming extends RedisPubSubAdapter<byte[], byte[]> {
        private final StatefulRedisPubSubConnection<byte[], byte[]> on;

        Incoming(StatefulRedisPubSubConnection<byte[], byte[]> on) {
            this.on = on;
        }

        @Override
        public void message(byte[] from, byte[] message) {
            if (Arrays.equals(from, channel)) {
                receive(message);
            }
        }

        @Override
        public void subscribed(byte[] to, long count) {
            if (on.equals(connection)) {
                subscribed = true;
            }
            if (!ready.complete(null)) {
                tell(Hints::missed);
            }
        }
    }

    /** A record that was joined. */
    private static final class Expected {
        final RecordName name;
        final AtomicBoolean fetching = new AtomicBoolean();
        volatile long until;

        Expected(RecordName name) {
            this.name = name;
        }
    }

    /** One registration of a listener, which may be registered more than once. */
    private record Registered(Hints<byte[]> to) implements Hints<byte[]> {

        @Override
        public void changed(Key key) {
            to.changed(key);
        }

        @Override
        public void handled(Key key, Handled<byte[]> record) {
            to.handled(key, record);
        }

        @Override
        public void missed() {
            to.missed();
        }
    }
}
