package io.apicache.engine;

/** Receives word that an outcome is there. */
interface Ready {

    /** The outcome is there. Called outside every lock; may run code of the cache's user. */
    void ready();

    /** The outcome will not come any more: the receiver waits no longer. */
    default void cancel() {}
}
