package io.apicache.examples.grpc;

import static io.apicache.examples.grpc.TwoServers.until;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.examples.grpc.TwoServers.Setup;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is an answer, and who gets it. */
@Timeout(900)
@ParameterizedClass
@EnumSource(Place.class)
class AnswersTest {

    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private static final List<Code> FAILURES = List.of(
            Code.UNAVAILABLE, Code.ABORTED, Code.INTERNAL, Code.CANCELLED, Code.DEADLINE_EXCEEDED, Code.UNKNOWN);

    @Parameter
    private Place place;

    private TwoServers servers(TestBank bank, Setup setup) {
        return new TwoServers(place.twoStores(), PaymentService.of(bank), setup);
    }

    @Test
    @DisplayName("C1 H1 of hedged attempts one executes, and all calls with the key get its answer")
    void hedgedAttemptsExecuteOnce() throws Exception {
        try (TestBank bank = TestBank.gated();
                TwoServers servers = new TwoServers(place, bank)) {
            ManagedChannel hedging = servers.open(Channels.hedging(servers.addresses(), 5));
            Call call = Call.pay(hedging, "key", "order");
            until(() -> servers.counts.attempts.sum() == 5);

            bank.open();

            assertThat(call.answer()).isEqualTo("payment 1");
            Call later = Call.pay(servers.second(), "key", "order");
            assertThat(later.answer()).isEqualTo("payment 1");
            assertThat(later.isReplayed()).isTrue();
            assertThat(servers.counts.repeated.sum()).isEqualTo(4);
            assertThat(bank.executions()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("H1 an answer that is lost between the work and the client comes with the next attempt")
    void aLostAnswerComesWithTheNextAttempt() throws Exception {
        try (TestBank bank = TestBank.quick();
                TwoServers servers = servers(bank, Setup.USUAL.losing())) {
            ManagedChannel retrying = servers.open(Channels.retrying(servers.addresses()));

            Call call = Call.pay(retrying, "key", "order");

            assertThat(call.answer()).isEqualTo("payment 1");
            assertThat(call.isReplayed()).isTrue();
            assertThat(servers.counts.lost.sum()).isEqualTo(1);
            assertThat(bank.executions()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("H1 a refusal is an answer: code, text and details are replayed")
    void aRefusalIsReplayed() throws Exception {
        for (Code code : List.of(Code.FAILED_PRECONDITION, Code.NOT_FOUND)) {
            TestBank.Work refusal = (bank, execution) -> {
                Metadata trailers = new Metadata();
                trailers.put(DETAILS, ("details " + execution).getBytes(UTF_8));
                throw code.toStatus().withDescription("refused " + execution).asException(trailers);
            };
            try (TestBank bank = TestBank.that(refusal);
                    TwoServers servers = new TwoServers(place, bank)) {
                for (ManagedChannel server : List.of(servers.first(), servers.second())) {
                    Call call = Call.pay(server, "key", "order");

                    Status status = call.failure();
                    assertThat(status.getCode()).isEqualTo(code);
                    assertThat(status.getDescription()).isEqualTo("refused 1");
                    assertThat(call.trailer(DETAILS)).isEqualTo("details 1".getBytes(UTF_8));
                }
                assertThat(bank.executions()).isEqualTo(1);
                assertThat(servers.counts.replays.sum()).isEqualTo(1);
            }
        }
    }

    @Test
    @DisplayName("W3 a failure is no answer: the next call is worked on")
    void aFailureIsNotKept() throws Exception {
        TestBank.Work failsEveryOtherTime = (bank, execution) -> {
            if (execution % 2 == 1) {
                throw FAILURES.get(execution / 2)
                        .toStatus()
                        .withDescription("cannot tell")
                        .asException();
            }
            return "payment " + execution;
        };
        try (TestBank bank = TestBank.that(failsEveryOtherTime);
                TwoServers servers = new TwoServers(place, bank)) {
            ManagedChannel first = servers.first();
            ManagedChannel second = servers.second();
            for (Code code : FAILURES) {
                Status failure = Call.pay(first, code.name(), "order").failure();
                Call retry = Call.pay(second, code.name(), "order");

                assertThat(failure.getCode()).isEqualTo(code);
                assertThat(failure.getDescription()).isEqualTo("cannot tell");
                assertThat(retry.answer()).isEqualTo("payment " + bank.executions());
                assertThat(retry.isReplayed()).isFalse();
            }
            assertThat(bank.executions()).isEqualTo(2 * FAILURES.size());
        }
    }

    @Test
    @DisplayName("W3 a handler that throws gives its claim back, and shows nothing of the cause")
    void aHandlerThatThrowsGivesItsClaimBack() throws Exception {
        TestBank.Work throwsOnce = (bank, execution) -> {
            if (execution == 1) {
                throw new IllegalStateException("a secret");
            }
            return "payment " + execution;
        };
        try (TestBank bank = TestBank.that(throwsOnce);
                TwoServers servers = new TwoServers(place, bank)) {
            Status failure = Call.pay(servers.first(), "key", "order").failure();

            assertThat(failure.getCode()).isEqualTo(Code.UNKNOWN);
            assertThat(failure.getDescription()).isEqualTo("the handler failed");
            assertThat(Call.pay(servers.second(), "key", "order").answer()).isEqualTo("payment 2");
        }
    }

    @Test
    @DisplayName("F1 the key of another request is refused, while that is worked on and after")
    void theKeyOfAnotherRequestIsRefused() throws Exception {
        try (TestBank bank = TestBank.gated();
                TwoServers servers = new TwoServers(place, bank)) {
            Call first = Call.pay(servers.first(), "key", "order");
            until(() -> bank.executions() == 1);

            Status during = Call.pay(servers.second(), "key", "another order").failure();
            bank.open();
            first.answer();
            Status after = Call.pay(servers.second(), "key", "another order").failure();

            assertThat(during.getCode()).isEqualTo(Code.INVALID_ARGUMENT);
            assertThat(after.getCode()).isEqualTo(Code.INVALID_ARGUMENT);
            assertThat(bank.executions()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("C1 the same key of two tenants names two payments")
    void tenantsDoNotMeet() throws Exception {
        try (TestBank bank = TestBank.quick();
                TwoServers servers = new TwoServers(place, bank)) {
            assertThat(Call.payOf("acme", servers.first(), "key").answer()).isEqualTo("payment 1");
            assertThat(Call.payOf("globex", servers.second(), "key").answer()).isEqualTo("payment 2");
            assertThat(Call.payOf("acme", servers.second(), "key").answer()).isEqualTo("payment 1");
        }
    }

    @Test
    @DisplayName("W1 a hundred waiting calls hold no thread, and all get the answer")
    void waitingCallsHoldNoThread() throws Exception {
        TestBank.Work firstIsLong = (bank, execution) -> {
            if (execution == 1) {
                bank.awaitGate();
            }
            return "payment " + execution;
        };
        try (TestBank bank = TestBank.that(firstIsLong);
                TwoServers servers = new TwoServers(place, bank)) {
            List<Call> calls = new ArrayList<>(List.of(Call.pay(servers.first(), "key", "order")));
            until(() -> bank.executions() == 1);
            ManagedChannel second = servers.second();
            for (int i = 0; i < 100; i++) { // three times as many as the server has threads
                calls.add(Call.pay(second, "key", "order"));
            }
            until(() -> servers.waiters(1) == 100);

            assertThat(Call.pay(second, "another key", "order").answer()).isEqualTo("payment 2");
            bank.open();

            for (Call call : calls) {
                assertThat(call.answer()).isEqualTo("payment 1");
            }
            assertThat(bank.executions()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("W2 a call that may not wait for longer is told when to come back")
    void aCallThatMayNotWaitLongerIsToldWhenToComeBack() throws Exception {
        Metadata.Key<String> pushback = Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
        try (TestBank bank = TestBank.gated();
                TwoServers servers = servers(bank, Setup.USUAL.longestWait(Duration.ofMillis(50)))) {
            Call first = Call.pay(servers.first(), "key", "order");
            until(() -> bank.executions() == 1);

            Call busy = Call.pay(servers.second(), "key", "order");

            assertThat(busy.failure().getCode()).isEqualTo(Code.UNAVAILABLE);
            assertThat(Integer.valueOf(busy.trailer(pushback))).isBetween(500, 5_001);
            assertThat(first.isOver()).isFalse();
            bank.open();
            assertThat(first.answer()).isEqualTo("payment 1");
            assertThat(Call.pay(servers.second(), "key", "order").answer()).isEqualTo("payment 1");
        }
    }
}
