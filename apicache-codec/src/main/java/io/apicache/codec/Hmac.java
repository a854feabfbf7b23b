package io.apicache.codec;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** Tag, then the content as it is. */
final class Hmac implements EncryptedCodec.Sealing {

    private static final int ALGORITHM = 2;
    private static final int TAG_BYTES = 32;

    private final KeyRing ring;
    private final Map<Integer, SecretKey> keys;
    private final Pool<Mac> macs = new Pool<>(Hmac::newMac, mac -> {});

    Hmac(KeyRing ring) {
        this.ring = ring;
        this.keys = ring.derived("HmacSHA256");
    }

    @Override
    public int algorithm() {
        return ALGORITHM;
    }

    @Override
    public int overhead() {
        return TAG_BYTES;
    }

    @Override
    public void seal(byte[] plain, byte[] record, int begin, byte[] context) {
        System.arraycopy(plain, 0, record, begin + TAG_BYTES, plain.length);
        byte[] tag = tag(keys.get(ring.writingId()), record, begin, context);
        System.arraycopy(tag, 0, record, begin, TAG_BYTES);
    }

    @Override
    public byte[] open(int keyId, byte[] record, int begin, byte[] context) {
        SecretKey key = keys.get(keyId);
        if (key == null) {
            throw Envelope.corrupt("its key " + keyId + " is not in the ring");
        }
        byte[] found = Arrays.copyOfRange(record, begin, begin + TAG_BYTES);
        if (!MessageDigest.isEqual(tag(key, record, begin, context), found)) {
            throw Envelope.corrupt("it was not signed with our key " + keyId + " for this request id");
        }
        return Arrays.copyOfRange(record, begin + TAG_BYTES, record.length);
    }

    private byte[] tag(@Nullable SecretKey key, byte[] record, int begin, byte[] context) {
        Mac mac = macs.borrow();
        try {
            mac.init(key);
            mac.update(context);
            mac.update(record, begin + TAG_BYTES, record.length - begin - TAG_BYTES);
            byte[] tag = mac.doFinal();
            macs.giveBack(mac);
            return tag;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA-256 failed", e);
        }
    }

    private static Mac newMac() {
        try {
            return Mac.getInstance("HmacSHA256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "HMAC-SHA-256";
    }
}
