package io.apicache.spi;

/**
 * How a store tells an engine that a record it has joined may have changed. Hints may be lost, late, repeated or reordered; the
 * engine checks each against what it knows and has a timer behind every wait.
 *
 * <p>Called on any thread, also on an event loop or inside another call to the store: the engine neither blocks nor runs
 * foreign code in it.
 *
 * <p><b>Thread-safety:</b> implementations are safe for use by many threads.
 *
 * @param <V> what the store keeps as a response
 */
public interface Hints<V> {

    /**
     * Something happened to the record: look again.
     *
     * @param key the record
     */
    void changed(Key key);

    /**
     * The record was handled, and the message brought the response along.
     *
     * @param key the record
     * @param record the response with its token and fingerprint; the engine drops it if the token is older than one it has seen
     */
    void handled(Key key, Claimed.Handled<V> record);

    /** Hints may have been lost, as after a new subscription: look again at every record that was joined. */
    void missed();
}
