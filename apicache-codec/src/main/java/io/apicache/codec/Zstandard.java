package io.apicache.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The native library with contexts that are borrowed exclusively: two threads in one context end the JVM. No more are out at a time
 * than there are processors for. Each holds memory outside the heap: about a megabyte at level 1, some 70 at level 19 once it has
 * compressed a few megabytes.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class Zstandard {

    /** Up to this level a context is small. */
    private static final int LIGHT_LEVELS = 6;

    private static final int KEPT_IF_HEAVY = 2;

    private final Semaphore permits = new Semaphore(2 * Runtime.getRuntime().availableProcessors());
    private final Pool<Compressor> compressors;
    private final Pool<ZstdDecompressCtx> decompressors;

    Zstandard(int level, byte @Nullable [] dictionary) {
        compressors = new Pool<>(
                () -> new Compressor(level, dictionary),
                compressor -> compressor.context.close(),
                level > LIGHT_LEVELS ? KEPT_IF_HEAVY : Integer.MAX_VALUE);
        decompressors = new Pool<>(() -> decompressor(dictionary), ZstdDecompressCtx::close);
    }

    /** {@return whether the native library can be loaded here} Asked once; a failure is remembered by the JVM anyway. */
    static boolean isAvailable() {
        return Library.PROBLEM == null;
    }

    /** {@return why not} */
    static String problem() {
        return String.valueOf(Library.PROBLEM);
    }

    /**
     * Compresses the end of an array.
     *
     * @param raw from {@code at} on it is compressed
     * @param at how many bytes the result leaves free at its beginning as well
     * @param most no result if it would be longer, in bytes
     * @return one frame behind the gap, or null if it does not pay
     */
    byte @Nullable [] compress(byte[] raw, int at, int most) {
        requireOpen();
        permits.acquireUninterruptibly();
        try {
            Compressor compressor = compressors.borrow();
            byte[] compressed;
            try {
                compressed = compressor.compress(raw, at, most);
            } catch (RuntimeException | Error e) {
                compressor.context.close();
                throw e;
            }
            compressors.giveBack(compressor);
            return compressed;
        } finally {
            permits.release();
        }
    }

    /**
     * Decompresses the end of an array.
     *
     * @param record one frame, from {@code at} on
     * @param at where it begins
     * @param length what it has to say it will become, in bytes; so much is allocated
     * @return the content
     */
    byte[] decompress(byte[] record, int at, int length) {
        requireOpen();
        requireOneFrame(record, at, length);
        permits.acquireUninterruptibly();
        try {
            ZstdDecompressCtx context = decompressors.borrow();
            byte[] raw;
            try {
                raw = decompress(context, record, at, length);
            } catch (RuntimeException | Error e) {
                context.close();
                throw e;
            }
            decompressors.giveBack(context);
            return raw;
        } finally {
            permits.release();
        }
    }

    void close() {
        compressors.close();
        decompressors.close();
    }

    private void requireOpen() {
        if (compressors.isClosed()) {
            throw new IllegalStateException("the codec is closed");
        }
    }

    // zstd would go on with a second frame, or allocate for a size that is not the envelope's.
    private static void requireOneFrame(byte[] record, int at, int length) {
        int available = record.length - at;
        long declared = available == 0 ? -2 : Zstd.getFrameContentSize(record, at, available);
        if (length <= 0 || declared != length) {
            throw Envelope.corrupt("its zstd frame declares " + declared + " bytes, its envelope " + length);
        }
        if (frameLength(record, at, available) != available) {
            throw Envelope.corrupt("its zstd frame is cut, or not alone");
        }
    }

    private static long frameLength(byte[] record, int at, int available) {
        try {
            return Zstd.findFrameCompressedSize(record, at, available);
        } catch (ZstdException e) {
            return -1;
        }
    }

    private static byte[] decompress(ZstdDecompressCtx context, byte[] record, int at, int length) {
        byte[] raw = new byte[length];
        int decompressed;
        try {
            decompressed = context.decompressByteArray(raw, 0, length, record, at, record.length - at);
        } catch (ZstdException e) {
            throw Envelope.corrupt("zstd does not understand it (" + Zstd.getErrorName(-e.getErrorCode()) + ")");
        }
        if (decompressed != length) {
            throw Envelope.corrupt("its zstd frame holds " + decompressed + " bytes, declared were " + length);
        }
        return raw;
    }

    private static ZstdDecompressCtx decompressor(byte @Nullable [] dictionary) {
        ZstdDecompressCtx context = new ZstdDecompressCtx();
        if (dictionary != null) {
            context.loadDict(dictionary);
        }
        return context;
    }

    /** A context with room for what it makes. */
    private static final class Compressor {

        /** Room that has grown past this is not kept. */
        private static final int KEPT_BYTES = 1 << 20;

        private final ZstdCompressCtx context = new ZstdCompressCtx();
        private byte[] room = new byte[0];

        Compressor(int level, byte @Nullable [] dictionary) {
            // Without the checksum nearly every damaged bit would decode, to something else.
            context.setLevel(level).setChecksum(true).setContentSize(true);
            if (dictionary != null) {
                context.loadDict(dictionary);
            }
        }

        byte @Nullable [] compress(byte[] raw, int at, int most) {
            int length = raw.length - at;
            int bound = at + (int) Zstd.compressBound(length);
            if (room.length < bound) {
                room = new byte[bound];
            }
            int compressed = context.compressByteArray(room, at, room.length - at, raw, at, length);
            byte[] result = null;
            if (compressed <= most) {
                result = new byte[at + compressed];
                System.arraycopy(room, at, result, at, compressed);
            }
            if (room.length > KEPT_BYTES) {
                room = new byte[0];
            }
            return result;
        }
    }

    /** Loads the library, once, when somebody asks. */
    private static final class Library {

        private static final @Nullable String PROBLEM = load();

        private static @Nullable String load() {
            try {
                long unused = Zstd.compressBound(1);
                return null;
            } catch (LinkageError e) {
                System.getLogger("io.apicache.codec")
                        .log(
                                System.Logger.Level.WARNING,
                                "zstd's native library cannot be loaded: responses are stored uncompressed, compressed ones "
                                        + "cannot be read. -DZstdTempFolder or -DZstdNativePath may help ("
                                        + e
                                        + ")");
                return e.toString();
            }
        }
    }
}
