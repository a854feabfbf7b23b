package io.apicache.benchmarks.peers;

import io.lettuce.core.RedisClient;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What is written by hand most often: {@code SET NX PX} of a marker under the id, the response over it in the end, and whoever finds the
 * marker looks again at intervals. The owner does not prove that the marker is still its own, and nothing is renewed.
 */
final class PollingPeer implements Peer {

    private static final byte[] MARKER = {0};

    private final RedisClient client;
    private final RedisCommands<byte[], byte[]> commands;
    private final Duration interval;

    PollingPeer(String uri, Duration interval) {
        this.interval = interval;
        client = RedisClient.create(uri);
        commands = client.connect(ByteArrayCodec.INSTANCE).sync();
    }

    @Override
    public byte @Nullable [] answer(String id, Duration maxWait, Callable<byte[]> work) throws Exception {
        byte[] key = ("polled:" + id).getBytes(StandardCharsets.UTF_8);
        long deadline = System.nanoTime() + maxWait.toNanos();
        while (true) {
            byte[] found = commands.get(key);
            if (found == null) {
                String taken = commands.set(key, MARKER, SetArgs.Builder.nx().px(LEASE));
                if (taken != null) {
                    byte[] response = work.call();
                    commands.set(key, response, SetArgs.Builder.px(KEEP));
                    return response;
                }
            } else if (!Arrays.equals(found, MARKER)) {
                return found;
            }
            if (deadline - System.nanoTime() <= 0) {
                return null;
            }
            Thread.sleep(interval.toMillis());
        }
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
