package io.apicache.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Makes records whose envelope is right, whatever they contain: what somebody who can write to the store would do. */
final class Forge {

    private Forge() {}

    static byte[] content(byte[] record) {
        return Arrays.copyOfRange(record, Envelope.BYTES, record.length);
    }

    /** With the schema of a codec. */
    static byte[] kryo(KryoCodec<?> codec, byte[] content) {
        String shown = codec.toString();
        String schema = shown.substring(shown.lastIndexOf(' ') + 1, shown.length() - 1);
        return record(Envelope.KRYO, Envelope.PLAIN, Long.parseUnsignedLong(schema, 16), content.length, content);
    }

    static byte[] zstd(int rawLength, byte[] frame) {
        return record(Envelope.ZSTD, 1, 0, rawLength, frame);
    }

    static byte[] record(int codec, int algorithm, long schema, int rawLength, byte[] content) {
        byte[] record = ByteBuffer.allocate(Envelope.BYTES + content.length)
                .putShort((short) 0xA9CA)
                .put((byte) 1)
                .put((byte) codec)
                .put((byte) algorithm)
                .put(new byte[3])
                .putLong(schema)
                .putInt(rawLength)
                .putInt(0)
                .put(content)
                .array();
        return checksummed(record);
    }

    /** Puts the right checksum into a record that was changed. */
    static byte[] checksummed(byte[] record) {
        if (record.length >= Envelope.BYTES) {
            CRC32C checksum = new CRC32C();
            checksum.update(record, 0, 20);
            checksum.update(record, Envelope.BYTES, record.length - Envelope.BYTES);
            ByteBuffer.wrap(record).putInt(20, (int) checksum.getValue());
        }
        return record;
    }
}
