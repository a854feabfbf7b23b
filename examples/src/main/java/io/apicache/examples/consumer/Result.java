package io.apicache.examples.consumer;

/** What came of a delivery, and so what the broker is told. */
enum Result {
    /** The work was done, and its response stored. */
    HANDLED(true),
    /** Somebody did it before: nothing to do. */
    REPLAYED(true),
    /** Another consumer is at the same payment: later, please. */
    IN_FLIGHT(false),
    /** The work, the store or the message is no good now: later, or never. */
    FAILED(false),
    /** There was no delivery. */
    NOTHING(false);

    private final boolean acknowledged;

    Result(boolean acknowledged) {
        this.acknowledged = acknowledged;
    }

    /** {@return whether the broker may forget the message} */
    boolean acknowledged() {
        return acknowledged;
    }
}
