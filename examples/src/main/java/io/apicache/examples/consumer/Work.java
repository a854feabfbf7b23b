package io.apicache.examples.consumer;

/** What a consumer does for a message: the part that costs something, and that nobody wants twice. */
@FunctionalInterface
interface Work {

    /**
     * Does the work.
     *
     * @param token the fencing token of the claim, to be passed along to what the work changes
     * @throws Exception if it failed: the claim is given back, and the message delivered again
     */
    Done apply(Payment payment, long token) throws Exception;
}
