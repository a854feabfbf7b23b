package io.apicache.examples.observability;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.SettingDefinition;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * What a flight recording holds of a cache: one kind of event for each method of the listener. Stack traces are off where the caller
 * is of no interest, or where there are many events.
 */
@Category("apicache")
@StackTrace(false)
abstract class FlightEvent extends Event {

    @Label("Namespace")
    @Nullable
    String namespace;

    @Label("Request")
    @Description("The request id, hashed: the same within one listener, and of no use elsewhere")
    @Nullable
    String request;

    /** One for every hit, so nothing is written unless a recording asks for it. */
    @Name("apicache.Receive")
    @Label("Receive")
    @Description("A call of receive has its outcome")
    @Enabled(false)
    static final class Receive extends FlightEvent {

        @Label("Outcome")
        @Nullable
        String outcome;
    }

    @Name("apicache.Wait")
    @Label("Wait")
    @Description("A call of receive had to wait before it had its outcome")
    @StackTrace(true)
    static final class Wait extends FlightEvent {

        @Label("Outcome")
        @Nullable
        String outcome;

        @Label("Waited")
        @Timespan
        long waited;

        @SettingDefinition
        @Label("Longer Than")
        @Timespan
        boolean longerThan(LongerThan least) {
            return least.admits(waited);
        }
    }

    @Name("apicache.Handle")
    @Label("Handle")
    @Description("A response was stored")
    static final class Handle extends FlightEvent {

        @Label("Work")
        @Description("From the claim to the confirmation by the store")
        @Timespan
        long work;

        @SettingDefinition
        @Label("Longer Than")
        @Timespan
        boolean longerThan(LongerThan least) {
            return least.admits(work);
        }
    }

    @Name("apicache.Release")
    @Label("Release")
    @Description("A claim was given back without a response")
    @StackTrace(true)
    static final class Release extends FlightEvent {}

    @Name("apicache.LeaseLost")
    @Label("Lease Lost")
    @Description("A claim could not be kept: another owner may be at work while this one still is")
    static final class LeaseLost extends FlightEvent {}

    @Name("apicache.TakenOver")
    @Label("Taken Over")
    @Description("A claim was taken over from an owner whose lease had lapsed")
    static final class TakenOver extends FlightEvent {}

    @Name("apicache.RanUnprotected")
    @Label("Ran Unprotected")
    @Description("A caller was let run without a claim, since the store is away")
    static final class RanUnprotected extends FlightEvent {}

    @Name("apicache.StoreFailed")
    @Label("Store Failed")
    @Description("The store failed to make a move, or may have failed to")
    static final class StoreFailed extends FlightEvent {

        @Label("Verb")
        @Nullable
        String verb;

        @Label("Outcome")
        @Nullable
        String outcome;
    }
}
