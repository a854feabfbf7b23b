package io.apicache.engine;

/** Takes the effects that a step decides on, in order. Used under the key's lock. */
interface EffectSink {

    /** Carries this out after the lock has been given back, in the order in which effects were added. */
    void add(Effect effect);

    /** Has the lease keeper visit this key: something that is open needs a lease renewed, or a time-out noticed. */
    void watch();
}
