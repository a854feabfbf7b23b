package io.apicache.examples.consumer;

/**
 * What a message asks for.
 *
 * @param id the producer's own: a retry of the producer is another message with the same id
 * @param amount in cents, as it was sent: nobody has looked at it yet
 */
record Payment(String id, String amount) {

    /** {@return whether every attempt to work on it must fail} */
    boolean isPoison() {
        return !amount.matches("[0-9]{1,9}");
    }
}
