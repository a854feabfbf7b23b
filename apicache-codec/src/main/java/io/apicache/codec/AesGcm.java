package io.apicache.codec;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Map;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/** Nonce, then ciphertext and tag. */
final class AesGcm implements EncryptedCodec.Sealing {

    private static final int ALGORITHM = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;

    private final KeyRing ring;
    private final Map<Integer, SecretKey> keys;
    private final SecureRandom random = new SecureRandom();
    private final Pool<Cipher> ciphers = new Pool<>(AesGcm::newCipher, cipher -> {});

    AesGcm(KeyRing ring) {
        this.ring = ring;
        this.keys = ring.derived("AES");
    }

    @Override
    public int algorithm() {
        return ALGORITHM;
    }

    @Override
    public int overhead() {
        return NONCE_BYTES + TAG_BYTES;
    }

    @Override
    public void seal(byte[] plain, byte[] record, int begin, byte[] context) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        System.arraycopy(nonce, 0, record, begin, NONCE_BYTES);
        Cipher cipher = ciphers.borrow();
        try {
            cipher.init(Cipher.ENCRYPT_MODE, keys.get(ring.writingId()), new GCMParameterSpec(8 * TAG_BYTES, nonce));
            cipher.updateAAD(context);
            cipher.doFinal(plain, 0, plain.length, record, begin + NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM failed", e);
        }
        ciphers.giveBack(cipher);
    }

    @Override
    public byte[] open(int keyId, byte[] record, int begin, byte[] context) {
        SecretKey key = keys.get(keyId);
        if (key == null) {
            throw Envelope.corrupt("its key " + keyId + " is not in the ring");
        }
        Cipher cipher = ciphers.borrow();
        try {
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(8 * TAG_BYTES, record, begin, NONCE_BYTES));
            cipher.updateAAD(context);
            int sealed = begin + NONCE_BYTES;
            byte[] plain = cipher.doFinal(record, sealed, record.length - sealed);
            ciphers.giveBack(cipher);
            return plain;
        } catch (AEADBadTagException e) {
            throw Envelope.corrupt("it was not encrypted with our key " + keyId + " for this request id");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM failed", e);
        }
    }

    private static Cipher newCipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-256-GCM", e);
        }
    }

    @Override
    public String toString() {
        return "AES-256-GCM";
    }
}
