package io.apicache.engine;

/**
 * What is logged instead of thrown. Constants, since a text that is written where it is used first needs heap there: a handler for an
 * OutOfMemoryError would throw another one.
 */
public enum Incident {
    WAIT_NOT_TIMED("a wait could not be timed; the event is lost"),
    LISTENER_THREW("a listener threw; the event is lost to it"),
    CLAIM_NOT_VERIFIED("a claim could not be verified: "),
    CLAIM_LAPSES("a claim could not be given back, and lapses: "),
    CLAIM_NOT_ENDED("ending a claim failed, and is tried again: "),
    OUTCOME_NOT_DELIVERED("an outcome could not be delivered, and is tried again"),
    STEP_NOT_CONCLUDED("a step could not be concluded, and is tried again: "),
    EFFECT_FAILED("an effect failed, and is tried again"),
    SCHEDULER_FAILED("the scheduler that the cache was given failed"),
    EXECUTOR_REFUSED("an executor refused a task, which runs elsewhere"),
    TIMER_DIED("the timer's thread died, and is replaced"),
    TASK_FAILED("a task of the cache failed"),
    REGISTRATION_NOT_ENDED("the store failed to end a registration"),
    CLOSING_FAILED("closing failed: "),
    HINT_NOT_TAKEN("a hint could not be taken: "),
    MESSAGE_NOT_TAKEN("a message could not be taken: "),
    CLOCK_FAILED("the clock failed"),
    CLAIM_NOT_KEPT("keeping a claim failed, and is tried again: "),
    NO_TIMER("no timer for the leases");

    final String text;

    Incident(String text) {
        this.text = text;
    }
}
