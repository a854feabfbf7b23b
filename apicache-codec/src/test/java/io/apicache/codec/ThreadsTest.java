package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.Codec;
import io.apicache.codec.Samples.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(900)
class ThreadsTest {

    private final Codec<Order> codec = EncryptedCodec.encrypting(
            ZstdCodec.builder(Samples.orderCodec().build()).threshold(500).build(), KeyRing.writing(1, Samples.SECRET));

    @Test
    @DisplayName("64 threads get back what each of them has written")
    void sixtyFourThreads() throws Exception {
        run(Executors.newFixedThreadPool(64), 64, 100);
    }

    @Test
    @DisplayName(
            "10,000 virtual threads get back what each of them has written; as many tasks of 256 threads before JDK 21")
    void tenThousandVirtualThreads() throws Exception {
        run(virtualThreads(), 10_000, 1);
    }

    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        if (Runtime.version().feature() < 21) {
            return Executors.newFixedThreadPool(256);
        }
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    private void run(ExecutorService threads, int tasks, int rounds) throws Exception {
        List<Order> orders = List.of(Samples.order(1), Samples.order(5), Samples.order(30));
        List<Future<Boolean>> results = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            Order order = orders.get(task % orders.size());
            results.add(threads.submit(() -> comesBack(order, rounds)));
        }
        for (Future<Boolean> result : results) {
            assertThat(result.get()).isTrue();
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(5, TimeUnit.MINUTES)).isTrue();
    }

    private boolean comesBack(Order order, int rounds) {
        for (int round = 0; round < rounds; round++) {
            if (!codec.decode(Samples.KEY, codec.encode(Samples.KEY, order)).equals(order)) {
                return false;
            }
        }
        return true;
    }
}
