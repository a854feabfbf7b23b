package io.apicache.benchmarks;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import io.apicache.Codec;
import io.apicache.codec.EncryptedCodec;
import io.apicache.codec.KeyRing;
import io.apicache.codec.KryoCodec;
import io.apicache.codec.ZstdCodec;
import io.apicache.spi.Key;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Compressing and decompressing a response that is bytes already, against bare zstd whose contexts are reused. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // by JMH, which calls setup first
public class CodecZstdBenchmark {

    private static final Key KEY = new Key("orders", "order-4711");

    /** About how many bytes a response takes. */
    @Param({"1000", "10000", "100000"})
    public int bytes;

    /** zstd's level. */
    @Param({"1", "3"})
    public int level;

    private final ZstdDecompressCtx decompressing = new ZstdDecompressCtx();
    private final Codec<byte[]> sealing = EncryptedCodec.encrypting(Codec.bytes(), KeyRing.writing(1, new byte[32]));
    private ZstdCompressCtx compressing;
    private ZstdCodec<byte[]> codec;
    private byte[] raw;
    private byte[] frame;
    private byte[] compressed;
    private byte[] sealed;

    /** Makes what is to be compressed, and decompressed. */
    @Setup
    public void fill() {
        raw = KryoCodec.of(CodecOrder.class, CodecOrder.Line.class).encode(CodecOrder.ofBytes(bytes));
        compressing = new ZstdCompressCtx().setLevel(level).setChecksum(true);
        codec = ZstdCodec.builder(Codec.bytes()).level(level).threshold(0).build();
        frame = baselineZstdCompress();
        compressed = codec.encode(raw);
        sealed = sealing.encode(KEY, raw);
        System.out.printf("raw %d, level %d: %d%n", raw.length, level, frame.length);
    }

    /** {@return the baseline of compressing} */
    @Benchmark
    public byte[] baselineZstdCompress() {
        return compressing.compress(raw);
    }

    /** {@return a response, compressed} */
    @Benchmark
    public byte[] compress() {
        return codec.encode(raw);
    }

    /** {@return the baseline of decompressing} */
    @Benchmark
    public byte[] baselineZstdDecompress() {
        return decompressing.decompress(frame, raw.length);
    }

    /** {@return a response, decompressed} */
    @Benchmark
    public byte[] decompress() {
        return codec.decode(compressed);
    }

    /** {@return a response, encrypted} */
    @Benchmark
    public byte[] encrypt() {
        return sealing.encode(KEY, raw);
    }

    /** {@return a response, decrypted} */
    @Benchmark
    public byte[] decrypt() {
        return sealing.decode(KEY, sealed);
    }
}
