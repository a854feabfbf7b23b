package io.apicache.examples.grpc;

import static io.apicache.examples.grpc.TwoServers.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.examples.StandstillTimer;
import io.apicache.examples.grpc.TwoServers.Setup;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients, servers and handlers that end before their time. */
@Timeout(900)
@ParameterizedClass
@EnumSource(Place.class)
class EndsTest {

    @Parameter
    private Place place;

    @Test
    @DisplayName(
            "L1 a deadline that is shorter than the work ends the call, not the work: a later call gets its answer")
    void aDeadlineEndsTheCallAndNotTheWork() throws Exception {
        AtomicReference<Context> seen = new AtomicReference<>();
        TestBank.Work work = (bank, execution) -> {
            seen.set(Context.current());
            bank.awaitGate();
            return "payment " + execution;
        };
        try (TestBank bank = TestBank.that(work);
                TwoServers servers = new TwoServers(place, bank)) {
            ManagedChannel first = servers.first();
            until(() -> first.getState(true) == ConnectivityState.READY); // connecting does not count
            Call call;
            long deadlineMillis = 500;
            do { // a machine that takes longer until the work begins is given more time
                deadlineMillis *= 2;
                Call next = Call.payWithin(deadlineMillis, first, "key", "order");
                until(() -> seen.get() != null || next.isOver());
                call = next;
            } while (seen.get() == null);

            assertThat(call.failure().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);

            assertThat(seen.get().isCancelled()).isFalse();
            assertThat(seen.get().getDeadline()).isNull();
            Call later = Call.pay(servers.second(), "key", "order");
            until(() -> servers.isBusy(1));
            bank.open();
            assertThat(later.answer()).isEqualTo("payment 1");
            assertThat(later.isReplayed()).isTrue();
            assertThat(bank.executions()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("W2 a call that waits past its deadline ends with it, and leaves no waiter")
    void aWaitEndsWithTheDeadline() throws Exception {
        try (TestBank bank = TestBank.gated();
                TwoServers servers = new TwoServers(place, bank)) {
            Call first = Call.pay(servers.first(), "key", "order");
            until(() -> bank.executions() == 1);

            Status status =
                    Call.payWithin(300, servers.second(), "key", "order").failure();

            // of the client's clock and the server's, either may be the first
            assertThat(status.getCode()).isIn(Code.DEADLINE_EXCEEDED, Code.UNAVAILABLE);
            assertThat(first.isOver()).isFalse();
            until(() -> !servers.isBusy(1));
            bank.open();
            assertThat(first.answer()).isEqualTo("payment 1");
            assertThat(bank.executions()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("C3 a client that goes away while it waits leaves no waiter, and does not touch the work")
    void aCancelledWaitLeavesNoTrace() throws Exception {
        try (TestBank bank = TestBank.gated();
                TwoServers servers = new TwoServers(place, bank)) {
            Call first = Call.pay(servers.first(), "key", "order");
            until(() -> bank.executions() == 1);
            Call waiting = Call.pay(servers.second(), "key", "order");
            until(() -> servers.isBusy(1));

            waiting.cancel();

            until(() -> !servers.isBusy(1));
            assertThat(waiting.failure().getCode()).isEqualTo(Code.CANCELLED);
            bank.open();
            assertThat(first.answer()).isEqualTo("payment 1");
            assertThat(bank.executions()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("H1 a client that goes away while its call is worked on finds the answer when it is back")
    void workOutlivesItsClient() throws Exception {
        AtomicReference<Context> seen = new AtomicReference<>();
        TestBank.Work work = (bank, execution) -> {
            seen.set(Context.current());
            bank.awaitGate();
            return "payment " + execution;
        };
        try (TestBank bank = TestBank.that(work);
                TwoServers servers = new TwoServers(place, bank)) {
            Call call = Call.pay(servers.first(), "key", "order");
            until(() -> seen.get() != null);

            call.cancel();

            assertThat(call.failure().getCode()).isEqualTo(Code.CANCELLED);
            Call back = Call.pay(servers.second(), "key", "order");
            until(() -> servers.isBusy(1));
            assertThat(seen.get().isCancelled()).isFalse();
            bank.open();
            assertThat(back.answer()).isEqualTo("payment 1");
            assertThat(bank.executions()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("W3 if the work fails with two waiters, one takes over and both get its answer")
    void oneWaiterTakesOver() throws Exception {
        TestBank.Work failsOnce = (bank, execution) -> {
            if (execution == 1) {
                bank.awaitGate();
                throw Status.UNAVAILABLE.asException();
            }
            return "payment " + execution;
        };
        try (TestBank bank = TestBank.that(failsOnce);
                TwoServers servers = new TwoServers(place, bank)) {
            Call first = Call.pay(servers.first(), "key", "order");
            until(() -> bank.executions() == 1);
            Call here = Call.pay(servers.first(), "key", "order");
            Call there = Call.pay(servers.second(), "key", "order");
            until(() -> servers.waiters(0) == 1 && servers.isBusy(1));

            bank.open();

            assertThat(first.failure().getCode()).isEqualTo(Code.UNAVAILABLE);
            assertThat(here.answer()).isEqualTo("payment 2");
            assertThat(there.answer()).isEqualTo("payment 2");
            assertThat(bank.executions()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("L1 a server that dies at work is succeeded by another, and one payment is made")
    void aServerThatDiesIsSucceeded() throws Exception {
        ScheduledExecutorService dead = new StandstillTimer(); // a process that has died renews nothing
        AtomicInteger caches = new AtomicInteger();
        Setup firstIsMortal = Setup.USUAL.cache(cache -> caches.incrementAndGet() == 1
                ? cache.lease(Duration.ofSeconds(1)).scheduler(dead)
                : cache);
        AtomicInteger payments = new AtomicInteger();
        TestBank.Work firstDies = (bank, execution) -> {
            if (execution == 1) {
                bank.awaitGate();
                throw Status.ABORTED.asException();
            }
            return "payment " + payments.incrementAndGet();
        };
        try (TestBank bank = TestBank.that(firstDies);
                TwoServers servers = new TwoServers(place.twoStores(), PaymentService.of(bank), firstIsMortal)) {
            Call cut = Call.pay(servers.first(), "key", "order");
            until(() -> bank.executions() == 1);
            cut.cancel(); // its connection broke

            Call retry = Call.pay(servers.second(), "key", "order");

            assertThat(retry.answer()).isEqualTo("payment 1");
            assertThat(Call.pay(servers.second(), "key", "order").answer()).isEqualTo("payment 1");
            assertThat(payments).hasValue(1);
            bank.open();
        }
    }

    @Test
    @DisplayName(
            "C4 C5 L2 an owner that lost its claim is cancelled and cannot answer; its successor has a greater token")
    void anOwnerThatLostItsClaimCannotAnswer() throws Exception {
        List<Long> tokens = new CopyOnWriteArrayList<>();
        CountDownLatch cancelled = new CountDownLatch(1);
        TestBank.Work firstHangs = (bank, execution) -> {
            tokens.add(Objects.requireNonNull(IdempotencyInterceptor.TOKEN.get()));
            if (execution == 1) {
                Context.current().addListener(lost -> cancelled.countDown(), Runnable::run);
                bank.awaitGate();
            }
            return "payment " + execution;
        };
        Duration lease =
                Duration.ofMillis(1_500); // given up and not renewed after one length: as if the server were dead
        AtomicInteger caches = new AtomicInteger();
        Setup forgetful = Setup.USUAL.cache(
                cache -> caches.incrementAndGet() == 1 ? cache.lease(lease).workLimit(lease) : cache);
        try (TestBank bank = TestBank.that(firstHangs);
                TwoServers servers = new TwoServers(place.twoStores(), PaymentService.of(bank), forgetful)) {
            Call hanging = Call.pay(servers.first(), "key", "order");
            until(() -> tokens.size() == 1);

            Call next = Call.pay(servers.second(), "key", "order");

            assertThat(next.answer()).isEqualTo("payment 2");
            assertThat(cancelled.await(5, TimeUnit.MINUTES)).isTrue();
            bank.open();
            assertThat(hanging.failure().getCode()).isEqualTo(Code.UNAVAILABLE);
            assertThat(tokens.get(1)).isGreaterThan(tokens.get(0));
            assertThat(Call.pay(servers.first(), "key", "order").answer()).isEqualTo("payment 2");
            assertThat(bank.executions()).isEqualTo(2);
        }
    }
}
