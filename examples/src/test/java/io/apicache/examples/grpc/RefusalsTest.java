package io.apicache.examples.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.ApiCache;
import io.apicache.CorruptRecordException;
import io.apicache.codec.KryoCodec;
import io.apicache.examples.Stores;
import io.apicache.examples.grpc.TwoServers.Setup;
import io.apicache.memory.MemoryStore;
import io.apicache.redis.server.Cut;
import io.apicache.redis.server.RedisShared;
import io.apicache.redis.server.TcpProxy;
import io.apicache.spi.Store;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that do not get as far as an answer, and calls that are none of the interceptor's business. */
@Timeout(900)
class RefusalsTest {

    private static TwoServers servers(Bank bank) {
        return new TwoServers(Place.MEMORY, bank);
    }

    /** Sends what no well-behaved client would: other headers, or no message. */
    private static Status send(ManagedChannel channel, MethodType type, Metadata headers, String... messages)
            throws Exception {
        CompletableFuture<Status> ended = new CompletableFuture<>();
        ClientCall<String, String> call =
                channel.newCall(PaymentService.PAY.toBuilder().setType(type).build(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ended.complete(status);
                    }
                },
                headers);
        call.request(2);
        for (String message : messages) {
            call.sendMessage(message);
        }
        call.halfClose();
        return ended.get(5, TimeUnit.MINUTES);
    }

    private static Metadata headers(String tenant, String... keys) {
        Metadata headers = new Metadata();
        if (!tenant.isEmpty()) {
            headers.put(Tenant.HEADER, tenant);
        }
        for (String key : keys) {
            headers.put(IdempotencyKey.HEADER, key);
        }
        return headers;
    }

    /** A channel that adds no key by itself. */
    private static ManagedChannel bare(TwoServers servers) {
        return servers.open(NettyChannelBuilder.forAddress(servers.addresses().get(0))
                .usePlaintext()
                .build());
    }

    @Test
    @DisplayName("B1 a key that is missing, blank or too long is refused, and so is a call of nobody")
    void aCallWithoutAUsableKeyIsRefused() throws Exception {
        try (TestBank bank = TestBank.quick();
                TwoServers servers = servers(bank)) {
            ManagedChannel channel = bare(servers);

            Status missing = send(channel, MethodType.UNARY, headers("acme"), "order");
            Status blank = send(channel, MethodType.UNARY, headers("acme", " "), "order");
            Status tooLong = send(channel, MethodType.UNARY, headers("acme", "k".repeat(1_024)), "order");
            Status nobodys = send(channel, MethodType.UNARY, headers("", "key"), "order");

            assertThat(List.of(missing.getCode(), blank.getCode(), tooLong.getCode()))
                    .containsOnly(Code.INVALID_ARGUMENT);
            assertThat(missing.getDescription()).contains("missing");
            assertThat(tooLong.getDescription()).contains("at most 1024");
            assertThat(nobodys.getCode()).isEqualTo(Code.UNAUTHENTICATED);
            assertThat(bank.executions()).isZero();
        }
    }

    @Test
    @DisplayName("B1 a unary call without a message is refused")
    void aUnaryCallWithoutAMessageIsRefused() throws Exception {
        try (TestBank bank = TestBank.quick();
                TwoServers servers = servers(bank)) {
            ManagedChannel channel = bare(servers);

            Status none = send(channel, MethodType.CLIENT_STREAMING, headers("acme", "none"));

            assertThat(none.getCode()).isEqualTo(Code.INTERNAL);
            assertThat(bank.executions()).isZero();
        }
    }

    @Test
    @DisplayName("C1 nothing runs while nobody can tell whether it ran before: a full memory")
    void aFullMemoryIsUnavailable() throws Exception {
        Store<Answer> full = MemoryStore.<Answer>builder().maximumRecords(1).build();
        nothingRunsWithout(List.of(full, full), () -> {});
    }

    @Test
    @DisplayName("C1 nothing runs while nobody can tell whether it ran before: a Redis that has gone")
    void aRedisThatHasGoneIsUnavailable() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(RedisShared.server())) {
            Store<Answer> store = Stores.open(proxy.uri(), KryoCodec.of(Answer.class));
            nothingRunsWithout(List.of(store, store), () -> {
                proxy.refuse();
                proxy.cutAll(Cut.RST);
            });
        }
    }

    private static void nothingRunsWithout(List<Store<Answer>> stores, Runnable fault) throws Exception {
        AtomicInteger caches = new AtomicInteger();
        Setup impatient = Setup.USUAL
                .longestWait(Duration.ofMillis(200))
                .cache(cache -> caches.incrementAndGet() == 1 ? cache : cache.storeTimeout(Duration.ofSeconds(1)));
        try (TestBank bank = TestBank.quick();
                TwoServers servers = new TwoServers(stores, PaymentService.of(bank), impatient)) {
            assertThat(Call.pay(servers.first(), "key", "order").answer()).isEqualTo("payment 1");
            fault.run();

            Status status = Call.pay(servers.second(), "another key", "order").failure();

            assertThat(status.getCode()).isEqualTo(Code.UNAVAILABLE);
            assertThat(bank.executions()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("B2 an answer that cannot be read is data lost, and the work is not done again")
    void anAnswerThatCannotBeReadIsDataLost() throws Exception {
        Store<Answer> shared = new MemoryStore<>();
        Store<Answer> blind = shared.as((key, answer) -> answer, (key, answer) -> {
            throw new CorruptRecordException("planned", null);
        });
        try (TestBank bank = TestBank.quick();
                TwoServers servers = new TwoServers(List.of(shared, blind), PaymentService.of(bank), Setup.USUAL)) {
            assertThat(Call.pay(servers.first(), "key", "order").answer()).isEqualTo("payment 1");

            assertThat(Call.pay(servers.second(), "key", "order").failure().getCode())
                    .isEqualTo(Code.DATA_LOSS);
            assertThat(bank.executions()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("H3 who did the work gets its answer, even if that could not be stored")
    void anAnswerThatCannotBeStoredIsToldAllTheSame() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(RedisShared.server())) {
            Store<Answer> store = Stores.open(proxy.uri(), KryoCodec.of(Answer.class));
            TestBank.Work cutsOff = (bank, execution) -> {
                proxy.refuse();
                proxy.cutAll(Cut.RST);
                return "payment " + execution;
            };
            Setup impatient = Setup.USUAL.cache(cache -> cache.storeTimeout(Duration.ofMillis(500)));
            try (TestBank bank = TestBank.that(cutsOff);
                    TwoServers servers = new TwoServers(List.of(store, store), PaymentService.of(bank), impatient)) {
                Call call = payOnceClaimed(servers, bank);
                assertThat(call.answer()).isEqualTo("payment 1");
                assertThat(call.isReplayed()).isFalse();
            }
        }
    }

    /** {@return the call whose handler ran} A machine that was too slow to claim in time is given another chance. */
    private static Call payOnceClaimed(TwoServers servers, TestBank bank) throws Exception {
        Call call = Call.pay(servers.first(), "key", "order");
        while (bank.executions() == 0) {
            if (call.isOver()) {
                assertThat(call.failure().getCode()).isEqualTo(Code.UNAVAILABLE);
                call = Call.pay(servers.first(), "key", "order");
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
        return call;
    }

    @Test
    @DisplayName("W3 a handler that has no response fails, and gives its claim back")
    void aHandlerWithoutAResponseFails() throws Exception {
        AtomicInteger executions = new AtomicInteger();
        ServerServiceDefinition service = ServerServiceDefinition.builder(PaymentService.NAME)
                .addMethod(PaymentService.PAY, ServerCalls.asyncUnaryCall((order, answer) -> {
                    if (executions.incrementAndGet() == 2) {
                        answer.onNext("payment 2");
                    }
                    answer.onCompleted();
                }))
                .build();
        try (TwoServers servers = new TwoServers(Place.MEMORY.twoStores(), service, Setup.USUAL)) {
            assertThat(Call.pay(servers.first(), "key", "order").failure().getCode())
                    .isEqualTo(Code.INTERNAL);
            assertThat(Call.pay(servers.second(), "key", "order").answer()).isEqualTo("payment 2");
        }
    }

    @Test
    @DisplayName("W2 a call waits until its deadline, but not longer than anybody may")
    void aCallWaitsUntilItsDeadline() throws Exception {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try (ApiCache<Answer> cache = ApiCache.over(new MemoryStore<Answer>()).build()) {
            Duration longest = Duration.ofMinutes(5);
            IdempotencyInterceptor interceptor = new IdempotencyInterceptor(cache, timer, Tenant.KEY, longest);
            Context none = Context.ROOT;

            assertThat(none.call(interceptor::maxWait)).isEqualTo(longest);
            assertThat(none.withDeadlineAfter(1, TimeUnit.HOURS, timer).call(interceptor::maxWait))
                    .isEqualTo(longest);
            assertThat(none.withDeadlineAfter(1, TimeUnit.MINUTES, timer).call(interceptor::maxWait))
                    .isPositive()
                    .isLessThanOrEqualTo(Duration.ofMinutes(1));
            assertThat(none.withDeadlineAfter(-1, TimeUnit.MINUTES, timer).call(interceptor::maxWait))
                    .isZero();
        } finally {
            timer.shutdownNow();
        }
    }

    @Test
    @DisplayName("a method that is safe passes through, and so does a stream, but not one with a key")
    void whatIsNotProtectedPassesThrough() throws Exception {
        AtomicInteger executions = new AtomicInteger();
        MethodDescriptor<String, String> look = PaymentService.PAY.toBuilder()
                .setFullMethodName("test/Look")
                .setSafe(true)
                .build();
        MethodDescriptor<String, String> watch = PaymentService.PAY.toBuilder()
                .setFullMethodName("test/Watch")
                .setType(MethodType.SERVER_STREAMING)
                .build();
        ServerServiceDefinition service = ServerServiceDefinition.builder("test")
                .addMethod(look, ServerCalls.asyncUnaryCall((request, answer) -> {
                    answer.onNext("seen " + executions.incrementAndGet());
                    answer.onCompleted();
                }))
                .addMethod(watch, ServerCalls.asyncServerStreamingCall((request, answer) -> answer.onCompleted()))
                .build();
        try (TwoServers servers = new TwoServers(Place.MEMORY.twoStores(), service, Setup.USUAL)) {
            assertThat(Call.send(servers.first(), look, "key", "order").answer())
                    .isEqualTo("seen 1");
            assertThat(Call.send(servers.first(), look, "key", "order").answer())
                    .isEqualTo("seen 2");
            ManagedChannel channel = bare(servers);
            assertThat(stream(channel, watch, headers("acme")).getCode()).isEqualTo(Code.OK);
            assertThat(stream(channel, watch, headers("acme", "key")).getCode()).isEqualTo(Code.UNIMPLEMENTED);
        }
    }

    private static Status stream(ManagedChannel channel, MethodDescriptor<String, String> method, Metadata headers)
            throws Exception {
        CompletableFuture<Status> ended = new CompletableFuture<>();
        ClientCall<String, String> call = channel.newCall(method, CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ended.complete(status);
                    }
                },
                headers);
        call.request(2);
        call.sendMessage("order");
        call.halfClose();
        return ended.get(5, TimeUnit.MINUTES);
    }

    @Test
    @DisplayName("a handler that answers later, from another thread, is told that its answer was taken")
    void anAsynchronousHandlerIsToldItsEnd() throws Exception {
        CountDownLatch taken = new CountDownLatch(1);
        ServerServiceDefinition service = ServerServiceDefinition.builder(PaymentService.NAME)
                .addMethod(PaymentService.PAY, ServerCalls.asyncUnaryCall((order, answer) -> {
                    ((ServerCallStreamObserver<String>) answer).setOnCloseHandler(taken::countDown);
                    CompletableFuture<Void> unused = CompletableFuture.runAsync(() -> {
                        answer.onNext("payment 1");
                        answer.onCompleted();
                    });
                }))
                .build();
        try (TwoServers servers = new TwoServers(Place.MEMORY.twoStores(), service, Setup.USUAL)) {
            assertThat(Call.pay(servers.first(), "key", "order").answer()).isEqualTo("payment 1");
            assertThat(taken.await(5, TimeUnit.MINUTES)).isTrue();
        }
    }
}
