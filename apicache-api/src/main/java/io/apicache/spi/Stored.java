package io.apicache.spi;

import java.util.Objects;

/**
 * What a store answers to {@code handle}. An outcome that the store does not know is not here: it is a failed stage.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param <V> what the store keeps as a response
 */
public sealed interface Stored<V> {

    /**
     * The response is in the record, put there by this call or by an earlier one with the same token.
     *
     * @param record what later receivers get
     * @param <V> what the store keeps as a response
     */
    record Accepted<V>(Claimed.Handled<V> record) implements Stored<V> {

        /**
         * Creates the value; nothing that must be there may be null.
         *
         * @param record what later receivers get
         */
        public Accepted {
            Objects.requireNonNull(record, "record");
        }
    }

    /**
     * Nothing was stored: the record belongs to another owner or was handled by one.
     *
     * @param <V> what the store keeps as a response
     */
    record Stale<V>() implements Stored<V> {}

    /**
     * Nothing was stored: there is no record any more. It is not created again, since another owner may have come and gone.
     *
     * @param <V> what the store keeps as a response
     */
    record Lost<V>() implements Stored<V> {}
}
