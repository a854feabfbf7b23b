package io.apicache.examples.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusException;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/** The service, as generated code would define it: one method, which takes an order and answers with the number of a payment. */
final class PaymentService {

    static final String NAME = "bank.Payments";

    static final MethodDescriptor<String, String> PAY = MethodDescriptor.<String, String>newBuilder()
            .setType(MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(NAME, "Pay"))
            .setRequestMarshaller(new Text())
            .setResponseMarshaller(new Text())
            .build();

    private PaymentService() {}

    static ServerServiceDefinition of(Bank bank) {
        return ServerServiceDefinition.builder(NAME)
                .addMethod(PAY, ServerCalls.asyncUnaryCall((order, answer) -> pay(bank, order, answer)))
                .build();
    }

    private static void pay(Bank bank, String order, StreamObserver<String> answer) {
        String payment;
        try {
            payment = bank.pay(order);
        } catch (StatusException e) {
            answer.onError(e);
            return;
        }
        answer.onNext(payment);
        answer.onCompleted();
    }
}
