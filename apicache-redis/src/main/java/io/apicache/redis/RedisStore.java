package io.apicache.redis;

import io.apicache.Codec;
import io.apicache.StoreUnavailableException;
import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Store;
import io.apicache.spi.Stored;
import io.apicache.spi.Time;
import io.apicache.spi.Token;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Records in Redis, shared by a cluster of processes: on one server, behind Sentinel, or in a Redis Cluster; Redis 6.2 or later, or
 * Valkey. A replay costs one command and no write. Who waits is woken by a message and does not poll.
 *
 * <pre>{@code
 * RedisStore redis = RedisStore.connect("redis://localhost:6379");
 * ApiCache<Invoice> cache = ApiCache.over(redis.as(KryoCodec.of(Invoice.class))).namespace("invoices").build();
 * }</pre>
 *
 * <p>One store serves any number of caches. It holds two connections, whatever the load. What a failover, an eviction or a lost
 * server does to records is in {@code docs/guarantees.md}; keys, bytes, permissions and sizing are in {@code docs/redis.md}.
 *
 * <p><b>Thread-safety:</b> safe. Answers come on threads of the client's.
 */
@SuppressWarnings("exports") // @Nullable is for tools: callers compile without it
public final class RedisStore implements Store<byte[]> {

    private final @Nullable LateStart start;
    private volatile Connector.@Nullable Opened opened;
    private final AtomicBoolean closed = new AtomicBoolean();

    RedisStore(Connector.Opened opened) {
        this.opened = opened;
        start = null;
    }

    /** Goes on trying to connect. */
    private RedisStore(Connector connector, StoreUnavailableException fault) {
        start = new LateStart(connector, fault, parts -> opened = parts);
        start.start();
    }

    /**
     * Connects with the usual settings, to whatever is there: one server, or a node of a cluster.
     *
     * @param uri as Lettuce reads it: {@code redis://user:password@host:6379/0}, {@code rediss://} for TLS, or
     *     {@code redis-sentinel://host1,host2/0#master}
     * @return the store; to be closed in the end
     * @throws StoreUnavailableException if there is no answer
     * @throws IllegalStateException if the server is too old, is a replica, or lacks or denies a command that is needed; also if the client
     *     on the class path is too old
     * @throws IllegalArgumentException if the URI cannot be read
     */
    public static RedisStore connect(String uri) {
        return builder(uri).connect();
    }

    /**
     * Starts a store with a client of its own, set up for this protocol: a command is sent at most once, and fails within the command
     * time-out.
     *
     * @param uri where to, see {@link #connect}
     * @return settings to change
     */
    public static Builder builder(String uri) {
        ClientVersion.requireFit();
        return builder(OwnClient.uri(Objects.requireNonNull(uri, "uri")));
    }

    /**
     * Starts a store with a client of its own.
     *
     * @param uri where to, with credentials and TLS settings; a command time-out in it is not used
     * @return settings to change
     */
    public static Builder builder(RedisURI uri) {
        ClientVersion.requireFit();
        RedisURI copy = OwnClient.copyOf(Objects.requireNonNull(uri, "uri"));
        return new Builder((settings, cluster) -> {
            if (settings.clientName != null) {
                copy.setClientName(settings.clientName);
            }
            copy.setTimeout(OwnClient.CONNECT_TIMEOUT);
            return cluster
                    ? OwnClient.cluster(copy, settings.commandTimeout, settings.longestRecord())
                    : OwnClient.single(copy, settings.commandTimeout, settings.longestRecord());
        });
    }

    /**
     * Starts a store on a client that the caller owns and closes. Its options apply; {@code docs/redis.md} says which are advised.
     *
     * @param client a client for one server or Sentinel
     * @param uri where to
     * @return settings to change
     */
    public static Builder builder(RedisClient client, RedisURI uri) {
        ClientVersion.requireFit();
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(uri, "uri");
        return new Builder((settings, cluster) -> {
            if (cluster) {
                throw new IllegalStateException("the server is a node of a cluster: hand in a RedisClusterClient");
            }
            return new Topology.Single(client, uri, () -> {});
        });
    }

    /**
     * Starts a store on a client that the caller owns and closes. Its options apply; {@code docs/redis.md} says which are advised.
     *
     * @param client a client for a cluster
     * @return settings to change
     */
    public static Builder builder(RedisClusterClient client) {
        ClientVersion.requireFit();
        Objects.requireNonNull(client, "client");
        return new Builder((settings, cluster) -> new Topology.Cluster(client, () -> {}));
    }

