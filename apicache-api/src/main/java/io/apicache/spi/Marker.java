package io.apicache.spi;

/**
 * Takes the place of a response that could not be kept: the work is done, and must not be done again for each caller that asks. The value
 * says why.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public enum Marker {
    /** The codec or the store refused the response for its size. */
    TOO_LARGE,
    /** The codec failed to encode the response, or the store refused it for another reason than its size. */
    NOT_ENCODABLE,
    /** The work returned null. */
    NULL
}
