package io.apicache.examples.dashboard;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.Codec;
import io.apicache.FirstSeen;
import io.apicache.InFlight;
import io.apicache.LeaseLostException;
import io.apicache.Receipt;
import io.apicache.StillInFlightException;
import io.apicache.StoreUnavailableException;
import io.apicache.Unavailable;
import io.apicache.codec.KryoCodec;
import io.apicache.spi.Store;
import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * The figures of one server, which shares them with all others behind its store.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class SharedFigures implements AutoCloseable {

    static final Duration KEEP_FOR = Duration.ofMinutes(5);

    /** Also the time-out of the query: the database stops it when the claim is given up. */
    static final Duration WORK_LIMIT = Duration.ofMinutes(1);

    /** How long a page tries a store that does not answer, before it runs a query of its own. */
    static final Duration PATIENCE_WITH_STORE = Duration.ofSeconds(5);

    /** How long a page waits in all. */
    static final Duration MAX_WAIT = Duration.ofSeconds(30);

    private static final String ID = "sales:by-day-and-region";

    private final ApiCache<Figures> cache;
    private final Callable<Figures> query;
    private final Counts counts;

    SharedFigures(ApiCache.Builder<Figures> builder, Callable<Figures> query, Counts counts) {
        this.cache = builder.listener(counts).build();
        this.query = query;
        this.counts = counts;
    }

    /** Figures and how long ago they were handled. */
    record Aged(Figures figures, Duration age) {}

    static ApiCache.Builder<Figures> cache(Store<Figures> store, String namespace) {
        // snippet dashboard-settings
        return ApiCache.over(store)
                .namespace(namespace)
                .keepFor(KEEP_FOR)
                .workLimit(WORK_LIMIT)
                .whenUnavailable(Unavailable.RUN_UNPROTECTED);
        // end
    }

    static Codec<Figures> codec() {
        return KryoCodec.of(Figures.class, Figures.Row.class);
    }

    /**
     * Loads the figures: those that are kept, or those that somebody is computing, or new ones.
     *
     * @throws StillInFlightException if somebody else did not finish in time
     * @throws Exception what the query threw
     */
    Aged load() throws Exception {
        long asked = System.nanoTime();
        // snippet dashboard-load
        Receipt<Figures> receipt = cache.receiveAndWait(ID, PATIENCE_WITH_STORE);
        if (receipt instanceof InFlight<Figures> busy) {
            receipt = busy.await(MAX_WAIT.minus(PATIENCE_WITH_STORE)); // somebody is at work: worth waiting for
        }
        if (receipt instanceof Cached<Figures> hit) {
            Aged aged = new Aged(hit.response(), hit.age());
            counts.answered(aged.age(), System.nanoTime() - asked);
            return aged;
        }
        if (receipt instanceof InFlight<Figures> busy) {
            throw new StillInFlightException(
                    "the figures are still being computed", busy.leaseLeft(), busy.retryAfter());
        }
        try (FirstSeen<Figures> claim = (FirstSeen<Figures>) receipt) {
            Figures figures = query.call();
            store(claim, figures);
            return new Aged(figures, Duration.ZERO);
        }
        // end
    }

    /** Figures that could not be stored are good enough for the page that computed them. */
    private static void store(FirstSeen<Figures> claim, Figures figures) {
        try {
            claim.handle(figures);
        } catch (LeaseLostException e) {
            // Somebody pressed the button meanwhile, or this server was paused: another page computes for the rest.
        } catch (StoreUnavailableException e) {
            // If they are stored after all, they serve; if not, a page takes over when the lease ends.
        }
    }

    /**
     * Makes the next page compute the figures anew. Whoever is computing them now loses the claim, since the query may have begun
     * before the change that somebody wants to see.
     *
     * @throws StoreUnavailableException if it is not known to be done
     */
    void invalidate() {
        cache.invalidate(ID);
    }

    Counts counts() {
        return counts;
    }

    @Override
    public void close() {
        cache.close();
    }

    @Override
    public String toString() {
        return cache.toString();
    }
}
