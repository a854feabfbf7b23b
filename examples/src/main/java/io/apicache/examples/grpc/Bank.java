package io.apicache.examples.grpc;

import io.grpc.StatusException;

/** What the service is in front of: the side effect that must not happen twice. */
interface Bank {

    /**
     * Executes an order.
     *
     * @return the number of the payment, another one each time
     * @throws StatusException if the bank refuses, or cannot tell
     */
    String pay(String order) throws StatusException;
}