    /**
     * Makes a store of responses of this store of bytes.
     *
     * @param codec turns responses into bytes and back, on the threads of callers
     * @param <R> the response type
     * @return a view of this store; closing it closes this store
     */
    @SuppressWarnings("unchecked") // R is byte[] then
    public <R> Store<R> as(Codec<R> codec) {
        // Bytes are copied on their way into a record and out of it: once is enough.
        return Objects.requireNonNull(codec, "codec").equals(Codec.bytes())
                ? (Store<R>) this
                : as(codec::encode, codec::decode);
    }

    @Override
    public CompletionStage<Claimed<byte[]>> claim(Key key, Attempt attempt) {
        Connector.Opened parts = opened;
        return parts == null ? refuse("claim", key) : parts.asking().claim(key, attempt);
    }

    @Override
    public CompletionStage<Claimed<byte[]>> join(Key key, Attempt attempt) {
        Connector.Opened parts = opened;
        return parts == null ? refuse("join", key) : parts.asking().join(key, attempt);
    }

    @Override
    public CompletionStage<Stored<byte[]>> handle(Key key, Token token, byte[] value, Duration keepFor) {
        Connector.Opened parts = opened;
        return parts == null ? refuse("handle", key) : parts.moves().handle(key, token, value, keepFor);
    }

    @Override
    public CompletionStage<Stored<byte[]>> mark(Key key, Token token, Marker marker, Duration keepFor) {
        Connector.Opened parts = opened;
        return parts == null ? refuse("mark", key) : parts.moves().mark(key, token, marker, keepFor);
    }

    @Override
    public CompletionStage<Boolean> renew(Key key, Token token, Duration lease) {
        Connector.Opened parts = opened;
        return parts == null ? refuse("renew", key) : parts.moves().renew(key, token, lease);
    }

    @Override
    public CompletionStage<Boolean> release(Key key, AttemptId attempt) {
        Connector.Opened parts = opened;
        return parts == null ? refuse("release", key) : parts.moves().release(key, attempt);
    }

    @Override
    public CompletionStage<Boolean> invalidate(Key key) {
        Connector.Opened parts = opened;
        return parts == null ? refuse("invalidate", key) : parts.moves().invalidate(key);
    }

    @Override
    public CompletionStage<Optional<Claimed.Handled<byte[]>>> peek(Key key) {
        Connector.Opened parts = opened;
        return parts == null ? refuse("peek", key) : parts.moves().peek(key);
    }

    @Override
    public Registration hints(Hints<byte[]> hints) {
        Objects.requireNonNull(hints, "hints");
        Connector.Opened parts = opened;
        return parts == null
                ? Objects.requireNonNull(start).hints(hints)
                : parts.inbox().hints(hints);
    }

    private <T> CompletionStage<T> refuse(String verb, Key key) {
        return Objects.requireNonNull(start).refuse(verb, key);
    }

    /** Closes the two connections, and the client if it is the store's own. Open stages fail. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            if (start != null) {
                start.close();
            }
            Connector.Opened parts = opened;
            if (parts != null) {
                parts.close();
            }
        }
    }

    /** {@return what kind of server it talks to} */
    @Override
    public String toString() {
        Connector.Opened parts = opened;
        String server =
                parts == null ? "not connected yet" : parts.link().server().describe();
        return "RedisStore[" + server + (closed.get() ? ", closed]" : "]");
    }

    /**
     * Settings of a store. Not thread-safe.
     */
    public static final class Builder {

        /** Makes the client, once it is known whether the server belongs to a cluster. */
        @FunctionalInterface
        interface TopologyFactory {
            Topology create(Builder settings, boolean cluster);
        }

        private static final Duration LEAST_TIMEOUT = Duration.ofMillis(50);
        private static final Duration MOST_TIMEOUT = Duration.ofSeconds(4);
        private static final int MOST_INLINE = 1024 * 1024;
        private static final int LEAST_LARGEST = StoredRecord.MOST_INBOXES * Inbox.ID_BYTES; // of a claim
        private static final int MOST_LARGEST = 512 * 1024 * 1024 - StoredRecord.HEADER;

        final TopologyFactory topologies;
        KeyLayout layout = new KeyLayout("ac");
        Duration commandTimeout = Duration.ofSeconds(1);
        int inlineLimit = 16 * 1024;
        private int largestResponse = 16 * 1024 * 1024;
        Time time = Time.system();

        private boolean startWhenUnavailable;

        @Nullable
        String clientName;

