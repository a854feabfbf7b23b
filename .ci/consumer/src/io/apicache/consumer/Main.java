package io.apicache.consumer;

import io.apicache.ApiCache;
import io.apicache.Codec;
import io.apicache.StoreUnavailableException;
import io.apicache.codec.KryoCodec;
import io.apicache.codec.ZstdCodec;
import io.apicache.memory.MemoryStore;
import io.apicache.redis.RedisStore;
import io.apicache.spi.Key;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

final class Main {

    private Main() {}

    public static void main(String... arguments) throws Exception {
        memory();
        codec();
        redis();
    }

    private static void memory() throws Exception {
        AtomicInteger executions = new AtomicInteger();
        try (ApiCache<String> cache = ApiCache.over(MemoryStore.<String>builder().evictWhenFull().build()).build()) {
            String first = cache.execute("id", Duration.ofSeconds(1), () -> "answer " + executions.incrementAndGet());
            String second = cache.execute("id", Duration.ofSeconds(1), () -> "answer " + executions.incrementAndGet());
            Module module = cache.getClass().getModule();
            check(module.isNamed() && second.equals(first) && executions.get() == 1, module + ": " + first + ", " + second);
            System.out.println(first + ", given twice and computed once by " + module);
        }
    }

    private static void codec() {
        Codec<Payment> codec = ZstdCodec.around(KryoCodec.of(Payment.class));
        Key key = new Key("consumer", "id");
        Payment payment = new Payment("7".repeat(100_000), 100);
        byte[] bytes = codec.encode(key, payment);
        check(bytes.length < 10_000 && codec.decode(key, bytes).equals(payment), bytes.length + " bytes");
        System.out.println("a record of Kryo and zstd: " + bytes.length + " bytes");
    }

    /** There is no Redis here, and that is said. */
    private static void redis() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (RedisStore store = RedisStore.connect("redis://127.0.0.1:" + port)) {
            throw new AssertionError("connected to nothing: " + store);
        } catch (StoreUnavailableException e) {
            String said = e.getMessage(); // what failed, and not where: an address may hold a secret
            check(said.contains("Redis does not answer") && !said.contains(String.valueOf(port)), said);
            System.out.println(e.getMessage());
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
