package io.apicache.examples.observability;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.UnaryOperator;

/**
 * Stands for ids where they must not be shown. The salt is this object's own: without it, whoever has a recording could try all
 * numbers of accounts until one fits.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class HashedIds implements UnaryOperator<String> {

    private static final int BYTES = 8;

    private final byte[] salt = new byte[16];

    HashedIds() {
        new SecureRandom().nextBytes(salt);
    }

    @Override
    public String apply(String id) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            return HexFormat.of().formatHex(digest.digest(id.getBytes(StandardCharsets.UTF_8)), 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
