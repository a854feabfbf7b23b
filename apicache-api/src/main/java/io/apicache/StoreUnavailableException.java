package io.apicache;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The store did not do what it was asked, or nobody can tell whether it did. */
@SuppressWarnings("exports") // @Nullable is for tools: callers compile without it
public class StoreUnavailableException extends ApiCacheException {

    private static final long serialVersionUID = 1L;

    /** What is known of the command. */
    private final Outcome outcome;

    /**
     * Creates an exception.
     *
     * @param message what happened and what to do about it
     * @param outcome what is known of the command
     * @param cause what it comes from, or null
     */
    public StoreUnavailableException(String message, Outcome outcome, @Nullable Throwable cause) {
        super(message, cause);
        this.outcome = Objects.requireNonNull(outcome, "outcome");
    }

    /** {@return what is known of the command that failed} */
    public Outcome outcome() {
        return outcome;
    }

    /** What is known of a command that failed. */
    public enum Outcome {
        /** It has certainly changed nothing. */
        NOT_EXECUTED,
        /** It may have been executed: a time-out, a lost connection, an error half way. Repeat it with the same token, or ask. */
        UNKNOWN
    }
}
