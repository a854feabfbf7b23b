package io.apicache.spi;

import java.util.Objects;

/**
 * The proof of a claim. A store compares both parts for equality before it lets anybody handle or renew.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param number the fencing token: strictly greater than that of every earlier owner of the record, and below 2^53
 * @param owner the attempt that was granted the claim
 */
public record Token(long number, AttemptId owner) {

    /**
     * Creates the value; nothing that must be there may be null.
     *
     * @param number the fencing token
     * @param owner the attempt that was granted the claim
     */
    public Token {
        Objects.requireNonNull(owner, "owner");
    }

    /** {@return a fixed text: the token is a secret that allows its holder to handle} */
    @Override
    public String toString() {
        return "Token[hidden]";
    }
}
