package io.apicache.engine;

import io.apicache.ApiCacheException;
import io.apicache.CorruptRecordException;
import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** What a store threw, and what is logged instead of thrown. */
public final class Failures {

    private static final String LOGGER = "io.apicache.ApiCache"; // where users look for it

    private Failures() {}

    /** Logs what must not end anything. Throws nothing, whatever the logger does, and however little heap or stack there is. */
    public static void log(Incident incident, Throwable failure) {
        log(incident, null, failure);
    }

    /** Logs what must not end anything, and what it is about. Throws nothing. */
    static void log(Incident incident, @Nullable Object about, Throwable failure) {
        try {
            String text = about == null ? incident.text : incident.text + about;
            System.getLogger(LOGGER).log(Level.WARNING, text, failure);
        } catch (Throwable e) {
            // of the logger, or for want of heap or stack: there is no other place to report it
        }
    }

    /** {@return what a stage really failed with} */
    public static Throwable unwrap(@Nullable Throwable failure) {
        Throwable cause = failure == null ? new NullPointerException("the store answered null") : failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** {@return whether the store may do better when it is asked again} Everything that is not plainly final counts as such. */
    static boolean isTransient(Throwable cause) {
        return cause instanceof StoreUnavailableException || !(cause instanceof ApiCacheException);
    }

    /** {@return the failure as one that says what is known; of an unforeseen one nothing is} */
    static StoreUnavailableException unavailable(String verb, Throwable cause) {
        if (cause instanceof StoreUnavailableException known) {
            return known;
        }
        return new StoreUnavailableException(
                "the store failed to " + verb + ": " + cause.getClass().getName(), Outcome.UNKNOWN, cause);
    }

    /** {@return the failure of a move that the store has not answered} */
    static StoreUnavailableException unanswered(String verb, Duration timeout) {
        return new StoreUnavailableException(
                "the store did not answer " + verb + " within " + timeout + ": it may have been executed",
                Outcome.UNKNOWN,
                null);
    }

    /** {@return a failure for one more caller, with that caller's own stack} */
    public static RuntimeException forCaller(RuntimeException cause) {
        if (cause instanceof StoreUnavailableException known) {
            String message = known.getMessage();
            return new StoreUnavailableException(
                    message == null ? "the store is unavailable" : message, known.outcome(), known);
        }
        if (cause instanceof CorruptRecordException) {
            return new CorruptRecordException(String.valueOf(cause.getMessage()), cause);
        }
        return cause instanceof IllegalStateException
                ? new IllegalStateException(cause.getMessage(), cause)
                : new ApiCacheException(String.valueOf(cause.getMessage()), cause);
    }
}
