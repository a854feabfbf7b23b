package io.apicache;

/**
 * What {@code receive} answers: the work is yours, it is done, or somebody is at it. Test for the three with {@code instanceof}, or
 * on Java 21 and later with a {@code switch} that the compiler checks for completeness.
 *
 * <p><b>Thread-safety:</b> every receipt may be handed to another thread.
 *
 * @param <R> the response type
 */
public sealed interface Receipt<R> permits FirstSeen, Cached, InFlight {

    /** {@return the id that was received} */
    String requestId();
}