        Builder(TopologyFactory topologies) {
            this.topologies = topologies;
        }

        /** {@return settings that no longer change} */
        private Builder copy() {
            Builder copy = new Builder(topologies);
            copy.layout = layout;
            copy.commandTimeout = commandTimeout;
            copy.inlineLimit = inlineLimit;
            copy.largestResponse = largestResponse;
            copy.time = time;
            copy.clientName = clientName;
            return copy;
        }

        /**
         * Sets what every key and channel begins with.
         *
         * @param prefix 1 to 32 letters, digits, dots, underscores or hyphens; {@code ac} by default
         * @return this
         */
        public Builder prefix(String prefix) {
            layout = new KeyLayout(prefix);
            return this;
        }

        /**
         * Sets how long a command may take before its outcome is unknown. A client that was handed in keeps its own time-out.
         *
         * @param timeout 50 ms to 4 s; 1 s by default. A lease should be at least three times as long
         * @return this
         */
        public Builder commandTimeout(Duration timeout) {
            Objects.requireNonNull(timeout, "timeout");
            if (timeout.compareTo(LEAST_TIMEOUT) < 0 || timeout.compareTo(MOST_TIMEOUT) > 0) {
                throw new IllegalArgumentException(
                        "timeout is " + timeout + ", accepted are " + LEAST_TIMEOUT + " to " + MOST_TIMEOUT);
            }
            commandTimeout = timeout;
            return this;
        }

        /**
         * Sets up to which size a response is sent along with the message that wakes those who wait. Of a longer one they are told, and
         * each process fetches it once.
         *
         * @param bytes 0 (never sent along) to 1 MiB; 16 KiB by default
         * @return this
         */
        public Builder inlineLimit(int bytes) {
            if (bytes < 0 || bytes > MOST_INLINE) {
                throw new IllegalArgumentException("bytes is " + bytes + ", accepted are 0 to " + MOST_INLINE);
            }
            inlineLimit = bytes;
            return this;
        }

        /**
         * Sets the largest response, as the codec encodes it. {@code handle} throws {@code ResponseTooLargeException} for a larger one.
         * A larger value under the name of a record is not read: all ids share one connection, and would wait for it. Set it
         * alike in all processes.
         *
         * @param bytes 16,384 to 536,870,828; 16 MiB by default
         * @return this
         */
        public Builder largestResponse(int bytes) {
            if (bytes < LEAST_LARGEST || bytes > MOST_LARGEST) {
                throw new IllegalArgumentException(
                        "bytes is " + bytes + ", accepted are " + LEAST_LARGEST + " to " + MOST_LARGEST);
            }
            largestResponse = bytes;
            return this;
        }

        /** {@return the length of the longest record, header included} */
        int longestRecord() {
            return StoredRecord.HEADER + largestResponse;
        }

        /**
         * Names this process in {@code CLIENT LIST}. Without effect on a client that was handed in.
         *
         * @param name without spaces
         * @return this
         */
        public Builder nodeName(String name) {
            if (!name.matches("[!-~]{1,64}")) {
                throw new IllegalArgumentException("name must be 1 to 64 printable ASCII characters without spaces");
            }
            clientName = name;
            return this;
        }

        /** What the time at the server is reckoned by between its answers. */
        Builder time(Time time) {
            this.time = time;
            return this;
        }

        /**
         * Lets {@link #connect} return a store though Redis does not answer. The store goes on trying, about twice a second. Until it is
         * connected every call fails with {@code StoreUnavailableException}, outcome {@code NOT_EXECUTED}, and the reason of the last
         * attempt. The first connection is checked as {@link #connect} does; what is found wrong then is such a reason. A reason
         * is logged when it changes. Without this setting {@code connect} throws.
         *
         * @return this
         */
        public Builder startWhenUnavailable() {
            startWhenUnavailable = true;
            return this;
        }

        /**
         * Connects, and tries every move once, so that a server that does not fit is found now.
         *
         * @return the store; to be closed in the end
         * @throws StoreUnavailableException if there is no answer, unless {@link #startWhenUnavailable} was set
         * @throws IllegalStateException if there is a server, and it is too old, is a replica, or lacks or denies a command that is needed
         */
        public RedisStore connect() {
            Connector connector = new Connector(copy());
            try {
                return new RedisStore(connector.open());
            } catch (StoreUnavailableException e) {
                if (!startWhenUnavailable) {
                    throw e;
                }
                return new RedisStore(connector, e);
            }
        }
    }
}
