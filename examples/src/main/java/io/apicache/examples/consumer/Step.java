package io.apicache.examples.consumer;

/** What a consumer does for a message, in this order. It may die before each. */
enum Step {
    /** Ask the cache. */
    RECEIVE,
    /** Do the work. */
    WORK,
    /** Store the response. */
    HANDLE,
    /** Tell the broker. */
    ACKNOWLEDGE;

    /** Is told before each step of each delivery: where a crash is played. */
    @FunctionalInterface
    interface Probe {

        /** Nobody listens: how a consumer runs in production. */
        Probe NONE = (step, paymentId) -> {};

        /**
         * A step comes next.
         *
         * @throws Crash if the consumer dies here
         */
        void before(Step step, String paymentId);
    }
}
