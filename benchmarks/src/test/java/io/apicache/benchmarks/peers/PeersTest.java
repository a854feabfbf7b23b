package io.apicache.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Those who are compared do the job: otherwise their times would say nothing. */
class PeersTest {

    private static final int CALLERS = 8;
    private static Server server;

    @BeforeAll
    static void startServer() {
        server = new Server();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("all callers in two processes get the one answer of the one execution, at once and later")
    void oneExecutionOneAnswer(Peers kind) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try (Peer here = kind.open(server.uri());
                Peer there = kind.open(server.uri())) {
            for (int i = 0; i < 10; i++) {
                String id = kind + "-" + i;
                AtomicInteger executions = new AtomicInteger();
                CyclicBarrier start = new CyclicBarrier(CALLERS);
                List<Future<byte[]>> answers = new ArrayList<>();
                for (int c = 0; c < CALLERS; c++) {
                    Peer peer = c % 2 == 0 ? here : there;
                    byte number = (byte) c;
                    answers.add(callers.submit(() -> {
                        start.await();
                        return peer.answer(id, Duration.ofMinutes(5), () -> {
                            executions.incrementAndGet();
                            Thread.sleep(20);
                            return new byte[] {1, number};
                        });
                    }));
                }
                byte[] first = answers.get(0).get(5, TimeUnit.MINUTES);

                for (Future<byte[]> answer : answers) {
                    assertThat(answer.get(5, TimeUnit.MINUTES)).isEqualTo(first);
                }
                assertThat(executions).hasValue(1);
                assertThat(here.answer(id, Duration.ZERO, () -> new byte[0])).isEqualTo(first);
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("who does not want to wait is told so")
    void whoDoesNotWaitGetsNothing(Peers kind) throws Exception {
        ExecutorService owner = Executors.newSingleThreadExecutor();
        try (Peer here = kind.open(server.uri());
                Peer there = kind.open(server.uri())) {
            CyclicBarrier working = new CyclicBarrier(2);
            String id = kind + "-busy";
            Future<byte[]> response = owner.submit(() -> here.answer(id, Duration.ZERO, () -> {
                working.await();
                working.await();
                return new byte[] {7};
            }));
            working.await();

            assertThat(there.answer(id, Duration.ZERO, () -> new byte[] {8})).isNull();

            working.await();
            assertThat(response.get(5, TimeUnit.MINUTES)).containsExactly(7);
        } finally {
            owner.shutdownNow();
        }
    }
}
