package io.apicache.redis;

import io.apicache.redis.Joined.Entry;
import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Store.Registration;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
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

    private static final int UNANSWERED_IN_A_ROW = 2;

    private final Topology topology;
    private final Function<StoredRecord, Handled<byte[]>> present;
    private final byte[] id = randomId();
    private final byte[] channel;
    private final Joined joined;
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
     * @param present makes an answer for the engine of a record
     */
    Inbox(Topology topology, byte[] prefix, LongSupplier nanoTime, Function<StoredRecord, Handled<byte[]>> present) {
        this.topology = topology;
        joined = new Joined(nanoTime);
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
        joined.add(name);
    }

    /** The record that was joined belongs to the owner of this token. A message about an earlier one comes too late. */
    void joined(RecordName name, long number) {
        Entry entry = joined.get(KeyHash.of(name));
        if (entry == null) { // the message of an earlier owner came before this answer, and took it away
            joined.add(name);
            entry = joined.get(KeyHash.of(name));
        }
        if (entry != null) {
            entry.number = number;
        }
    }

    /** No message about what was joined so far is wanted. */
    void forget() {
        joined.clear();
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
        CompletionStage<? extends StatefulRedisPubSubConnection<byte[], byte[]>> made =
                Safely.call(topology::connectInbox);
        return made.thenCompose(fresh -> {
            try {
                return subscribe(fresh);
            } catch (Throwable e) {
                if (!fresh.equals(connection)) {
                    var unused = fresh.closeAsync();
                }
                throw e;
            }
        });
    }

    private CompletionStage<Void> subscribe(StatefulRedisPubSubConnection<byte[], byte[]> fresh) {
        fresh.addListener(new Incoming(fresh));
        fresh.addListener(new Cut(fresh));
        StatefulRedisPubSubConnection<byte[], byte[]> before = connection;
        subscribed = false;
        connection = fresh;
        if (before != null) {
            var unused = before.closeAsync();
        }
        return closed ? fresh.closeAsync() : fresh.async().subscribe(channel);
    }

    /** Looks whether the connection is alive, and forgets what was joined long ago. Called from time to time. */
    void check() {
        joined.forgetOld();
        StatefulRedisPubSubConnection<byte[], byte[]> checked = connection;
        if (checked == null) {
            return;
        }
        if (!checked.isOpen()) { // Lettuce reconnects by itself, unless what does it has died
            failed();
            return;
        }
        var unused = checked.async().ping().whenComplete((pong, failure) -> {
            if (failure == null || RedisFailures.code(failure) != null) { // an error is an answer, too
                unanswered.set(0);
                if (!subscribed) { // it broke before the reply, and Lettuce repeats only what was confirmed
                    var ignored = checked.async().subscribe(channel);
                }
            } else if (RedisFailures.isTimeout(failure)) {
                failed();
            }
        });
    }

    private void failed() {
        if (unanswered.incrementAndGet() >= UNANSWERED_IN_A_ROW && !closed && replacing.compareAndSet(false, true)) {
            unanswered.set(0);
            try {
                var unused = connect().whenComplete((done, failure) -> replacing.set(false));
            } catch (Throwable e) { // no memory for it now: the next check tries again
                replacing.set(false);
                throw e;
            }
        }
    }

    /** {@return when it is closed} */
    CompletableFuture<Void> close() {
        closed = true;
        listeners.clear();
        joined.clear();
        StatefulRedisPubSubConnection<byte[], byte[]> open = connection;
        return open == null ? CompletableFuture.completedFuture(null) : open.closeAsync();
    }

    // ---- messages

    private void receive(byte[] message) {
        StoredRecord record = StoredRecord.read(message);
        Entry entry = record == null ? null : joined.get(record.hash());
        if (record == null || entry == null || record.number() < entry.number) {
            return; // no waiter here, or it is about an owner before the one that is waited for
        }
        Key key = entry.name.key();
        if (record.state() == StoredRecord.HANDLED && (record.flags() & StoredRecord.NOTICE) == 0) {
            joined.remove(record.hash(), entry);
            Handled<byte[]> handled = present.apply(record);
            tell(hints -> hints.handled(key, handled));
        } else { // of a long response too: one look fetches it for all who have come by now
            tell(hints -> hints.changed(key));
        }
    }

    /** What one listener throws keeps nothing from the others, nor from the connection. */
    private void tell(Consumer<Hints<byte[]>> event) {
        for (Hints<byte[]> listener : listeners) {
            Safely.run(() -> event.accept(listener));
        }
    }

    /** Notes that a connection broke: Lettuce subscribes again when it is back. A busy server may refuse that, and Lettuce does not repeat it. */
    private final class Cut implements RedisConnectionStateListener {
        private final StatefulRedisPubSubConnection<byte[], byte[]> on;

        Cut(StatefulRedisPubSubConnection<byte[], byte[]> on) {
            this.on = on;
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> cut) {
            if (on.equals(connection)) {
                subscribed = false;
            }
        }
    }

    private final class Incoming extends RedisPubSubAdapter<byte[], byte[]> {
        private final StatefulRedisPubSubConnection<byte[], byte[]> on;

        Incoming(StatefulRedisPubSubConnection<byte[], byte[]> on) {
            this.on = on;
        }

        @Override
        public void message(byte[] from, byte[] message) {
            Safely.run(() -> {
                if (Arrays.equals(from, channel)) {
                    receive(message);
                }
            });
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
