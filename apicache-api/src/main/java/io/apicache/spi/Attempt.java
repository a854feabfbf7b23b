package io.apicache.spi;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a caller brings when it asks for a record.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param id names this attempt; the same id again is the same attempt
 * @param fingerprint what must not differ between requests of one id, or null if the caller does not compare
 * @param lease how long the claim is held without a renewal; at least one millisecond
 * @param waits whether the caller will join if the record is pending. A claim may then be answered without a look at the lease:
 *     {@code leaseLeft} is zero, and a lapsed claim is left to the join to take over. It saves a remote store a round trip
 */
@SuppressWarnings("exports") // @Nullable is for tools: callers compile without it
public record Attempt(AttemptId id, @Nullable Digest fingerprint, Duration lease, boolean waits) {

    /**
     * Creates the value; nothing that must be there may be null.
     *
     * @param id names this attempt
     * @param fingerprint what must not differ, or null
     * @param lease how long the claim is held without a renewal
     * @param waits whether the caller will join if the record is pending
     */
    public Attempt {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(lease, "lease");
    }

    /**
     * Creates the attempt of a caller that wants to know all at once and may not come back.
     *
     * @param id names this attempt
     * @param fingerprint what must not differ, or null
     * @param lease how long the claim is held without a renewal
     */
    public Attempt(AttemptId id, @Nullable Digest fingerprint, Duration lease) {
        this(id, fingerprint, lease, false);
    }
}
